// node health.js URL|ping: ends well if the server there answers so; `ping` is that of the port that SageMaker may choose.
const given = process.argv[2]
const port = process.env.SAGEMAKER_BIND_TO_PORT || 8080
fetch(given === 'ping' ? `http://127.0.0.1:${port}/ping` : given).then(
  ({ ok }) => process.exit(ok ? 0 : 1),
  () => process.exit(1),
)

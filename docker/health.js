// node health.js URL: ends well if the server there answers so.
fetch(process.argv[2]).then(
  ({ ok }) => process.exit(ok ? 0 : 1),
  () => process.exit(1),
)

/** The load generator of serve.ts, in a process of its own: its threads cannot take a body of bytes. */
import autocannon, { type Options } from 'autocannon'

process.once('message', async (options: Options) => {
  const { requests, latency, non2xx, errors } = await autocannon({
    ...options,
    body: Buffer.from(options.body),
  })
  const { average, total } = requests
  process.send!({ requests: average, total, p50: latency.p50, p99: latency.p99, failed: non2xx + errors })
  process.disconnect()
})

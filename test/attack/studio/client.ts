/**
 * A page's part in a process of its own, so that what is measured of the studio is the studio's alone:
 *
 *     node client.ts ORIGIN SECRET frame BYTES    sends one frame, waits for its answer
 *     node client.ts ORIGIN SECRET file BYTES     sends a file, fetches it again, prints how many bytes came back
 */
import { once } from 'node:events'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'msgpackr'
import { openSocket } from '../../studio/browser-client.ts'

const [origin, secret, what, size] = process.argv.slice(2) as [string, string, string, string]
const bytes = Number(size)

if (what === 'frame') {
  const socket = await openSocket(origin, secret)
  socket.send(pack({ id: 1, method: 'library.info', params: { bytes: Buffer.alloc(bytes) } }))
  await once(socket, 'message')
  socket.close()
} else {
  const bearer = { authorization: `Bearer ${secret}`, origin }
  const headers = { ...bearer, 'content-type': 'application/octet-stream', 'content-length': bytes }
  const sending = request(`${origin}/files`, { method: 'POST', headers })
  const answer = once(sending, 'response')
  await pipeline(Readable.from(chunks(bytes)), sending)
  const [response] = await answer
  const { id } = JSON.parse(Buffer.concat(await response.toArray()).toString())
  const [got] = await once(request(`${origin}/files/${id}`, { headers: bearer }).end(), 'response')
  let count = 0
  for await (const chunk of got) count += chunk.length
  process.stdout.write(String(count))
}

function* chunks(left: number): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024, 7)
  for (; left > 0; left -= chunk.length) yield chunk.subarray(0, left)
}

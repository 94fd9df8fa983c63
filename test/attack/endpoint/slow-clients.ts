/** Clients that take their time: what they send first, and then one byte now and then, or nothing. */
import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'

export interface SlowClient {
  readonly socket: Socket
  /** Resolves with the seconds after which the server gave the connection up. */
  readonly heldSeconds: Promise<number>
}

export async function slowClient(address: string, first: string, everyMs?: number): Promise<SlowClient> {
  const { hostname, port } = new URL(address)
  const socket = createConnection(Number(port), hostname)
  // The server hangs up, and what is written after that fails.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const sinceMs = performance.now()
  socket.write(first)
  socket.resume()
  const timer =
    everyMs === undefined
      ? undefined
      : setInterval(() => {
          if (socket.writable) socket.write(' ')
        }, everyMs)
  const heldSeconds = new Promise<number>((resolve) => {
    socket.once('close', () => {
      clearInterval(timer)
      resolve((performance.now() - sinceMs) / 1000)
    })
  })
  return { socket, heldSeconds }
}

/** All of a request but its body, which is to have so many bytes. */
export function headOf(bytes: number, type = 'application/json'): string {
  return [
    'POST /invocations HTTP/1.1',
    'Host: 127.0.0.1',
    `Content-Type: ${type}`,
    `Content-Length: ${bytes}`,
    '\r\n',
  ].join('\r\n')
}

/** What every Port promises, whatever carries the bytes. */
import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { messagePort } from '../../core/studio/transports/message-port.ts'
import { webSocketPort } from '../../core/studio/transports/websocket.ts'
import type { Port } from '../../core/train/port.ts'

interface Line {
  readonly ends: readonly [Port, Port]
  /** Sends what is no frame to the first end. */
  readonly disturb: () => void
  readonly close: () => void
}

async function overWebSocket(): Promise<Line> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`)
  const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'open')])
  return {
    ends: [webSocketPort(socket), webSocketPort(client)],
    disturb: () => client.send('text'),
    close: () => {
      client.terminate()
      server.close()
    },
  }
}

async function overMessageChannel(): Promise<Line> {
  const { port1, port2 } = new MessageChannel()
  return {
    ends: [messagePort(port1), messagePort(port2)],
    disturb: () => port2.postMessage({ not: 'bytes' }),
    close: () => port2.close(),
  }
}

let line: Line

afterEach(() => line.close())

describe.each([
  ['WebSocket', overWebSocket],
  ['MessageChannel', overMessageChannel],
])('over %s', (_name, open) => {
  test('bytes arrive whole, in order, both ways', async () => {
    line = await open()
    const [a, b] = line.ends
    const received: Uint8Array[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    b.onMessage((bytes) => b.post(bytes))
    a.onMessage((bytes) => {
      received.push(new Uint8Array(bytes))
      if (received.length === 50) resolve()
    })
    const sent = Array.from({ length: 50 }, (_, i) => new Uint8Array(i === 49 ? 2_000_000 : i).fill(i))
    for (const bytes of sent) a.post(bytes)
    await promise
    expect(
      received.map((bytes) => Buffer.from(bytes).equals(Buffer.from(sent[received.indexOf(bytes)]!))),
    ).toEqual(sent.map(() => true))
  })

  test('a view arrives as its own bytes', async () => {
    line = await open()
    const [a, b] = line.ends
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    b.onMessage(resolve)
    a.post(new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4))
    expect([...(await promise)]).toEqual([1, 2, 3])
  })

  test('what is no frame arrives as an empty one', async () => {
    line = await open()
    const { promise, resolve } = Promise.withResolvers<Uint8Array>()
    line.ends[0].onMessage(resolve)
    line.disturb()
    expect((await promise).byteLength).toBe(0)
  })

  test('closing one end is told at the other, and posting afterwards does nothing', async () => {
    line = await open()
    const [a, b] = line.ends
    const { promise, resolve } = Promise.withResolvers<void>()
    a.onMessage(() => undefined)
    b.onMessage(() => undefined)
    b.onClose(resolve)
    a.close()
    await promise
    a.post(new Uint8Array(1))
    b.post(new Uint8Array(1))
  })
})

test('a message in an event, as Electron delivers it, is unwrapped', () => {
  const listeners: ((message: unknown) => void)[] = []
  const port = messagePort({
    postMessage: () => undefined,
    on: (_event: string, listener: (message: unknown) => void) => listeners.push(listener),
    once: () => undefined,
    start: () => undefined,
    close: () => undefined,
  } as Parameters<typeof messagePort>[0])
  const received: number[][] = []
  port.onMessage((bytes) => received.push([...bytes]))
  for (const listener of listeners) {
    listener({ data: new Uint8Array([1, 2]), ports: [] })
    listener({ data: 'text', ports: [] })
    listener(null)
  }
  expect(received).toEqual([[1, 2], [], []])
  line = { ends: [port, port], disturb: () => undefined, close: () => undefined }
})

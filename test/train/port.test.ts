import { EventEmitter, once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { describe, expect, it, vi } from 'vitest'
import {
  ownerMessage,
  readMessage,
  sendMessage,
  type TrainerMessage,
  trainerMessage,
} from '../../core/train/messages.ts'
import { ipcPort, messagePort, type Port, parentPort, utilityPort } from '../../core/train/port.ts'

const checkpoint: TrainerMessage = {
  type: 'checkpoint',
  step: 5,
  episodes: 1,
  score: null,
  masteredAtStep: null,
}

function next(port: Port): Promise<Uint8Array> {
  return new Promise((resolve) => port.onMessage(resolve))
}

describe('messagePort', () => {
  it('carries messages both ways and tells of the end', async () => {
    const { port1, port2 } = new MessageChannel()
    const [here, there] = [messagePort(port1), messagePort(port2)]
    const arrived = next(there)
    sendMessage(here, checkpoint)
    expect(readMessage(trainerMessage, await arrived)).toEqual(checkpoint)
    const answered = next(here)
    sendMessage(there, { type: 'stop' })
    expect(readMessage(ownerMessage, await answered)).toEqual({ type: 'stop' })
    const closed = new Promise<void>((resolve) => there.onClose(resolve))
    here.close()
    await closed
  })

  it('sends the bytes of a view, not the buffer behind it', async () => {
    const { port1, port2 } = new MessageChannel()
    const arrived = next(messagePort(port2))
    messagePort(port1).post(new Uint8Array(1 << 20).subarray(8, 11))
    expect((await arrived).buffer.byteLength).toBe(3)
    port1.close()
  })
})

describe('ipcPort', () => {
  it('closes only when everything posted has been sent', () => {
    const sent: (() => void)[] = []
    const endpoint = Object.assign(new EventEmitter(), {
      connected: true,
      send: (_message: unknown, callback: (error: Error | null) => void) => {
        sent.push(() => callback(null))
        return true
      },
      disconnect: vi.fn(),
    })
    const port = ipcPort(endpoint)
    port.post(Uint8Array.of(1))
    port.post(Uint8Array.of(2))
    port.close()
    sent[0]!()
    expect(endpoint.disconnect).not.toHaveBeenCalled()
    sent[1]!()
    expect(endpoint.disconnect).toHaveBeenCalledOnce()
  })

  it('posts nothing to a channel that is gone', () => {
    const send = vi.fn(() => true)
    const port = ipcPort(Object.assign(new EventEmitter(), { connected: false, send }))
    port.post(Uint8Array.of(1))
    port.close()
    expect(send).not.toHaveBeenCalled()
  })
})

describe("Electron's ends", () => {
  it('unwrap what the utility process is sent, and take its exit for a close', async () => {
    const inside = Object.assign(new EventEmitter(), { postMessage: vi.fn() })
    const arrived = next(parentPort(inside))
    inside.emit('message', { data: Uint8Array.of(7) })
    expect(await arrived).toEqual(Uint8Array.of(7))

    const outside = Object.assign(new EventEmitter(), { postMessage: vi.fn(), kill: () => true })
    const port = utilityPort(outside)
    const closed = new Promise<void>((resolve) => port.onClose(resolve))
    port.post(Uint8Array.of(1))
    expect(outside.postMessage).toHaveBeenCalledWith(Uint8Array.of(1))
    outside.emit('exit', 0)
    await closed
  })

  it('refuse what is not bytes', async () => {
    const outside = Object.assign(new EventEmitter(), { postMessage: vi.fn(), kill: () => true })
    utilityPort(outside).onMessage(() => {})
    expect(() => outside.emit('message', 'text')).toThrow('a port carries bytes, not string')
  })
})

describe('messages', () => {
  it('are checked on arrival', async () => {
    const { port1, port2 } = new MessageChannel()
    const arrived = once(port2, 'message')
    sendMessage(messagePort(port1), { ...checkpoint, step: 1.5 })
    const [frame] = await arrived
    expect(() => readMessage(trainerMessage, frame)).toThrow('step')
    port1.close()
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('carry %f', async (value) => {
    const { port1, port2 } = new MessageChannel()
    const arrived = next(messagePort(port2))
    const message: TrainerMessage = { type: 'metrics', rows: [{ step: 1, name: 'loss', value }] }
    sendMessage(messagePort(port1), message)
    expect(readMessage(trainerMessage, await arrived)).toEqual(message)
    port1.close()
  })
})

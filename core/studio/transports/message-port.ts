/** A Port over a MessagePort: worker_threads' in tests, Electron's MessagePortMain in the desktop shell. */
import type { Port } from '../../train/port.ts'

/** What both kinds of port have in common; Electron wraps the data in an event. */
export interface MessagePortLike {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

export function messagePort(port: MessagePortLike): Port {
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', (message) => listener(bytesOf(message)))
      port.start()
    },
    close: () => port.close(),
    onClose: (listener) => {
      port.once('close', listener)
    },
  }
}

/** The other end is a page: anything but bytes becomes an empty frame, which is answered as unreadable. */
function bytesOf(message: unknown): Uint8Array {
  if (message instanceof Uint8Array) return message
  const isEvent = typeof message === 'object' && message !== null && 'data' in message
  return isEvent && message.data instanceof Uint8Array ? message.data : new Uint8Array()
}

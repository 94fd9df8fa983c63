/** One way for bytes to cross a process boundary, whatever carries them. */

/** A duplex channel of whole messages. Posting to a closed port does nothing: the close event says what happened. */
export interface Port {
  post(message: Uint8Array): void
  onMessage(listener: (message: Uint8Array) => void): void
  close(): void
  onClose(listener: () => void): void
}

/** What is used of `process` in a forked child and of `ChildProcess` in its parent (serialization: 'advanced'). */
export interface IpcEndpoint {
  readonly connected: boolean
  send?(message: unknown, callback: (error: Error | null) => void): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'disconnect', listener: () => void): unknown
  disconnect?(): void
}

/** Either end of a `child_process.fork` channel. It closes once everything posted has been sent. */
export function ipcPort(endpoint: IpcEndpoint): Port {
  let underWay = 0
  let closing = false
  const disconnect = () => {
    if (endpoint.connected) endpoint.disconnect?.()
  }
  return {
    post: (message) => {
      if (!endpoint.connected || endpoint.send === undefined) return
      underWay++
      // With a callback, a channel that breaks while the message is under way is no 'error' event.
      endpoint.send(message, () => {
        underWay--
        if (closing && underWay === 0) disconnect()
      })
    },
    onMessage: (listener) => {
      endpoint.on('message', (message) => listener(bytesOf(message)))
    },
    close: () => {
      closing = true
      if (underWay === 0) disconnect()
    },
    onClose: (listener) => {
      endpoint.once('disconnect', listener)
    },
  }
}

/** What is used of worker_threads' `MessagePort`. */
export interface MessageEndpoint {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'close', listener: () => void): unknown
  close(): void
}

/** Either end of a `MessageChannel` of worker_threads. */
export function messagePort(endpoint: MessageEndpoint): Port {
  return {
    post: (message) => endpoint.postMessage(compact(message)),
    onMessage: (listener) => {
      endpoint.on('message', (message) => listener(bytesOf(message)))
    },
    close: () => endpoint.close(),
    onClose: (listener) => {
      endpoint.once('close', listener)
    },
  }
}

/** What is used of `process.parentPort` in an Electron utility process. */
export interface ParentEndpoint {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
}

/** The child's end of Electron's `utilityProcess.fork`. The child dies with its parent, so it never sees a close. */
export function parentPort(endpoint: ParentEndpoint): Port {
  return {
    post: (message) => endpoint.postMessage(compact(message)),
    onMessage: (listener) => {
      endpoint.on('message', (event) => listener(bytesOf(event.data)))
    },
    close: () => {},
    onClose: () => {},
  }
}

/** What is used of Electron's `UtilityProcess`. */
export interface UtilityEndpoint {
  postMessage(message: unknown): void
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'exit', listener: (code: number) => void): unknown
  kill(): boolean
}

/** The parent's end of Electron's `utilityProcess.fork`. */
export function utilityPort(endpoint: UtilityEndpoint): Port {
  return {
    post: (message) => endpoint.postMessage(compact(message)),
    onMessage: (listener) => {
      endpoint.on('message', (message) => listener(bytesOf(message)))
    },
    close: () => {},
    onClose: (listener) => {
      endpoint.once('exit', () => listener())
    },
  }
}

/** A structured clone takes the whole buffer behind a view along; a view of its own is as small as it looks. */
function compact(message: Uint8Array): Uint8Array {
  return message.byteLength === message.buffer.byteLength ? message : new Uint8Array(message)
}

function bytesOf(message: unknown): Uint8Array {
  if (message instanceof Uint8Array) return message
  throw new Error(`a port carries bytes, not ${typeof message}`)
}

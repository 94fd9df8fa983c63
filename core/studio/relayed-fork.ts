/**
 * Training processes that another process starts and passes messages to and from: under Electron only the main process
 * may start utility processes, while the host is one of them.
 */
import { type ForkTraining, TRAINING_MODULE, type TrainingProcess } from '../train/fork.ts'
import { type OwnerMessage, sendMessage } from '../train/messages.ts'
import type { Port } from '../train/port.ts'

/** To the process that starts them. `id` is chosen by this side. */
export type RelayRequest =
  | {
      kind: 'fork'
      id: number
      module: string
      /** What to tell the training process should this one die: write a checkpoint and end. */
      farewell: Uint8Array
    }
  | { kind: 'to-trainer'; id: number; bytes: Uint8Array }
  | { kind: 'kill'; id: number }

/** From the process that started them. */
export type RelayReply =
  | { kind: 'from-trainer'; id: number; bytes: Uint8Array }
  | { kind: 'trainer-exit'; id: number; code: number | null; errorOutput: string }

export interface Relay {
  readonly fork: ForkTraining
  /** Hands over what arrived. */
  receive(reply: RelayReply): void
}

type Exit = Parameters<Parameters<TrainingProcess['onExit']>[0]>[0]

interface Line {
  onMessage: (bytes: Uint8Array) => void
  onExit: ((exit: Exit) => void)[]
}

export function relay(send: (request: RelayRequest) => void): Relay {
  const lines = new Map<number, Line>()
  let nextId = 1
  return {
    fork: () => {
      const id = nextId++
      const line: Line = { onMessage: () => undefined, onExit: [] }
      lines.set(id, line)
      send({ kind: 'fork', id, module: TRAINING_MODULE, farewell: frameOf({ type: 'stop' }) })
      return {
        // A run counts as active as long as this process is alive: should it die, the trainer is told to end.
        pid: process.pid,
        port: {
          post: (message) => send({ kind: 'to-trainer', id, bytes: new Uint8Array(message) }),
          onMessage: (listener) => {
            line.onMessage = listener
          },
          close: () => undefined,
          onClose: (listener) => {
            line.onExit.push(() => listener())
          },
        },
        kill: () => send({ kind: 'kill', id }),
        onExit: (listener) => {
          line.onExit.push(listener)
        },
      }
    },
    receive: (reply) => {
      const line = lines.get(reply.id)
      if (line === undefined) return
      if (reply.kind === 'from-trainer') line.onMessage(reply.bytes)
      else {
        lines.delete(reply.id)
        for (const listener of line.onExit)
          listener({ code: reply.code, signal: null, errorOutput: reply.errorOutput })
      }
    },
  }
}

/** The bytes of a message, for somebody else to post. */
function frameOf(message: OwnerMessage): Uint8Array {
  let bytes = new Uint8Array()
  const catcher: Pick<Port, 'post'> = {
    post: (posted) => {
      bytes = new Uint8Array(posted)
    },
  }
  sendMessage(catcher as Port, message)
  return bytes
}

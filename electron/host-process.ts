/** The utility process that owns the library. It ends when it is told to or when its parent is gone. */

import { wireError } from '../core/studio/dispatch.ts'
import { type Host, openHost } from '../core/studio/host.ts'
import { relay } from '../core/studio/relayed-fork.ts'
import { type MessagePortLike, messagePort } from '../core/studio/transports/message-port.ts'
import type { FromHost, ToHost } from './messages.ts'

const parent = process.parentPort
const send = (message: FromHost) => parent.postMessage(message)
const trainers = relay(send)
let host: Host | undefined

async function open(dataDirectory: string): Promise<void> {
  try {
    host = await openHost({
      dataDirectory,
      shell: 'desktop',
      fork: trainers.fork,
      onActiveRuns: (runs) => send({ kind: 'active', runs }),
      onBug: (error) =>
        send({ kind: 'bug', stack: error instanceof Error ? `${error.stack}` : String(error) }),
    })
    host.lost.catch(refuse)
    send({ kind: 'ready' })
  } catch (error) {
    refuse(error)
  }
}

function refuse(error: unknown): void {
  const { kind, message, remedy } = wireError(error)
  if (kind === 'bug') throw error
  send({ kind: 'refused', message, remedy })
}

parent.on('message', async ({ data, ports }) => {
  const message = data as ToHost
  switch (message.kind) {
    case 'open':
      await open(message.dataDirectory)
      break
    case 'page':
      if (ports[0] !== undefined) host?.connect(messagePort(ports[0] as MessagePortLike))
      break
    case 'close':
      await host?.close()
      process.exit(0)
      break
    default:
      trainers.receive(message)
  }
})

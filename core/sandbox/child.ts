/**
 * A limited process: loads one module and answers calls of what it exports as `calls`, one after the other. It may write no
 * file and start no program.
 */
import { Worker } from 'node:worker_threads'
import { besides } from '../besides.ts'
import { writeFailure } from '../failure.ts'
import { admitPlugins, loadPlugins } from '../plugins.ts'
import type { Reply, Request, SandboxedCalls } from './messages.ts'

const [module = '', ...plugins] = process.argv.slice(2)
const { calls } = (await import(module)) as { calls: SandboxedCalls }
admitPlugins(plugins)
await loadPlugins(plugins).catch(async (error: unknown) => {
  await say({ kind: 'failed', failure: writeFailure(error) })
  process.exit()
})

let taken: () => void
const current = new Int32Array(new SharedArrayBuffer(4))
new Worker(besides(import.meta.url, 'watch'), { workerData: current, execArgv: [] }).unref()

process.on('message', async (request: Request) => {
  if (request.kind === 'taken') return taken()
  mark(request.number)
  const reply = await answer(request.name, request.argument)
  mark(0)
  await say(reply)
})
process.on('disconnect', () => process.exit())
await say({ kind: 'ready', rss: process.memoryUsage.rss() })

async function answer(name: string, argument: unknown): Promise<Reply> {
  try {
    const result = await calls[name]!(argument as never, tell)
    return { kind: 'done', result }
  } catch (error) {
    return { kind: 'failed', failure: writeFailure(error) }
  }
}

/** One part at a time: what nobody has taken yet would pile up on the other side. */
async function tell(part: unknown): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    taken = resolve
  })
  await say({ kind: 'part', part })
  await answered
}

function mark(number: number): void {
  Atomics.store(current, 0, number)
  Atomics.notify(current, 0)
}

/** Resolves when it has left. */
function say(reply: Reply): Promise<void> {
  return new Promise((resolve) => process.send!(reply, () => resolve()))
}

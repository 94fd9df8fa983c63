/**
 * A limited process: loads one module and answers calls of what it exports as `calls`, one after the other. It may write no
 * file and start no program.
 */
import { Worker } from 'node:worker_threads'
import { besides } from '../besides.ts'
import { writeFailure } from '../failure.ts'
import { loadPlugins } from '../plugins.ts'
import type { SandboxedCalls } from './sandbox.ts'

/** What the owner says. */
export interface Call {
  /** From 1. */
  readonly number: number
  readonly name: string
  readonly argument: unknown
}

/** What the process says: that it is ready, what a call gives bit by bit, and how it ended. */
export type Reply =
  | { readonly kind: 'ready'; readonly rss: number }
  | { readonly kind: 'part'; readonly part: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly failure: Uint8Array }

const [module = '', ...plugins] = process.argv.slice(2)
const { calls } = (await import(module)) as { calls: SandboxedCalls }
await loadPlugins(plugins)

const current = new Int32Array(new SharedArrayBuffer(4))
new Worker(besides(import.meta.url, 'watch'), { workerData: current, execArgv: [] }).unref()

process.on('message', async ({ number, name, argument }: Call) => {
  mark(number)
  const reply = await answer(name, argument)
  mark(0)
  await say(reply)
})
process.on('disconnect', () => process.exit())
await say({ kind: 'ready', rss: process.memoryUsage.rss() })

async function answer(name: string, argument: unknown): Promise<Reply> {
  try {
    const result = await calls[name]!(argument as never, (part) => say({ kind: 'part', part }))
    return { kind: 'done', result }
  } catch (error) {
    return { kind: 'failed', failure: writeFailure(error) }
  }
}

function mark(number: number): void {
  Atomics.store(current, 0, number)
  Atomics.notify(current, 0)
}

/** Resolves when it has left, so that what waits to be sent does not pile up. */
function say(reply: Reply): Promise<void> {
  return new Promise((resolve) => process.send!(reply, () => resolve()))
}

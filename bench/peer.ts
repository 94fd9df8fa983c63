/**
 * Comparison of one of our updates with a peer's in Python, in alternation: a machine drifts by more than the two differ, so
 * only neighbouring blocks are compared.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './benchmark.ts'

export interface Comparison {
  readonly label: string
  /** A file of this folder, with its arguments, that calls `serve` of peer.py. */
  readonly script: string
  readonly args: readonly (string | number)[]
  /** Updates per block. */
  readonly updates: number
  /** The ratio that is wanted; null where none is. */
  readonly limit: number | null
  readonly ours: (threads: number) => Promise<{ update(): Promise<void>; release(): Promise<void> }>
}

/** So that the threads of the one no longer wait in a loop while the other is measured. */
const PAUSE_MS = 100

/** Runs the comparisons that --only names, with --rounds, --threads and --python from the command line; prints them. */
export async function comparePeer(name: string, install: string, comparisons: readonly Comparison[]) {
  const { values: options } = parseArgs({
    options: {
      python: { type: 'string', default: 'python3' },
      rounds: { type: 'string', default: '11' },
      threads: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
    },
  })
  const threads = Number(options.threads)
  for (const comparison of comparisons) {
    if (!comparison.label.includes(options.only)) continue
    const { label, script, args, updates, limit } = comparison
    const peer = await startPeer(options.python, [script, ...args.map(String), `${threads}`], install)
    const ours = await comparison.ours(threads)
    const blocks: { ours: number; peer: number }[] = []
    // The first round warms both up.
    for (let round = 0; round <= Number(options.rounds); round++) {
      await setTimeout(PAUSE_MS)
      const mine = await medianUpdate(ours.update, updates)
      await setTimeout(PAUSE_MS)
      const theirs = await peer.measure(updates)
      if (round > 0) blocks.push({ ours: mine, peer: theirs })
    }
    await ours.release()
    peer.end()
    const wanted = limit === null ? '' : `  (wanted: at most ${limit})`
    console.log(`${label}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`)
    console.log(`  ours          ${spread(blocks.map((block) => block.ours))} ms`)
    console.log(`  ${`${name} ${peer.version}`.padEnd(13)} ${spread(blocks.map((block) => block.peer))} ms`)
    console.log(`  ratio         ${spread(blocks.map((block) => block.ours / block.peer))}${wanted}`)
  }
}

/** The median of a block: what else runs on the machine now and then lengthens single updates by far. */
async function medianUpdate(update: () => Promise<void>, updates: number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < updates; i++) {
    const start = performance.now()
    await update()
    times.push(performance.now() - start)
  }
  return median(times)
}

function spread(samples: readonly number[]): string {
  const [low, high] = [Math.min(...samples), Math.max(...samples)]
  return `${median(samples).toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`
}

async function startPeer(python: string, [script, ...args]: [string, ...string[]], install: string) {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(python, [file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  })
  const missing = new Error(`${python} ended; it needs: ${install}`)
  child.on('error', () => {
    throw missing
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw missing
    return value
  }
  const version = (await line()).split(' ')[1]!.split('+')[0]!
  return {
    version,
    measure: async (updates: number): Promise<number> => {
      child.stdin.write(`${updates}\n`)
      return Number(await line())
    },
    end: () => child.stdin.end(),
  }
}

/**
 * Our SAC update and PyTorch's, in alternation: node bench/compare-torch.ts [--python PATH] [--rounds N] [--threads N]
 * A machine drifts by more than the two differ, so only neighbouring blocks are compared.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './benchmark.ts'
import { createSacUpdate, large, type SacSize, type SacUpdate, small } from './sac-update.ts'

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '11' },
    threads: { type: 'string', default: '2' },
  },
})
/** So that the threads of the one no longer wait in a loop while the other is measured. */
const PAUSE_MS = 100
const rounds = Number(options.rounds)
const threads = Number(options.threads)

for (const [label, size, updates, limit] of [
  ['512-256-256-40, batch 256', large, 60, 0.85],
  ['128-128-128-40, batch 128', small, 300, 0.6],
] as const) {
  await compare(label, size, updates, limit)
}

async function compare(label: string, size: SacSize, updates: number, limit: number): Promise<void> {
  const torch = await startTorch(size)
  const ours = await createSacUpdate(size, 'onnxruntime', threads)
  const blocks: { ours: number; torch: number }[] = []
  // The first round warms both up.
  for (let round = 0; round <= rounds; round++) {
    await setTimeout(PAUSE_MS)
    const mine = await medianUpdate(ours, updates)
    await setTimeout(PAUSE_MS)
    const theirs = await torch.measure(updates)
    if (round > 0) blocks.push({ ours: mine, torch: theirs })
  }
  await ours.release()
  torch.end()

  const ratios = blocks.map((block) => block.ours / block.torch)
  console.log(label)
  console.log(`  ours         ${spread(blocks.map((block) => block.ours))} ms`)
  console.log(`  torch ${torch.version.padEnd(6)} ${spread(blocks.map((block) => block.torch))} ms`)
  console.log(`  ratio        ${spread(ratios)}  (wanted: at most ${limit})`)
}

/** The median of a block: what else runs on the machine now and then lengthens single updates by far. */
async function medianUpdate({ update }: SacUpdate, updates: number): Promise<number> {
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

async function startTorch({ inputs, hidden, actions, batch }: SacSize) {
  const script = fileURLToPath(new URL('sac-update-torch.py', import.meta.url))
  const child = spawn(options.python, [script, ...[inputs, hidden, actions, batch, threads].map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`${options.python} ended; it needs torch: pip install torch numpy`)
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

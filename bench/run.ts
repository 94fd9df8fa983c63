/**
 * Runs the benchmarks and compares them with the committed results.
 *
 *   npm run bench -- [--only PATTERN] [--json] [--save]
 *
 * Each figure is the median of at least seven runs. The spread is (largest - smallest) / median of those runs: a change
 * against the committed figure counts as one only where neither range reaches into the other.
 *
 * --only takes a regular expression on names; --json prints an array for machines; --save writes bench/results.json.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Benchmark, median } from './benchmark.ts'
import { benchmarks as environments } from './env-bubble.ts'
import { benchmarks as perAngle } from './learner.ts'
import { benchmarks as ppo } from './ppo.ts'
import { benchmarks as remote } from './remote.ts'
import { benchmarks as rollouts } from './rollout.ts'
import { benchmarks as updates } from './sac-update.ts'
import { benchmarks as serving } from './serve.ts'

interface Result {
  readonly name: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  /** Number of samples. */
  readonly runs: number
}

interface SavedResults {
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly node: string
    readonly onnxruntime: string
    readonly tensorflow: string
  }
  readonly results: readonly Result[]
}

const RESULTS = new URL('results.json', import.meta.url)

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
})
const pattern = new RegExp(options.only)
const benchmarks = [
  ...environments,
  ...perAngle,
  ...updates,
  ...ppo,
  ...rollouts,
  ...remote,
  ...serving,
].filter(({ name }) => pattern.test(name))
if (benchmarks.length === 0) {
  console.error(`no benchmark has a name that matches ${pattern}`)
  process.exit(2)
}
const saved = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as SavedResults) : undefined
const results: Result[] = []
if (!options.json) console.log(row('name', 'unit', 'median', 'spread', 'committed', 'ratio', 'change'))
for (const benchmark of benchmarks) {
  const result = await measure(benchmark)
  results.push(result)
  if (!options.json) console.log(describe(result))
}
if (options.json) console.log(JSON.stringify(results, null, 2))
if (options.save) save()

async function measure({ name, unit, run }: Benchmark): Promise<Result> {
  const samples = await run()
  return {
    name,
    unit,
    median: round(median(samples)),
    min: round(Math.min(...samples)),
    max: round(Math.max(...samples)),
    runs: samples.length,
  }
}

function describe(result: Result): string {
  const spread = ({ min, max, median }: Result): string => `${Math.round((100 * (max - min)) / median)}%`
  const before = saved?.results.find(({ name }) => name === result.name)
  const now = [result.name, result.unit, `${result.median}`, spread(result)] as const
  if (before === undefined) return row(...now)
  const ratio = (result.median / before.median).toFixed(2)
  return row(...now, `${before.median} (${spread(before)})`, ratio, change(before, result))
}

/** Whether the runs of now lie beside those of before; the larger figure is the better one for rates. */
function change(before: Result, now: Result): string {
  if (now.min <= before.max && before.min <= now.max) return 'within noise'
  return now.median > before.median === now.unit.endsWith('/s') ? 'faster' : 'slower'
}

function row(name: string, ...columns: string[]): string {
  return [name.padEnd(36), ...columns.map((column, i) => column.padEnd(i === 3 ? 16 : 11))]
    .join(' ')
    .trimEnd()
}

/** Four significant digits. */
function round(x: number): number {
  return Number(x.toPrecision(4))
}

/** Replaces what was measured now and keeps the rest. */
function save(): void {
  const version = (name: string): string =>
    (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version
  const measured = new Set(results.map(({ name }) => name))
  const kept = saved?.results.filter(({ name }) => !measured.has(name)) ?? []
  const all: SavedResults = {
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      node: process.version,
      onnxruntime: version('onnxruntime-node'),
      tensorflow: version('@tensorflow/tfjs'),
    },
    results: [...kept, ...results].sort((a, b) => a.name.localeCompare(b.name)),
  }
  writeFileSync(RESULTS, `${JSON.stringify(all, null, 2)}\n`)
}

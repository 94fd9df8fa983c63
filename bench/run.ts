/**
 * Runs the benchmarks and compares them with the committed results.
 *
 *   node bench/run.ts [--only PATTERN] [--json] [--save]
 *
 * --only takes a regular expression on names; --json prints an array for machines; --save writes bench/results.json.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Benchmark, median } from './benchmark.ts'
import { benchmarks as environments } from './env-bubble.ts'
import { benchmarks as updates } from './sac-update.ts'

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
const benchmarks = [...environments, ...updates].filter(({ name }) => pattern.test(name))
if (benchmarks.length === 0) {
  console.error(`no benchmark has a name that matches ${pattern}`)
  process.exit(2)
}
const saved = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as SavedResults) : undefined
const results: Result[] = []
if (!options.json) console.log(row('name', 'unit', 'median', 'min', 'max', 'committed'))
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
  const before = saved?.results.find(({ name }) => name === result.name)
  const change =
    before === undefined ? '' : `${before.median} (x${(result.median / before.median).toFixed(2)})`
  return row(result.name, result.unit, ...[result.median, result.min, result.max].map(String), change)
}

function row(name: string, ...columns: string[]): string {
  return [name.padEnd(36), ...columns.map((column) => column.padEnd(11))].join(' ').trimEnd()
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

/**
 * Samples per second of bubble/25 at the pace of the real game: one instance, and sixteen in step and out of step, on two
 * workers. Measured at 20 times the game's speed and divided by 20, so that what stepping itself costs counts twentyfold.
 *
 * As a program, `node bin/run.js bench/rollout.ts [--json]`, it prints the ratios beside the published ones.
 */
import { parseArgs } from 'node:util'
import { Random } from '../core/random.ts'
import type { Stepping } from '../core/rollout/rollout.ts'
import { WorkerPool } from '../core/rollout/worker-pool.ts'
import { type Benchmark, median } from './benchmark.ts'

const PACE = 20
const SAMPLES = 7
const NOTCHES = 41
const RAY_FEATURES = 10
/** Share of shots that are fired anywhere; a level then takes about 31 bubbles, as it does half-way to mastery. */
const STRAY = 0.5

/** Fires, or swaps and fires, where the largest group would be joined. */
function aim(pool: WorkerPool, random: Random): void {
  const { count, observations, actions, waiting } = pool
  const O = observations.length / count
  for (const e of waiting ?? Array.from({ length: count }, (_, e) => e)) {
    let best = Number.NEGATIVE_INFINITY
    for (let notch = 0; notch < NOTCHES; notch++) {
      for (let swap = 0; swap < 2; swap++) {
        const group = observations[e * O + notch * RAY_FEATURES + 8 + swap]!
        const worth = group + 0.01 * random.uniform()
        if (worth <= best) continue
        best = worth
        actions.discrete[2 * e] = notch
        actions.discrete[2 * e + 1] = swap
      }
    }
    if (random.uniform() < STRAY) actions.discrete[2 * e] = random.below(NOTCHES)
  }
}

async function pacedRates(count: number, stepping: Stepping, stepsPerSample: number): Promise<number[]> {
  const pool = await WorkerPool.create({
    recipe: { id: 'bubble/25', parameters: {}, samplers: {} },
    count,
    workers: Math.min(2, count),
    stepping,
    pace: PACE,
    seed: 1,
  })
  const random = new Random(1)
  const play = async (steps: number): Promise<void> => {
    let made = 0
    while (made < steps) {
      if (pool.waiting?.length !== 0) {
        aim(pool, random)
        pool.send()
      }
      const { environments } = await pool.receive()
      made += environments?.length ?? count
    }
  }
  // So far that the instances are no longer at the same place of their first level.
  await play(30 * count)
  const rates: number[] = []
  while (rates.length < SAMPLES) {
    const start = performance.now()
    await play(stepsPerSample)
    rates.push((1000 * stepsPerSample) / (performance.now() - start) / PACE)
  }
  await pool.close()
  return rates
}

export const benchmarks: Benchmark[] = [
  { name: 'rollout/paced/1', unit: 'steps/s', run: () => pacedRates(1, 'sync', 100) },
  { name: 'rollout/paced/16-sync', unit: 'steps/s', run: () => pacedRates(16, 'sync', 800) },
  { name: 'rollout/paced/16-async', unit: 'steps/s', run: () => pacedRates(16, 'async', 1_600) },
]

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
  const measured: { name: string; median: number; min: number; max: number }[] = []
  for (const { name, run } of benchmarks) {
    const rates = await run()
    measured.push({ name, median: median(rates), min: Math.min(...rates), max: Math.max(...rates) })
  }
  const [one, sync, async] = measured.map((result) => result.median) as [number, number, number]
  const ratios = { 'sixteen against one': sync / one, 'async against sync': async / sync }
  if (values.json) console.log(JSON.stringify({ measured, ratios }, null, 2))
  else {
    for (const { name, median: middle, min, max } of measured) {
      console.log(`${name.padEnd(24)} ${middle.toFixed(2)} steps/s (${min.toFixed(2)} to ${max.toFixed(2)})`)
    }
    console.log(`sixteen in step against one: ${(sync / one).toFixed(2)} (published 7.5)`)
    console.log(`out of step against in step: ${(async / sync).toFixed(2)} (published 1.37)`)
  }
}

/**
 * Environment steps per second of a whole training run, collecting and learning: PPO on bubble/25 with the flat network,
 * three epochs over 2,048 steps in batches of 256, as `understudy train` runs it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../core/train/config.ts'
import { Trainer } from '../core/train/trainer.ts'
import type { Benchmark } from './benchmark.ts'
import { measuredPreset } from './preset.ts'

const SAMPLES = 9
/** Five times the buffer, so that each sample holds as much learning as collecting. */
const SAMPLE_STEPS = 10_240

async function stepsPerSecond(threads: number): Promise<number[]> {
  const runDirectory = mkdtempSync(join(tmpdir(), 'understudy-bench-'))
  const maxSteps = (SAMPLES + 1) * SAMPLE_STEPS
  const times: number[] = []
  const trainer = await Trainer.create({
    config: resolveConfig(measuredPreset('ppo'), {
      seed: 1,
      maxSteps,
      threads,
      settings: {
        'network_settings.shared_head': false,
        summary_freq: SAMPLE_STEPS,
        checkpoint_interval: maxSteps,
      },
    }),
    runDirectory,
    demonstrations: null,
    resume: false,
    initializeFrom: null,
    report: ({ type }) => {
      if (type === 'metrics') times.push(performance.now())
    },
  })
  await trainer.run()
  await trainer.release()
  rmSync(runDirectory, { recursive: true })
  // The time before the first summary is warm-up.
  return times.slice(1).map((time, i) => (SAMPLE_STEPS / (time - times[i]!)) * 1000)
}

export const benchmarks: readonly Benchmark[] = [1, 2].map((threads) => ({
  name: `ppo/bubble-25/flat/${threads}-thread${threads === 1 ? '' : 's'}`,
  unit: 'steps/s',
  run: () => stepsPerSecond(threads),
}))

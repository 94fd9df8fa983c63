/**
 * Environment steps per second of a whole training run, collecting and learning: preset `ppo` of bubble/25 with the flat
 * network, as `understudy train` runs it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../core/train/config.ts'
import { presetsFor } from '../core/train/presets.ts'
import { Trainer } from '../core/train/trainer.ts'
import type { Benchmark } from './benchmark.ts'

const SAMPLES = 9
/** Five times the buffer of the preset, so that each sample holds as much learning as collecting. */
const SAMPLE_STEPS = 10_240

async function stepsPerSecond(threads: number): Promise<number[]> {
  const preset = presetsFor('bubble/25').find(({ id }) => id === 'ppo')!
  const runDirectory = mkdtempSync(join(tmpdir(), 'understudy-bench-'))
  const maxSteps = (SAMPLES + 1) * SAMPLE_STEPS
  const times: number[] = []
  const trainer = await Trainer.create({
    config: resolveConfig(preset.config, {
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

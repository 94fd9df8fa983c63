/** A directory that is gone after the test, small episodes made from a seed, and runs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Random } from '../../core/random.ts'
import type { EnvironmentStamp, Episode, EpisodeHead, RunRow } from '../../core/store/index.ts'

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'understudy-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

export const stamp: EnvironmentStamp = {
  id: 'test/walk',
  version: 3,
  parameters: { length: 20, wind: 'none', slippery: false },
  observations: [
    { name: 'position', shape: [2] },
    { name: 'map', shape: [2, 3] },
  ],
  action: { continuous: 1, discrete: [3, 2] },
}

export const head: EpisodeHead = {
  environment: stamp,
  seed: 7,
  player: { name: 'tester', kind: 'agent' },
  startedAtUs: 1_700_000_000_000_000,
}

/** A run that has just begun, but for what is given. */
export function runRow(given: Partial<RunRow> = {}): RunRow {
  return {
    id: 'run',
    environmentId: 'basic',
    algorithm: 'sac',
    signals: ['extrinsic'],
    state: 'running',
    createdAtUs: 1_700_000_000_000_000,
    finishedAtUs: null,
    step: 0,
    maxSteps: 1_000,
    score: null,
    masteredAtStep: null,
    demonstrations: [],
    pid: null,
    message: null,
    config: '',
    ...given,
  }
}

export interface EpisodeOptions {
  steps?: number
  masked?: boolean
  changes?: Partial<Episode>
}

/** An episode of random numbers that meets every invariant; the same seed gives the same one. */
export function randomEpisode(
  seed: number,
  { steps = 5, masked = false, changes = {} }: EpisodeOptions = {},
): Episode {
  const random = new Random(seed)
  const discrete = Int32Array.from({ length: steps * 2 }, (_, i) => random.below(i % 2 === 0 ? 3 : 2))
  const masks = new Uint8Array(steps * 5)
  for (let step = 0; step < steps; step++) {
    masks[step * 5 + discrete[step * 2]!] = 1
    masks[step * 5 + 3 + discrete[step * 2 + 1]!] = 1
  }
  return {
    ...head,
    seed,
    observations: Float32Array.from({ length: (steps + 1) * 8 }, () => random.normal()),
    continuous: Float32Array.from({ length: steps }, () => 2 * random.uniform() - 1),
    discrete,
    rewards: Float32Array.from({ length: steps }, () => random.normal()),
    timesUs: Float64Array.from({ length: steps }, (_, i) => i * 16_666.5),
    ...(masked ? { masks } : {}),
    terminated: true,
    truncated: false,
    success: seed % 2 === 0,
    tags: [],
    note: '',
    rating: 0,
    ...changes,
  }
}

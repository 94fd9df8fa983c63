import { describe, expect, it } from 'vitest'
import { makeActionBatch } from '../../../core/experience/transitions.ts'
import type { Algorithm } from '../../../core/learn/index.ts'
import { PlayLoop } from '../play-loop.ts'

async function start(buffer_size: number): Promise<Algorithm> {
  const { algorithm } = await PlayLoop.start({
    environment: 'basic',
    numEnvs: 1,
    settings: {
      trainer_type: 'ppo',
      hyperparameters: { buffer_size, batch_size: buffer_size },
      network_settings: { normalize: true },
      time_horizon: 2,
    },
  })
  return algorithm
}

/** A step in which every number that is seen is `seen`. */
function observe(algorithm: Algorithm, seen: number, ended = false): void {
  algorithm.observe({
    observations: new Float32Array(20).fill(seen),
    nextObservations: new Float32Array(20).fill(seen),
    actions: makeActionBatch(1, 0, 1),
    rewards: new Float32Array(1),
    terminated: Uint8Array.of(Number(ended)),
    truncated: new Uint8Array(1),
    masks: null,
  })
}

function cutsOf(algorithm: Algorithm): number[] {
  const { buffer } = algorithm.save() as { buffer: { cuts: { row: number }[] } }
  return buffer.cuts.map(({ row }) => row)
}

describe('on-policy learners', () => {
  it('cut a trajectory whenever it is as long as the horizon, counted from the last cut or end', async () => {
    const algorithm = await start(8)
    for (let step = 0; step < 7; step++) observe(algorithm, 0, step === 4)
    expect(cutsOf(algorithm)).toEqual([1, 3, 4, 6])
    await algorithm.release()
  })

  it('cut the trajectory of an episode that was lost, and count from there', async () => {
    const algorithm = await start(8)
    observe(algorithm, 0)
    algorithm.drop!(0)
    for (let step = 0; step < 2; step++) observe(algorithm, 0)
    expect(cutsOf(algorithm)).toEqual([0, 2])
    await algorithm.release()
  })

  it('keep the statistics of every buffer', async () => {
    const algorithm = await start(4)
    for (const seen of [1, 3]) {
      for (let step = 0; step < 4; step++) observe(algorithm, seen)
      expect(await algorithm.update()).toBeGreaterThan(0)
    }
    const { normalizer } = algorithm.save() as { normalizer: { mean: Float64Array } }
    // a zero is taken for seen before all
    expect(normalizer.mean[0]).toBeCloseTo((4 * 1 + 4 * 3) / 9, 5)
    await algorithm.release()
  })
})

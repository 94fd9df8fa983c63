import { describe, expect, it } from 'vitest'
import { registerEnvironment } from '../../../core/envs/index.ts'
import { makeActionBatch } from '../../../core/experience/transitions.ts'
import type { SavedParameters } from '../../../core/tensor/index.ts'
import { PlayLoop } from '../play-loop.ts'
import { reachEnvironment } from '../reach.ts'

registerEnvironment('test/reach-off-policy', reachEnvironment)

const E = 64
const start = (trainer_type: string) =>
  PlayLoop.start({
    environment: trainer_type === 'dqn' ? 'basic' : 'test/reach-off-policy',
    numEnvs: E,
    settings: {
      trainer_type,
      hyperparameters: { buffer_init_steps: E },
      network_settings: { hidden_units: 8, num_layers: 1, normalize: true },
    },
  })

describe('off-policy learners', () => {
  it.each([
    ['sac', 'targets', 'critics'],
    ['td3', 'targets', 'critics'],
    ['td3', 'policyTarget', 'policy'],
    ['dqn', 'targets', 'online'],
  ])('%s begins with %s that are copies of its %s', async (trainer, follower, followed) => {
    const { algorithm } = await start(trainer)
    const saved = algorithm.save() as Record<string, SavedParameters>
    expect([...saved[follower]!.values]).toEqual([...saved[followed]!.values])
    await algorithm.release()
  })

  it('plays at random first, and by the policy from then on, with statistics of what it came to see', async () => {
    const { algorithm } = await start('td3')
    const same = new Float32Array(E).fill(0.5)
    const spread = async () => {
      const actions = makeActionBatch(E, 1, 0)
      await algorithm.act(same, null, actions)
      return Math.max(...actions.continuous) - Math.min(...actions.continuous)
    }
    expect(await spread()).toBeGreaterThan(1.8)
    algorithm.observe({
      observations: same,
      nextObservations: new Float32Array(E).fill(2),
      actions: makeActionBatch(E, 1, 0),
      rewards: new Float32Array(E),
      terminated: new Uint8Array(E),
      truncated: new Uint8Array(E),
      masks: null,
    })
    // noise of deviation 0.1 about one action
    expect(await spread()).toBeLessThan(0.8)
    const { normalizer } = algorithm.save() as { normalizer: { mean: Float64Array } }
    expect(normalizer.mean[0]).toBeCloseTo((2 * E) / (E + 1), 5)
    await algorithm.release()
  })
})

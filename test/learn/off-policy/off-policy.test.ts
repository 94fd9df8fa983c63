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

  it('remember an episode, and nothing of the one before', async () => {
    const { algorithm } = await PlayLoop.start({
      environment: 'test/reach-off-policy',
      numEnvs: 2,
      settings: {
        trainer_type: 'sac',
        network_settings: { hidden_units: 8, memory: { memory_size: 8, sequence_length: 4 } },
      },
    })
    const same = new Float32Array(2).fill(0.5)
    const actions = makeActionBatch(2, 1, 0)
    await algorithm.act(same, null, actions)
    algorithm.observe({
      observations: same,
      nextObservations: same,
      actions,
      rewards: new Float32Array(2),
      terminated: new Uint8Array(2),
      truncated: Uint8Array.of(1, 0),
      masks: null,
    })
    const { replay } = algorithm.save() as { replay: { memory: Float32Array } }
    expect([...replay.memory.subarray(0, 8)]).toEqual(new Array(8).fill(0))
    expect(replay.memory.subarray(8).every((value) => value !== 0)).toBe(true)
    await algorithm.release()
  })
})

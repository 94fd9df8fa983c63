import { describe, expect, it } from 'vitest'
import { makeEnvironment, observationSize } from '../../core/envs/index.ts'
import { allRows, makeActionBatch } from '../../core/experience/transitions.ts'
import { actingCopyOf, behaviorSettings } from '../../core/learn/index.ts'
import { Random } from '../../core/random.ts'
import { loadRuntime } from '../../core/tensor/index.ts'
import { PlayLoop } from './play-loop.ts'

const E = 4

async function both(environment: string, trainer_type: string, more: Record<string, unknown> = {}) {
  const given = {
    trainer_type,
    network_settings: { hidden_units: 8, num_layers: 1, normalize: trainer_type === 'ppo' },
    ...more,
  }
  const loop = await PlayLoop.start({ environment, settings: given, numEnvs: E })
  const settings = behaviorSettings.parse(given)
  const { spec } = makeEnvironment(environment)
  const random = new Random(2)
  const runtime = await loadRuntime('onnxruntime')
  const copy = await actingCopyOf(settings)({ spec, numEnvs: E, allEnvs: 2 * E, settings, runtime, random })
  const O = observationSize(spec)
  const observations = Float32Array.from({ length: E * O }, (_, i) => Math.sin(i))
  const { continuous, discrete } = spec.action
  const actions = () => ({
    ...makeActionBatch(E, continuous, discrete.length),
    logPi: new Float32Array(E).fill(Number.NaN),
  })
  return { ...loop, loop, copy, random, observations, actions }
}

const small = { hyperparameters: { buffer_size: 4 * E, batch_size: 4 * E, num_epoch: 1 } }

describe('a copy that acts elsewhere', () => {
  it.each([
    ['basic', 'ppo', small],
    ['pendulum', 'ppo', small],
    ['basic', 'sac', { hyperparameters: { acting_temperature: 0.5, buffer_init_steps: 0 } }],
    ['pendulum', 'td3', { hyperparameters: { exploration_noise: 0.3, buffer_init_steps: 0 } }],
  ])('does in %s what %s itself would do', async (environment, algorithm, more) => {
    const { loop, copy, random, observations, actions } = await both(environment, algorithm, more)
    // Statistics of observations come with the first buffer.
    if (algorithm === 'ppo') await loop.run(8 * E)
    copy.load(loop.algorithm.acting!.save() as never)
    const [own, others] = [actions(), actions()]
    loop.random.seed(9)
    random.seed(9)
    for (let t = 0; t < 2; t++) {
      await loop.algorithm.act(observations, null, own)
      await copy.act(observations, null, others)
      expect(others).toEqual(own)
    }
    await loop.algorithm.release()
  })

  it('plays at random for its share of the steps that are left', async () => {
    const { loop, copy, observations, actions } = await both('basic', 'sac', {
      hyperparameters: { buffer_init_steps: 40, acting_temperature: 0 },
    })
    loop.algorithm.observe({
      observations: new Float32Array(E * 20),
      nextObservations: new Float32Array(E * 20),
      actions: makeActionBatch(E, 0, 1),
      rewards: new Float32Array(E),
      terminated: new Uint8Array(E),
      truncated: new Uint8Array(E),
      masks: null,
      environments: allRows(E),
    })
    // 36 are left, of which half are its own: four and a half of each of its environments
    copy.load(loop.algorithm.acting!.save() as never)
    observations.fill(0.5)
    const played: string[] = []
    for (let t = 0; t < 8; t++) {
      const chosen = actions()
      await copy.act(observations, null, chosen)
      played.push(chosen.discrete.join())
    }
    expect(new Set(played.slice(5)).size).toBe(1)
    expect(new Set(played.slice(0, 5)).size).toBeGreaterThan(2)
    await loop.algorithm.release()
  })

  it('is refused of what has none, with what has', () => {
    const of = (settings: object) => () => actingCopyOf(behaviorSettings.parse(settings))
    expect(of({ trainer_type: 'es' })).toThrow(/es cannot act on workers/)
    expect(of({ trainer_type: 'ppo', network_settings: { memory: {} } })).toThrow(
      /ppo with memory cannot act/,
    )
    expect(of({ trainer_type: 'sac' })).not.toThrow()
  })
})

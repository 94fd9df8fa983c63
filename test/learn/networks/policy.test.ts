import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { makeActionBatch } from '../../../core/experience/transitions.ts'
import { behaviorSettings } from '../../../core/learn/index.ts'
import type { ContinuousKind } from '../../../core/learn/networks/distributions.ts'
import { Actor, buildPolicy } from '../../../core/learn/networks/policy.ts'
import { setUp } from '../../../core/learn/setup.ts'
import { Random } from '../../../core/random.ts'
import { allocateParameters, Graph, loadRuntime } from '../../../core/tensor/index.ts'

/** One action of a fresh policy for each of 8 equal observations, always with the same draws. */
async function decide(
  environment: string,
  kind: ContinuousKind,
  deterministic: boolean,
  temperature: number,
) {
  const { spec } = makeEnvironment(environment)
  const E = 8
  const runtime = await loadRuntime('onnxruntime')
  const settings = behaviorSettings.parse({ network_settings: { hidden_units: 8 } })
  const context = {
    spec,
    numEnvs: E,
    settings,
    demonstrations: null,
    runtime,
    random: new Random(1),
    threads: 1,
  }
  const { shape, policy, O, C, layout } = setUp(context, { continuousKind: kind, logitBound: 0 })
  const graph = new Graph()
  buildPolicy(shape, graph, policy, graph.input('x', [E, O]))
  allocateParameters([policy], new Random(2))
  const actor = await Actor.compile(shape, policy, runtime, E)
  const actions = makeActionBatch(E, C, layout.branchSizes.length)
  const observations = new Float32Array(E * O).fill(0.5)
  await actor.act(observations, null, actions, {
    random: new Random(7),
    spread: deterministic ? 0 : temperature,
  })
  const raw = [...actions.raw]
  await actor.release()
  return { raw, discrete: [...actions.discrete] }
}

describe.each(['squashed', 'clipped'] as const)('acting with a temperature, %s', (kind) => {
  it('multiplies the spread of continuous actions, down to the mean alone', async () => {
    const mean = (await decide('pendulum', kind, true, 1)).raw
    const drawn = (await decide('pendulum', kind, false, 1)).raw
    const surer = (await decide('pendulum', kind, false, 0.25)).raw
    expect(new Set(drawn).size).toBe(8)
    surer.forEach((raw, e) => {
      expect(raw - mean[e]!).toBeCloseTo((drawn[e]! - mean[e]!) / 4, 5)
    })
    expect((await decide('pendulum', kind, false, 0)).raw).toEqual(mean)
  })

  it('of 0 takes the most likely discrete action', async () => {
    const likeliest = (await decide('basic', kind, true, 1)).discrete
    expect((await decide('basic', kind, false, 1)).discrete).not.toEqual(likeliest)
    expect((await decide('basic', kind, false, 0)).discrete).toEqual(likeliest)
  })
})

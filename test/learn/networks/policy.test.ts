import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { makeActionBatch } from '../../../core/experience/transitions.ts'
import { behaviorSettings } from '../../../core/learn/index.ts'
import type { ContinuousKind } from '../../../core/learn/networks/distributions.ts'
import { Actor, buildPolicy } from '../../../core/learn/networks/policy.ts'
import { setUp } from '../../../core/learn/setup.ts'
import { Random } from '../../../core/random.ts'
import { allocateParameters, Graph, loadRuntime } from '../../../core/tensor/index.ts'

/** One action of a fresh policy for each of 8 observations, all numbers of which are `seen`, always with the same draws. */
async function decide(
  environment: string,
  kind: ContinuousKind,
  deterministic: boolean,
  temperature: number,
  seen: (e: number) => number = () => 0.5,
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
  const observations = Float32Array.from({ length: E * O }, (_, i) => seen(Math.floor(i / O)))
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
    expect((await decide('basic', kind, false, 1e-4)).discrete).toEqual(likeliest)
  })
})

it('draws for every environment by the spread of what it sees', async () => {
  const spreads = async (seen: (e: number) => number) => {
    const mean = (await decide('pendulum', 'squashed', true, 1, seen)).raw
    return (await decide('pendulum', 'squashed', false, 1, seen)).raw.map((raw, e) => raw - mean[e]!)
  }
  const [near, far] = [await spreads(() => 0.5), await spreads(() => -9)]
  const mixed = await spreads((e) => (e < 4 ? 0.5 : -9))
  mixed.forEach((spread, e) => {
    expect(spread).toBeCloseTo((e < 4 ? near : far)[e]!, 5)
  })
  expect(Math.abs(near[7]! / far[7]! - 1)).toBeGreaterThan(0.05)
})

import { describe, expect, it } from 'vitest'
import { type EnvironmentSpec, observationSize } from '../../../core/envs/index.ts'
import { ActionLayout } from '../../../core/learn/networks/action-layout.ts'
import { Normalizer, seen } from '../../../core/learn/networks/normalizer.ts'
import { Actor, buildPolicy, type PolicyShape } from '../../../core/learn/networks/policy.ts'
import { exportPolicy } from '../../../core/learn/networks/policy-export.ts'
import { networkSettings } from '../../../core/learn/settings.ts'
import { Random } from '../../../core/random.ts'
import { allocateParameters, Graph, loadRuntime, Parameters } from '../../../core/tensor/index.ts'
import { openModel } from '../../../core/tensor/runtimes/onnxruntime.ts'

function specOf(action: EnvironmentSpec['action']): EnvironmentSpec {
  return {
    id: 'test',
    title: 'test',
    description: '',
    version: 1,
    parameters: {},
    observations: [
      { name: 'rows', shape: [5, 3], description: '' },
      { name: 'rest', shape: [4], description: '' },
    ],
    action,
    score: { unit: 'step', units: 'steps', measure: 'length' },
  }
}

/** A policy with random weights, larger than usual so that choices differ, and what it exports. */
async function policyOf(spec: EnvironmentSpec, { normalize = true, memory = 0 } = {}) {
  const normalizer = normalize ? new Normalizer(spec) : null
  const random = new Random(8)
  normalizer?.update(Float32Array.from({ length: 50 * observationSize(spec) }, () => 3 + 2 * random.normal()))
  const shape: PolicyShape = {
    spec,
    layout: new ActionLayout(spec),
    settings: networkSettings.parse({
      hidden_units: 16,
      head_units: 8,
      memory: memory === 0 ? null : { memory_size: memory },
    }),
    normalizer,
    continuousKind: 'squashed',
    logitBound: 6,
  }
  const parameters = new Parameters('policy')
  const graph = new Graph()
  const [x] = seen(normalizer, graph, graph.input('observation', [1, observationSize(spec)]))
  const past = memory === 0 ? null : { state: graph.input('memory', [1, memory]), kept: null }
  buildPolicy(shape, graph, parameters, x, past)
  allocateParameters([parameters], random)
  for (let i = 0; i < parameters.values.length; i++) parameters.values[i] = parameters.values[i]! * 3
  const actor = await Actor.compile(shape, parameters, await loadRuntime('onnxruntime'), 7)
  return { actor, random, model: await openModel(exportPolicy(shape, parameters)) }
}

/** [rows, width] all allowed */
function allAllowed(rows: number, width: number) {
  return { data: new Float32Array(rows * width).fill(1), dims: [rows, width] }
}

describe('exported policy', () => {
  it('acts like the policy, for any batch, under the names of ML-Agents', async () => {
    const spec = specOf({ continuous: 0, discrete: [2, 5], aligned: { branch: 1, observation: 'rows' } })
    const { actor, random, model } = await policyOf(spec)
    expect(model.inputs.map(({ name }) => name)).toEqual(['obs_0', 'obs_1', 'action_masks'])
    expect(model.outputs.map(({ name }) => name)).toEqual([
      'version_number',
      'memory_size',
      'discrete_actions',
      'discrete_action_output_shape',
      'deterministic_discrete_actions',
    ])
    const E = 7
    const observations = Float32Array.from({ length: E * 19 }, () => 3 + 2 * random.normal())
    const actions = { continuous: new Float32Array(0), discrete: new Int32Array(E * 2) }
    await actor.act(observations, null, actions, { random, spread: 0 })
    expect(new Set(actions.discrete).size).toBeGreaterThan(2)
    for (const batch of [7, 1]) {
      const rows = Array.from({ length: batch }, (_, e) => observations.subarray(e * 19, (e + 1) * 19))
      const result = await model.run({
        obs_0: {
          data: Float32Array.from(rows.flatMap((row) => [...row.subarray(0, 15)])),
          dims: [batch, 5, 3],
        },
        obs_1: { data: Float32Array.from(rows.flatMap((row) => [...row.subarray(15)])), dims: [batch, 4] },
        action_masks: allAllowed(batch, 7),
      })
      expect(result.deterministic_discrete_actions!.dims).toEqual([batch, 2])
      expect(Array.from(result.deterministic_discrete_actions!.data, Number)).toEqual([
        ...actions.discrete.subarray(0, batch * 2),
      ])
      expect(Array.from(result.version_number!.data, Number)).toEqual([3])
      expect(Array.from(result.discrete_action_output_shape!.data, Number)).toEqual([2, 5])
    }
  })

  it('remembers as the policy does, from recurrent_in to recurrent_out, the shared head too', async () => {
    const spec = specOf({ continuous: 0, discrete: [2, 5], aligned: { branch: 1, observation: 'rows' } })
    const { actor, random, model } = await policyOf(spec, { memory: 6 })
    expect(model.inputs.map(({ name, shape }) => [name, ...shape.slice(1)])).toEqual([
      ['obs_0', 5, 3],
      ['obs_1', 4],
      ['action_masks', 7],
      ['recurrent_in', 1, 6],
    ])
    expect(model.outputs.at(-1)!.name).toBe('recurrent_out')
    const E = 7
    const actions = { continuous: new Float32Array(0), discrete: new Int32Array(E * 2) }
    let memory = new Float32Array(E * 6)
    const still = Float32Array.from({ length: E * 19 }, () => 3 + 2 * random.normal())
    const columns = (from: number, to: number) =>
      Float32Array.from(
        Array.from({ length: E }, (_, e) => [...still.subarray(e * 19 + from, e * 19 + to)]).flat(),
      )
    const chosen: string[] = []
    for (let t = 0; t < 4; t++) {
      if (t === 2) {
        for (let i = 0; i < memory.length; i++) actor.memory[i] = memory[i] = 9 * random.normal()
        actor.forget(2)
        memory.fill(0, 12, 18)
      }
      await actor.act(still, null, actions, { random, spread: 0 })
      const result = await model.run({
        obs_0: { data: columns(0, 15), dims: [E, 5, 3] },
        obs_1: { data: columns(15, 19), dims: [E, 4] },
        recurrent_in: { data: memory, dims: [E, 1, 6] },
        action_masks: allAllowed(E, 7),
      })
      memory = Float32Array.from(result.recurrent_out!.data)
      expect(result.recurrent_out!.dims).toEqual([E, 1, 6])
      expect([...result.memory_size!.data]).toEqual([6])
      for (const [i, value] of memory.entries()) expect(value).toBeCloseTo(actor.memory[i]!, 5)
      expect([...result.deterministic_discrete_actions!.data]).toEqual([...actions.discrete])
      chosen.push(actions.discrete.join())
    }
    // what is seen stays the same, so only the other memory can change the choice
    expect(new Set(chosen).size).toBeGreaterThan(1)
  })

  it('samples its stochastic output from the policy', async () => {
    const spec = specOf({ continuous: 0, discrete: [3] })
    const { model } = await policyOf(spec, { normalize: false })
    const batch = 4000
    const row = Float32Array.from({ length: 19 }, (_, i) => Math.sin(i))
    const feeds = {
      obs_0: {
        data: Float32Array.from({ length: batch * 15 }, (_, i) => row[i % 15]!),
        dims: [batch, 5, 3],
      },
      obs_1: {
        data: Float32Array.from({ length: batch * 4 }, (_, i) => row[15 + (i % 4)]!),
        dims: [batch, 4],
      },
      action_masks: allAllowed(batch, 3),
    }
    const result = await model.run(feeds)
    const counts = [0, 0, 0]
    for (const action of result.discrete_actions!.data) counts[Number(action)]!++
    const best = Number(result.deterministic_discrete_actions!.data[0])
    expect(Math.max(...counts)).toBe(counts[best])
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1)
  })

  it('never chooses what its mask forbids', async () => {
    const spec = specOf({ continuous: 0, discrete: [2, 3], masked: true })
    const { model } = await policyOf(spec)
    const result = await model.run({
      obs_0: { data: new Float32Array(15), dims: [1, 5, 3] },
      obs_1: { data: new Float32Array(4), dims: [1, 4] },
      action_masks: { data: Float32Array.of(0, 1, 0, 0, 1), dims: [1, 5] },
    })
    expect(Array.from(result.discrete_actions!.data, Number)).toEqual([1, 2])
    expect(Array.from(result.deterministic_discrete_actions!.data, Number)).toEqual([1, 2])
  })

  it('has continuous actions within bounds', async () => {
    const { actor, random, model } = await policyOf(specOf({ continuous: 2, discrete: [] }))
    const observations = Float32Array.from({ length: 7 * 19 }, () => random.normal())
    const actions = { continuous: new Float32Array(14), discrete: new Int32Array(0) }
    await actor.act(observations, null, actions, { random, spread: 0 })
    const result = await model.run({
      obs_0: { data: observations.slice(0, 15), dims: [1, 5, 3] },
      obs_1: { data: observations.slice(15, 19), dims: [1, 4] },
    })
    const deterministic = result.deterministic_continuous_actions!.data
    for (let i = 0; i < 2; i++) expect(Number(deterministic[i])).toBeCloseTo(actions.continuous[i]!, 5)
    for (const value of result.continuous_actions!.data)
      expect(Math.abs(Number(value))).toBeLessThanOrEqual(1)
  })

  it('stays within bounds where the tanh of onnxruntime does not', async () => {
    const { model } = await policyOf(specOf({ continuous: 2, discrete: [] }), { normalize: false })
    // from one bound to the other in steps so small that the inputs at which it passes 1 are among them
    const batch = 20_000
    const along = (size: number) =>
      Float32Array.from({ length: batch * size }, (_, i) => -6 + (12 * Math.floor(i / size)) / batch)
    const { deterministic_continuous_actions: actions } = await model.run({
      obs_0: { data: along(15), dims: [batch, 5, 3] },
      obs_1: { data: along(4), dims: [batch, 4] },
    })
    const sizes = Array.from(actions!.data, (value) => Math.abs(Number(value)))
    expect(Math.max(...sizes.slice(0, 1000), ...sizes.slice(-1000))).toBeCloseTo(1, 6)
    expect(sizes.filter((size) => size > 1)).toEqual([])
  })
})

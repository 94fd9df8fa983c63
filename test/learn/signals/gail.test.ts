import { describe, expect, it } from 'vitest'
import type { EnvironmentSpec } from '../../../core/envs/index.ts'
import { Metrics } from '../../../core/learn/metrics.ts'
import { ActionLayout } from '../../../core/learn/networks/action-layout.ts'
import type { ReplayShape, SampledBatch } from '../../../core/learn/off-policy/replay-buffer.ts'
import { gailSettings, gailSignal } from '../../../core/learn/signals/gail.ts'
import { Random } from '../../../core/random.ts'
import { allocateParameters, Graph, loadRuntime, oneHot } from '../../../core/tensor/index.ts'

const spec: EnvironmentSpec = {
  id: 'test',
  title: 'test',
  description: '',
  version: 1,
  parameters: {},
  observations: [{ name: 'state', shape: [3], description: '' }],
  action: { continuous: 0, discrete: [2] },
  score: { unit: 'step', units: 'steps', measure: 'length' },
}
const shape: ReplayShape = { observation: 3, continuous: 0, branches: 1, mask: 0 }
const M = 200
const B = 64

/** Demonstrations sit around +1 and choose 1; the agent sits around `center` and chooses `choice`. */
async function trained(
  overrides: Record<string, unknown>,
  agentAt: number,
  agentChoice: number,
  updates = 300,
) {
  const random = new Random(3)
  const noisy = (center: number, n: number) =>
    Float32Array.from({ length: n * 3 }, () => center + 0.5 * random.normal())
  const terminated = new Uint8Array(M).map((_, i) => (i % 4 === 0 ? 1 : 0))
  const settings = gailSettings.parse({ learning_rate: 3e-3, gradient_penalty: 0.5, ...overrides })
  const context = {
    spec,
    layout: new ActionLayout(spec),
    shape,
    demonstrations: {
      length: M,
      observations: noisy(1, M),
      nextObservations: noisy(1, M),
      continuous: new Float32Array(0),
      discrete: new Int32Array(M).fill(1),
      rewards: new Float32Array(M),
      terminated,
      truncated: new Uint8Array(M),
    },
    batchSize: B,
    random,
  }
  const signal = gailSignal(context, settings)
  const graph = new Graph()
  const observation = graph.input('observation', [2, 3])
  const reward = signal.reward(graph, {
    observation,
    choices: [oneHot(graph.input('choice', [2]), 2)],
    continuous: null,
    reward: graph.constant(0, [2]),
    nextObservation: graph.input('next-observation', [2, 3]),
    terminated: graph.constant(0, [2]),
  })
  const absorbing = signal.absorbingReward(graph)
  allocateParameters([signal.parameters!], new Random(1))
  const runtime = await loadRuntime('onnxruntime')
  await signal.compile(runtime, 1)
  const program = await runtime.compile({
    outputs: absorbing === null ? { reward } : { reward, absorbing },
    bind: signal.bindings(),
  })
  const rewards = async () => {
    program.inputs.observation!.set([1, 1, 1, agentAt, agentAt, agentAt])
    program.inputs.choice?.set([1, agentChoice])
    await program.run()
    return { demonstration: program.outputs.reward![0]!, agent: program.outputs.reward![1]! }
  }
  const before = await rewards()
  const metrics = new Metrics()
  for (let i = 0; i < updates; i++) {
    await signal.update(metrics, (batch: SampledBatch) => {
      batch.observations.set(noisy(agentAt, B))
      batch.discrete.fill(agentChoice)
      batch.terminated.fill(0)
    })
  }
  const after = await rewards()
  const absorbed = program.outputs.absorbing?.[0]
  await program.release()
  await signal.release()
  return { before, after, absorbed, metrics: metrics.drain() }
}

describe('GAIL', () => {
  it.each(['gail', 'airl', 'logd'])(
    'as %s raises the reward on demonstrations and lowers it on the agent',
    async (reward_form) => {
      const { before, after, metrics } = await trained({ reward_form }, -1, 0)
      expect(after.demonstration).toBeGreaterThan(before.demonstration)
      expect(after.agent).toBeLessThan(before.agent)
      expect(metrics['gail/accuracy_agent']).toBeGreaterThan(0.8)
      expect(metrics['gail/accuracy_demonstrations']).toBeGreaterThan(0.8)
      if (reward_form === 'gail') expect(after.agent).toBeGreaterThanOrEqual(0)
      if (reward_form === 'logd') expect(after.demonstration).toBeLessThanOrEqual(0)
    },
  )

  it('cannot tell an agent that does the same', async () => {
    const { after } = await trained({ reward_form: 'airl' }, 1, 1)
    expect(Math.abs(after.demonstration)).toBeLessThan(0.7)
  })

  it('sees a difference in actions only when it is shown them', async () => {
    const blind = await trained({ reward_form: 'airl', use_actions: false }, 1, 0)
    const seeing = await trained({ reward_form: 'airl', use_actions: true }, 1, 0)
    expect(blind.after.demonstration - blind.after.agent).toBeCloseTo(0, 5)
    expect(seeing.after.demonstration - seeing.after.agent).toBeGreaterThan(0.5)
  })

  it('keeps its slope down by the gradient penalty', async () => {
    const steep = await trained({ reward_form: 'airl', gradient_penalty: 0, reward_clip: 100 }, -1, 0)
    const gentle = await trained({ reward_form: 'airl', gradient_penalty: 10, reward_clip: 100 }, -1, 0)
    const gap = ({ after }: typeof steep) => after.demonstration - after.agent
    expect(gap(gentle)).toBeLessThan(0.5 * gap(steep))
  })

  it('says by default what it sees', async () => {
    const { gradient_penalty } = gailSettings.parse({})
    const { metrics } = await trained({ gradient_penalty, learning_rate: 3e-4 }, -1, 0, 600)
    expect(metrics['gail/logit_demonstrations']! - metrics['gail/logit_agent']!).toBeGreaterThan(2)
  })

  it('rewards the absorbing state when demonstrations end and the agent does not', async () => {
    const { absorbed } = await trained({ reward_form: 'airl', absorbing_states: true }, -1, 0)
    expect(absorbed).toBeGreaterThan(0.5)
  })

  it('fades by its schedule and clips its reward', async () => {
    const options = { spec, layout: new ActionLayout(spec), shape, batchSize: B }
    const settings = gailSettings.parse({ strength: 0.05, anneal_steps: 8000 })
    const demonstrations = {
      length: 1,
      observations: new Float32Array(3),
      nextObservations: new Float32Array(3),
      continuous: new Float32Array(0),
      discrete: new Int32Array(1),
      rewards: new Float32Array(1),
      terminated: new Uint8Array(1),
      truncated: new Uint8Array(1),
    }
    const signal = gailSignal({ ...options, demonstrations, random: new Random(0) }, settings)
    expect([0, 2000, 8000, 9000].map((step) => signal.strength(step))).toEqual([0.05, 0.05 * 0.75, 0, 0])
    const { after } = await trained({ reward_form: 'airl', gradient_penalty: 0, reward_clip: 0.3 }, -1, 0)
    expect(after.demonstration).toBeCloseTo(0.3, 5)
    expect(after.agent).toBeCloseTo(-0.3, 5)
  })
})

import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { type Cloning, cloningLoss, makeCloning } from '../../core/learn/cloning.ts'
import { behaviorSettings, type DemonstrationData } from '../../core/learn/index.ts'
import { Metrics } from '../../core/learn/metrics.ts'
import type { ContinuousKind } from '../../core/learn/networks/distributions.ts'
import { Actor, buildPolicy, policyBindings } from '../../core/learn/networks/policy.ts'
import { setUp } from '../../core/learn/setup.ts'
import { Update } from '../../core/learn/update.ts'
import { Random } from '../../core/random.ts'
import { allocateParameters, Graph, loadRuntime, oneHot } from '../../core/tensor/index.ts'
import { PlayLoop, ppoBasic, sacBasic, walkRight } from './play-loop.ts'

/** @param steps  of the walk that is shown */
async function workbench(section: Record<string, unknown>, steps = 7) {
  const context = {
    spec: makeEnvironment('basic').spec,
    numEnvs: 8,
    settings: behaviorSettings.parse({ network_settings: { hidden_units: 8 }, behavioral_cloning: section }),
    demonstrations: { ...walkRight(), length: steps },
    runtime: await loadRuntime('onnxruntime'),
    random: new Random(3),
    threads: 1,
  }
  const setup = setUp(context, { continuousKind: 'clipped', logitBound: 0 })
  const cloning: Cloning = makeCloning(context, setup.shape, setup.replayShape, setup.policy)!
  return { context, cloning, ...setup }
}

describe('the cloning loss', () => {
  it('is the mean of -log pi(a|s)', async () => {
    const { shape, policy, O, context } = await workbench({})
    const graph = new Graph()
    const observation = graph.input('observation', [3, O])
    const choices = [oneHot(graph.input('choice', [3]), 3)]
    const inputs = { observation, choices, continuous: null }
    const loss = cloningLoss(shape, graph, policy, inputs)
    const logits = buildPolicy(shape, graph, policy, inputs.observation).logits[0]!
    allocateParameters([policy], new Random(5))
    const program = await context.runtime.compile({
      outputs: { loss, logits },
      bind: policyBindings(shape, policy),
    })
    for (let i = 0; i < 3; i++) program.inputs.observation![i * O + 4 * i] = 1
    const chosen = [2, 0, 1]
    program.inputs.choice!.set(chosen)
    await program.run()
    let expected = 0
    chosen.forEach((a, i) => {
      const row = [...program.outputs.logits!.subarray(i * 3, (i + 1) * 3)]
      expected -= (row[a]! - Math.log(row.reduce((sum, l) => sum + Math.exp(l), 0))) / 3
    })
    expect(program.outputs.loss![0]).toBeCloseTo(expected, 5)
    await program.release()
  })

  it('is the mean square of tanh(mu) - a where a policy draws nothing', async () => {
    const { context } = await workbench({})
    const { spec } = makeEnvironment('pendulum')
    const { shape, policy, O } = setUp(
      { ...context, spec },
      { continuousKind: 'deterministic', logitBound: 0 },
    )
    const graph = new Graph()
    const observation = graph.constant([3, -2, 1, 0.5, 9, -4], [2, O])
    const shown = [0.9, -0.7]
    const inputs = { observation, choices: [], continuous: graph.constant(shown, [2, 1]) }
    const loss = cloningLoss(shape, graph, policy, inputs)
    const mean = buildPolicy(shape, graph, policy, observation).mean!
    allocateParameters([policy], new Random(5))
    const bind = policyBindings(shape, policy)
    const program = await context.runtime.compile({ outputs: { loss, mean }, bind })
    await program.run()
    const errors = shown.map((action, i) => Math.tanh(program.outputs.mean![i]!) - action)
    expect(program.outputs.loss![0]).toBeCloseTo((errors[0]! ** 2 + errors[1]! ** 2) / 2, 5)
    await program.release()
  })

  it('fades linearly over the steps, or not at all', async () => {
    const weights = async (section: Record<string, unknown>) => {
      // Every row is the same, so that the loss changes by its weight alone.
      const { cloning, policy, context } = await workbench({ strength: 0.4, batch_size: 4, ...section }, 1)
      const update = new Update()
      const steps = { value: 0 }
      const loss = update.read(cloning.addTo(update, steps))
      allocateParameters([policy], new Random(5))
      await update.compile(context.runtime, 1, [policy])
      const losses: number[] = []
      for (steps.value of [0, 500, 1000, 5000]) {
        await update.run()
        losses.push(loss()[0]!)
      }
      await update.release()
      expect(losses[0]).toBeGreaterThan(0)
      return losses.map((value) => Number(((0.4 * value) / losses[0]!).toFixed(6)))
    }
    expect(await weights({ steps: 1000 })).toEqual([0.4, 0.2, 0, 0])
    expect(await weights({ steps: 0 })).toEqual([0.4, 0.4, 0.4, 0.4])
  })
})

describe('pretraining', () => {
  it.each([
    ['sac', sacBasic],
    ['ppo', ppoBasic],
  ])('makes %s play like the demonstrations before its first update', async (_name, settings) => {
    const section = { pretrain_updates: 200, batch_size: 32, pretrain_learning_rate: 1e-2 }
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: { ...settings, behavioral_cloning: section },
    })
    await loop.algorithm.prepare()
    await loop.run(400)
    expect(loop.finished.length).toBeGreaterThan(20)
    expect(loop.recentReturn(400)).toBeGreaterThan(0.9)
    await loop.algorithm.release()
  })

  it('leaves Adam as if it had never run', async () => {
    const { cloning, policy, context } = await workbench({ pretrain_updates: 3, batch_size: 4 })
    cloning.addTo(new Update(), { value: 0 })
    allocateParameters([policy], new Random(5))
    const before = policy.values.slice()
    const metrics = new Metrics()
    await cloning.pretrain(context, metrics)
    const { values, m, v, t } = policy.save()
    expect(values).not.toEqual(before)
    expect([t, m.some((x) => x !== 0), v.some((x) => x !== 0)]).toEqual([0, false, false])
    expect(metrics.drain()['cloning/pretraining_loss']).toBeGreaterThan(0)
  })
})

/** Of the pendulum, where nothing but the action matters here. @param play  of an observation, and a standard normal draw */
function playsOf(play: (height: number, noise: number) => number): DemonstrationData {
  const random = new Random(11)
  const M = 2000
  const observations = Float32Array.from({ length: 3 * M }, () => 2 * random.uniform() - 1)
  return {
    length: M,
    observations,
    nextObservations: observations,
    continuous: Float32Array.from({ length: M }, (_, i) => play(observations[3 * i]!, random.normal())),
    discrete: new Int32Array(0),
    rewards: new Float32Array(M),
    terminated: new Uint8Array(M),
    truncated: new Uint8Array(M),
  }
}

describe('cloning continuous actions', () => {
  /** What the clone does at heights -0.5 and 0.5: mean and standard deviation of 4,000 actions at each. */
  async function cloned(continuousKind: ContinuousKind, demonstrations: DemonstrationData, updates = 600) {
    const E = 8
    const section = {
      pretrain_updates: updates,
      batch_size: 128,
      pretrain_learning_rate: 5e-3,
      weight_decay: 0,
    }
    const context = {
      spec: makeEnvironment('pendulum').spec,
      numEnvs: E,
      settings: behaviorSettings.parse({
        network_settings: { hidden_units: 16 },
        behavioral_cloning: section,
      }),
      demonstrations,
      runtime: await loadRuntime('onnxruntime'),
      random: new Random(3),
      threads: 1,
    }
    const { shape, replayShape, policy } = setUp(context, { continuousKind, logitBound: 0 })
    const cloning = makeCloning(context, shape, replayShape, policy)!
    cloning.addTo(new Update(), { value: 0 })
    allocateParameters([policy], new Random(5))
    await cloning.pretrain(context, new Metrics())
    const actor = await Actor.compile(shape, policy, context.runtime, E)
    const observations = new Float32Array(3 * E)
    for (let e = 0; e < E; e++) observations[3 * e] = e % 2 === 0 ? -0.5 : 0.5
    const actions = { continuous: new Float32Array(E), discrete: new Int32Array(0) }
    const done: [number[], number[]] = [[], []]
    while (done[0].length < 4000) {
      await actor.act(observations, null, actions, { random: context.random })
      for (const [e, action] of actions.continuous.entries()) done[e % 2]!.push(action)
    }
    await actor.release()
    return done.map((values) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      return { mean, std: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) }
    })
  }

  describe.each(['squashed', 'clipped'] as const)('%s', (kind) => {
    it('takes over the spread of the player as well as the mean', async () => {
      const [low, high] = await cloned(
        kind,
        playsOf((height, noise) => 0.6 * height + 0.1 * noise),
      )
      expect(low!.mean).toBeCloseTo(-0.3, 1)
      expect(high!.mean).toBeCloseTo(0.3, 1)
      for (const { std } of [low!, high!]) expect(Math.abs(std - 0.1)).toBeLessThan(0.02)
    })

    it('leaves a player without any a little to explore with', async () => {
      const [low, high] = await cloned(
        kind,
        playsOf((height) => 0.6 * height),
        1500,
      )
      for (const { std } of [low!, high!]) expect(Math.abs(std - 0.05)).toBeLessThan(0.015)
    })

    it('plays keys that are held down, which are at the bounds', async () => {
      const [low, high] = await cloned(
        kind,
        playsOf((height) => Math.sign(height)),
      )
      expect(low!.mean).toBeLessThan(-0.97)
      expect(high!.mean).toBeGreaterThan(0.97)
    })
  })
})

describe('cloning beside a reward', () => {
  it('keeps a policy by the demonstrations that the reward would lead elsewhere', async () => {
    // no reward at all: what PPO learns here is the auxiliary loss
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: {
        ...ppoBasic,
        reward_signals: { extrinsic: { strength: 0 } },
        behavioral_cloning: { strength: 1, batch_size: 64 },
      },
    })
    await loop.run(4000)
    expect(loop.recentReturn(1000)).toBeGreaterThan(0.9)
    await loop.algorithm.release()
  })

  it('lets the critics go first', async () => {
    const settings = {
      ...sacBasic,
      hyperparameters: { ...sacBasic.hyperparameters, buffer_init_steps: 100, policy_init_updates: 50 },
      behavioral_cloning: { pretrain_updates: 20, batch_size: 16 },
    }
    const loop = await PlayLoop.start({ environment: 'basic', demonstrations: walkRight(), settings })
    await loop.algorithm.prepare()
    const first = Buffer.from(loop.algorithm.exportPolicy())
    await loop.run(200) // 50 updates of the critics
    expect(Buffer.from(loop.algorithm.exportPolicy()).equals(first)).toBe(true)
    await loop.run(208)
    expect(Buffer.from(loop.algorithm.exportPolicy()).equals(first)).toBe(false)
    await loop.algorithm.release()
  })

  it('needs demonstrations', async () => {
    await expect(
      PlayLoop.start({ environment: 'basic', settings: { trainer_type: 'sac', behavioral_cloning: {} } }),
    ).rejects.toThrow(/behavioral_cloning needs demonstrations/)
  })
})

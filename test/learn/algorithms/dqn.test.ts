import { describe, expect, it } from 'vitest'
import { type Environment, registerEnvironment } from '../../../core/envs/index.ts'
import { behaviorSettings, makeAlgorithm } from '../../../core/learn/index.ts'
import { Random } from '../../../core/random.ts'
import { loadRuntime } from '../../../core/tensor/index.ts'
import { openModel } from '../../../core/tensor/runtimes/onnxruntime.ts'
import { learnOn, PlayLoop, walkRight } from '../play-loop.ts'
import '../reach.ts'

const hyperparameters = {
  batch_size: 64,
  buffer_init_steps: 500,
  steps_per_update: 2,
  learning_rate: 1e-3,
  exploration_steps: 2000,
  exploration_final_eps: 0.02,
}
const everything = { ...hyperparameters, dueling: true, n_step: 3, prioritized_replay: true }
const basic = { trainer_type: 'dqn', network_settings: { hidden_units: 20 }, max_steps: 5000 }

/** Two branches of 300 and 2: too many combinations to be joint. Paid for answering with the shown number and parity. */
function branchedEnvironment(): Environment {
  let shown = 0
  let over = true
  const result = { reward: 0, terminated: true, truncated: false }
  return {
    spec: {
      id: 'test/branched',
      title: 'Branched',
      description: 'answer in two branches',
      version: 1,
      parameters: {},
      observations: [{ name: 'number', shape: [4], description: 'one-hot' }],
      action: { continuous: 0, discrete: [300, 2], masked: true },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: 1,
    },
    succeeded: false,
    reset(seed, observation) {
      shown = new Random(seed).below(4)
      over = false
      observation?.fill(0, 0, 4)
      if (observation !== null) observation[shown] = 1
    },
    step(action, observation) {
      if (over) throw new Error('over')
      over = true
      const right = Number(action.discrete[0] === shown) + Number(action.discrete[1] === shown % 2)
      observation?.fill(0, 0, 4)
      result.reward = right / 2
      return result
    },
    writeActionMask(mask) {
      mask.fill(0)
      mask.fill(1, 0, 8)
      mask.fill(1, 300)
    },
    snapshot: () => new Uint8Array(0),
    restore() {},
    scene: () => null,
    events: () => [],
  }
}

registerEnvironment('test/branched', branchedEnvironment)

describe('DQN', () => {
  it.each([1, 2])('solves basic with everything on, seed %i', async (seed) => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      seed,
      settings: { ...basic, hyperparameters: everything },
    })
    expect(await loop.runUntil(4500, 0.9)).toBeGreaterThanOrEqual(0.9)
    await loop.algorithm.release()
  })

  it('learns from two discounts and demonstration rows at once', async () => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      demonstrations: walkRight(),
      settings: {
        ...basic,
        hyperparameters: { ...everything, demonstration_share: 0.5 },
        reward_signals: {
          extrinsic: { gamma: 0.99 },
          gail: { gamma: 0.8, strength: 0.02, use_actions: true, gradient_penalty: 1 },
        },
      },
    })
    expect(await loop.runUntil(3000, 0.85)).toBeGreaterThanOrEqual(0.85)
    await loop.algorithm.release()
  })

  it('is surprised by the errors of all discounts together', async () => {
    const loop = await PlayLoop.start({
      environment: 'basic',
      settings: {
        ...basic,
        hyperparameters: { buffer_init_steps: 8, prioritized_replay: true, priority_alpha: 1 },
        // of the second discount there is nothing to learn but zeros
        reward_signals: { extrinsic: { gamma: 0.9 }, rnd: { gamma: 0.5, strength: 0 } },
      },
    })
    await learnOn(loop, 10, 100)
    const { replay } = loop.algorithm.save() as { replay: { greatest: number } }
    expect(replay.greatest).toBeGreaterThan(70)
    await loop.algorithm.release()
  })

  it('chooses within its masks in branches that are too many to be joint', async () => {
    const env = branchedEnvironment()
    const E = 8
    const random = new Random(1)
    const settings = {
      trainer_type: 'dqn',
      hyperparameters: { ...everything, buffer_init_steps: 200, exploration_steps: 500, steps_per_update: 4 },
      network_settings: { hidden_units: 32 },
      max_steps: 4000,
    }
    const algorithm = await makeAlgorithm('dqn', {
      spec: env.spec,
      numEnvs: E,
      settings: behaviorSettings.parse(settings),
      demonstrations: null,
      runtime: await loadRuntime('onnxruntime'),
      random,
      threads: 1,
    })
    const observations = new Float32Array(E * 4)
    const masks = new Uint8Array(E * 302)
    const actions = { continuous: new Float32Array(0), discrete: new Int32Array(E * 2) }
    let recent = 0
    for (let t = 0; t < 400; t++) {
      const rewards = new Float32Array(E)
      const seeds = Array.from({ length: E }, () => random.nextUint32())
      seeds.forEach((seed, e) => {
        env.reset(seed, observations.subarray(4 * e, 4 * e + 4))
        env.writeActionMask!(masks.subarray(302 * e, 302 * e + 302))
      })
      await algorithm.act(observations, masks, actions)
      seeds.forEach((seed, e) => {
        env.reset(seed, null)
        const discrete = actions.discrete.subarray(2 * e, 2 * e + 2)
        expect(discrete[0]).toBeLessThan(8)
        rewards[e] = env.step({ continuous: actions.continuous, discrete }, null).reward
      })
      if (t >= 350) recent += rewards.reduce((sum, reward) => sum + reward, 0) / (50 * E)
      algorithm.observe({
        observations,
        nextObservations: new Float32Array(E * 4),
        actions,
        rewards,
        terminated: new Uint8Array(E).fill(1),
        truncated: new Uint8Array(E),
        masks,
      })
      await algorithm.update()
    }
    expect(recent).toBeGreaterThan(0.85) // drawing at random within the masks earns 0.31
    await algorithm.release()
  })

  it.each([
    ['plain', { ...hyperparameters, double_q: false }],
    ['with everything', everything],
  ])('continues bit for bit after saving and loading, %s', async (_name, h) => {
    const settings = { ...basic, hyperparameters: { ...h, buffer_size: 400 } }
    const straight = await PlayLoop.start({ environment: 'basic', settings })
    await straight.run(900)
    const saved = structuredClone(straight.algorithm.save())
    const before = Buffer.from(straight.algorithm.exportPolicy())
    const other = await PlayLoop.start({ environment: 'basic', settings, seed: 99 })
    other.algorithm.load(saved)
    other.random.restore(straight.random.save())
    const after = await learnOn(straight, 20)
    expect(after.equals(before)).toBe(false)
    expect((await learnOn(other, 20)).equals(after)).toBe(true)
  })

  it('plays for those environments that wait, and goes on after a lost episode', async () => {
    const { algorithm } = await PlayLoop.start({
      environment: 'basic',
      numEnvs: 2,
      settings: { ...basic, hyperparameters: everything },
    })
    const E = 2
    const observations = Float32Array.from({ length: E * 20 }, (_, i) => (i % 21 === 0 ? 1 : 0))
    const actions = { continuous: new Float32Array(0), discrete: new Int32Array(E) }
    for (let t = 0; t < 800; t++) {
      const waiting = t % 2
      actions.discrete.fill(-1)
      await algorithm.act(observations, null, actions, Int32Array.of(waiting))
      expect(actions.discrete[waiting]).toBeGreaterThanOrEqual(0)
      expect(actions.discrete[1 - waiting]).toBe(-1)
      algorithm.observe({
        observations,
        nextObservations: observations,
        actions,
        rewards: new Float32Array(E).fill(1),
        terminated: new Uint8Array(E).fill(t % 8 >= 6 ? 1 : 0),
        truncated: new Uint8Array(E),
        masks: null,
        environments: Int32Array.of(waiting),
      })
      if (t % 6 === 0) algorithm.drop!(1)
      await algorithm.update()
    }
    expect(algorithm.save()).toMatchObject({ steps: 800 })
    expect(algorithm.save().updates).toBeGreaterThan(0)
    await algorithm.release()
  })

  it('exports what it would do, greedily and drawn', async () => {
    const settings = { ...basic, hyperparameters: { ...everything, export_temperature: 0.01 } }
    const loop = await PlayLoop.start({ environment: 'basic', settings })
    await loop.run(3000)
    const model = await openModel(loop.algorithm.exportPolicy())
    const cells = Float32Array.from({ length: 400 }, (_, i) => (i % 21 === 0 ? 1 : 0))
    const result = await model.run({
      obs_0: { data: cells, dims: [20, 20] },
      action_masks: { data: new Float32Array(60).fill(1), dims: [20, 3] },
    })
    const greedy = Array.from(result.deterministic_discrete_actions!.data, Number)
    const drawn = Array.from(result.discrete_actions!.data, Number)
    expect(greedy.slice(10, 16)).toEqual(new Array(6).fill(2)) // towards the large ball
    expect(drawn.filter((action, i) => action === greedy[i]).length).toBeGreaterThan(10)
    await loop.algorithm.release()
  })

  it.each([
    ['continuous actions', 'test/reach', {}, /dqn cannot choose continuous actions, which test.reach has/],
    [
      'demonstration rows without demonstrations',
      'basic',
      { hyperparameters: { demonstration_share: 0.5 } },
      /needs demonstrations/,
    ],
  ])('refuses %s', async (_what, environment, extra, message) => {
    const settings = { trainer_type: 'dqn', ...extra }
    await expect(PlayLoop.start({ environment, settings })).rejects.toThrow(message)
  })
})

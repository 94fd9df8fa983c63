/** The smallest training loop: E environments in step, no store, no process. */
import { emptyAction, makeEnvironment, observationSize } from '../../core/envs/index.ts'
import { makeActionBatch } from '../../core/experience/transitions.ts'
import {
  type Algorithm,
  behaviorSettings,
  type DemonstrationData,
  makeAlgorithm,
} from '../../core/learn/index.ts'
import { Random } from '../../core/random.ts'
import { loadRuntime } from '../../core/tensor/index.ts'

export interface LoopOptions {
  readonly environment: string
  readonly parameters?: Readonly<Record<string, number | string | boolean>>
  readonly settings: Record<string, unknown>
  readonly numEnvs?: number
  readonly seed?: number
  readonly demonstrations?: DemonstrationData | null
}

export class PlayLoop {
  readonly algorithm: Algorithm
  /** What the algorithm draws from. */
  readonly random: Random
  /** Return of every finished episode with the step it ended at. */
  readonly finished: { step: number; total: number }[] = []
  step = 0
  readonly #envs
  readonly #seeds: Random
  readonly #batch
  readonly #totals: Float64Array
  readonly #lengths: Uint32Array

  private constructor(options: LoopOptions, algorithm: Algorithm, random: Random) {
    const { environment, parameters, numEnvs = 8, seed = 1 } = options
    this.algorithm = algorithm
    this.random = random
    this.#envs = Array.from({ length: numEnvs }, () => makeEnvironment(environment, parameters))
    this.#seeds = new Random(seed + 77)
    const { action } = this.#envs[0]!.spec
    const O = observationSize(this.#envs[0]!.spec)
    this.#batch = {
      observations: new Float32Array(numEnvs * O),
      nextObservations: new Float32Array(numEnvs * O),
      actions: makeActionBatch(numEnvs, action.continuous, action.discrete.length),
      rewards: new Float32Array(numEnvs),
      terminated: new Uint8Array(numEnvs),
      truncated: new Uint8Array(numEnvs),
      masks: null,
    }
    this.#totals = new Float64Array(numEnvs)
    this.#lengths = new Uint32Array(numEnvs)
    this.#envs.forEach((env, e) => {
      env.reset(this.#seeds.nextUint32(), this.#batch.observations.subarray(e * O, (e + 1) * O))
    })
  }

  static async start(options: LoopOptions): Promise<PlayLoop> {
    const settings = behaviorSettings.parse(options.settings)
    const random = new Random(options.seed ?? 1)
    const algorithm = await makeAlgorithm(settings.trainer_type, {
      spec: makeEnvironment(options.environment, options.parameters).spec,
      numEnvs: options.numEnvs ?? 8,
      settings,
      demonstrations: options.demonstrations ?? null,
      runtime: await loadRuntime('onnxruntime'),
      random,
      threads: 1,
    })
    return new PlayLoop(options, algorithm, random)
  }

  async run(until: number): Promise<void> {
    const { observations, nextObservations, actions, rewards, terminated, truncated } = this.#batch
    const O = observations.length / this.#envs.length
    const action = emptyAction(this.#envs[0]!.spec)
    const [C, D] = [action.continuous.length, action.discrete.length]
    while (this.step < until) {
      await this.algorithm.act(observations, null, actions)
      this.step += this.#envs.length
      this.#envs.forEach((env, e) => {
        action.continuous.set(actions.continuous.subarray(e * C, (e + 1) * C))
        action.discrete.set(actions.discrete.subarray(e * D, (e + 1) * D))
        const result = env.step(action, nextObservations.subarray(e * O, (e + 1) * O))
        this.#totals[e]! += result.reward
        this.#lengths[e]!++
        rewards[e] = result.reward
        terminated[e] = result.terminated ? 1 : 0
        truncated[e] = result.truncated ? 1 : 0
      })
      this.algorithm.observe(this.#batch)
      observations.set(nextObservations)
      this.#envs.forEach((env, e) => {
        if (terminated[e] === 0 && truncated[e] === 0) return
        this.finished.push({ step: this.step, total: this.#totals[e]! })
        this.#totals[e] = 0
        this.#lengths[e] = 0
        env.reset(this.#seeds.nextUint32(), observations.subarray(e * O, (e + 1) * O))
      })
      await this.algorithm.update()
    }
  }

  /**
   * Runs until the mean return of the last `steps` steps is above `bar`, but no further than to `most`.
   * @returns that mean, at the end
   */
  async runUntil(most: number, bar: number, steps = 1000): Promise<number> {
    while (this.step < most) {
      await this.run(Math.min(most, this.step + steps))
      if (this.recentReturn(steps) > bar) break
    }
    return this.recentReturn(steps)
  }

  /** Mean return of the episodes that ended in the last `steps` steps. */
  recentReturn(steps: number): number {
    const recent = this.finished.filter(({ step }) => step > this.step - steps)
    return recent.reduce((sum, { total }) => sum + total, 0) / recent.length
  }
}

export const sacBasic = {
  trainer_type: 'sac',
  hyperparameters: {
    batch_size: 64,
    buffer_init_steps: 1000,
    steps_per_update: 2,
    init_entcoef: 0.1,
    learning_rate: 1e-3,
    entcoef_learning_rate: 1e-3,
    target_entropy_start: 0.5,
    target_entropy_end: 0.05,
    target_entropy_anneal_steps: 5000,
  },
  network_settings: { hidden_units: 20 },
}

export const ppoBasic = {
  trainer_type: 'ppo',
  hyperparameters: { batch_size: 64, buffer_size: 512, learning_rate: 3e-3, beta: 0.02, num_epoch: 4 },
  network_settings: { hidden_units: 20, num_layers: 1 },
  reward_signals: { extrinsic: { gamma: 0.995 } },
  max_steps: 10_000,
}

/**
 * The same step again and again, which any two copies of a learner must learn the same from.
 * @param size  of the rewards
 */
export async function learnOn(loop: PlayLoop, steps: number, size = 1): Promise<Buffer> {
  const E = 8
  const observations = Float32Array.from({ length: E * 20 }, (_, i) => (i % 21 === 0 ? 1 : 0))
  for (let i = 0; i < steps; i++) {
    await loop.algorithm.act(observations, null, {
      continuous: new Float32Array(0),
      discrete: new Int32Array(E),
    })
    loop.algorithm.observe({
      observations,
      nextObservations: observations,
      actions: { continuous: new Float32Array(0), discrete: new Int32Array(E).fill(i % 3) },
      rewards: new Float32Array(E).fill((size * i) / steps),
      terminated: new Uint8Array(E).fill(i % 5 === 4 ? 1 : 0),
      truncated: new Uint8Array(E),
      masks: null,
    })
    await loop.algorithm.update()
  }
  return Buffer.from(loop.algorithm.exportPolicy())
}

/** M transitions of a player that walks right on `basic`, as a learner sees them. */
export function walkRight(): DemonstrationData {
  const env = makeEnvironment('basic')
  const O = observationSize(env.spec)
  const M = 7
  const data = {
    length: M,
    observations: new Float32Array(M * O),
    nextObservations: new Float32Array(M * O),
    continuous: new Float32Array(0),
    discrete: new Int32Array(M).fill(2),
    rewards: new Float32Array(M),
    terminated: new Uint8Array(M),
    truncated: new Uint8Array(M),
  }
  const observation = new Float32Array(O)
  env.reset(0, observation)
  for (let t = 0; t < M; t++) {
    data.observations.set(observation, t * O)
    const result = env.step({ continuous: new Float32Array(0), discrete: Int32Array.of(2) }, observation)
    data.nextObservations.set(observation, t * O)
    data.rewards[t] = result.reward
    data.terminated[t] = result.terminated ? 1 : 0
  }
  return data
}

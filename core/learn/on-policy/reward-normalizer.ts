/**
 * Divides rewards by the running standard deviation of the discounted return, which brings tasks that pay thousandths and
 * tasks that pay hundreds to one scale (Engstrom et al. 2020, "Implementation matters in deep policy gradients", section 3;
 * VecNormalize of Stable-Baselines3). The mean stays: to shift rewards would make long episodes better or worse.
 *
 *     R_t = r_t + gamma R_{t-1}, from 0 at the start of every episode;  r' = clip(r / sd(R), -10, 10)
 *
 * Differs from VecNormalize: a buffer is divided as a whole by what is known when it is full, not row by row as it fills.
 */
import type { Metrics } from '../metrics.ts'
import type { RewardSignal } from '../signals/reward-signal.ts'
import { RunningDeviation } from '../signals/running-deviation.ts'

const LARGEST = 10

/** Null where nobody looks at the environment's rewards. */
export function makeRewardNormalizer(
  signals: readonly RewardSignal[],
  numEnvs: number,
): RewardNormalizer | null {
  const extrinsic = signals.find(({ name }) => name === 'extrinsic')
  return extrinsic === undefined ? null : new RewardNormalizer(numEnvs, extrinsic.gamma)
}

export class RewardNormalizer {
  readonly #gamma: number
  readonly #deviation = new RunningDeviation()
  /** [E], the discounted return of the episode that each environment is in */
  #returns: Float64Array<ArrayBuffer>

  constructor(numEnvs: number, gamma: number) {
    this.#gamma = gamma
    this.#returns = new Float64Array(numEnvs)
  }

  observe(environment: number, reward: number, ended: boolean): void {
    const sum = this.#returns[environment]! * this.#gamma + reward
    this.#deviation.add(sum)
    this.#returns[environment] = ended ? 0 : sum
  }

  /** The episode that the environment is in was lost. */
  drop(environment: number): void {
    this.#returns[environment] = 0
  }

  /** In place; rewards stay as they are until returns have differed. */
  normalize(rewards: Float32Array, metrics: Metrics): void {
    const deviation = this.#deviation.value || 1
    metrics.add('extrinsic/deviation', deviation)
    for (const [i, reward] of rewards.entries()) {
      rewards[i] = Math.max(-LARGEST, Math.min(LARGEST, reward / deviation))
    }
  }

  save(): unknown {
    return { returns: this.#returns.slice(), deviation: this.#deviation.save() }
  }

  load(saved: unknown): void {
    const { returns, deviation } = saved as {
      returns: Float64Array<ArrayBuffer>
      deviation: ReturnType<RunningDeviation['save']>
    }
    this.#returns = returns.slice()
    this.#deviation.load(deviation)
  }
}

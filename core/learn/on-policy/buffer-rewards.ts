/** What the reward signals pay for the rows of a rollout buffer: asked when the buffer is full, of the newest discriminator. */
import { mul, type Runtime } from '../../tensor/index.ts'
import type { ActionLayout } from '../networks/action-layout.ts'
import { makeSampledBatch, type ReplayShape, type SampledBatch } from '../off-policy/replay-buffer.ts'
import type { RewardSignal } from '../signals/reward-signal.ts'
import { transitionInputs } from '../signals/transition-inputs.ts'
import { type Reading, Update } from '../update.ts'
import type { RolloutBuffer } from './rollout-buffer.ts'

export class BufferRewards {
  readonly #signals: readonly RewardSignal[]
  readonly #batch: SampledBatch
  readonly #judgement = new Update()
  readonly #rewards: readonly Reading[]
  readonly #absorbing: readonly (Reading | null)[]

  /**
   * Declares what the signals learn.
   * @param rows  M, how many rows are asked about at a time
   */
  constructor(signals: readonly RewardSignal[], layout: ActionLayout, shape: ReplayShape, rows: number) {
    this.#signals = signals
    this.#batch = makeSampledBatch(rows, shape)
    const judgement = this.#judgement
    const inputs = transitionInputs(judgement, layout, shape, this.#batch)
    const { graph } = judgement
    // An output may not be an input itself, as the environment's own reward is.
    this.#rewards = signals.map((signal) => judgement.read(mul(signal.reward(graph, inputs), 1)))
    this.#absorbing = signals.map((signal) => {
      const absorbing = signal.absorbingReward(graph)
      return absorbing === null ? null : judgement.read(mul(absorbing, 1))
    })
  }

  /** Allocate the parameters of the signals first. */
  async compile(runtime: Runtime, threads: number): Promise<void> {
    const bind = Object.assign({}, ...this.#signals.map((signal) => signal.bindings()))
    await this.#judgement.compile(runtime, threads, [], bind)
  }

  /** Fills `signalRewards` of a full buffer, weighted by the strengths after `steps` environment steps. */
  async judge(buffer: RolloutBuffer, steps: number): Promise<void> {
    const S = this.#signals.length
    const strengths = this.#signals.map((signal) => signal.strength(steps))
    const rows = this.#batch.rewards.length
    for (let at = 0; at < buffer.length; at += rows) {
      const count = Math.min(rows, buffer.length - at)
      for (let i = 0; i < count; i++) buffer.copy(at + i, this.#batch, i)
      await this.#judgement.run()
      this.#rewards.forEach((read, s) => {
        const reward = read()
        for (let i = 0; i < count; i++) buffer.signalRewards[(at + i) * S + s] = strengths[s]! * reward[i]!
      })
    }
  }

  /** A signal's reward of one step in the absorbing state; undefined when an end is worth nothing to it. */
  absorbing(s: number): number | undefined {
    return this.#absorbing[s]?.()[0]
  }

  async release(): Promise<void> {
    await this.#judgement.release()
  }
}

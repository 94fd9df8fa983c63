/** What the reward signals pay for the rows of a rollout buffer: asked when the buffer is full, of the newest discriminator. */
import { Graph, mul, oneHot, type Program, type Runtime, type Value } from '../../tensor/index.ts'
import type { ActionLayout } from '../networks/action-layout.ts'
import type { ReplayShape } from '../off-policy/replay-buffer.ts'
import { type RewardSignal, writeChoices } from '../signals/reward-signal.ts'
import type { RolloutBuffer } from './rollout-buffer.ts'

export class BufferRewards {
  readonly #signals: readonly RewardSignal[]
  readonly #layout: ActionLayout
  readonly #shape: ReplayShape
  readonly #rows: number
  readonly #outputs: Record<string, Value> = {}
  #program: Program | null = null

  /**
   * Declares what the signals learn.
   * @param rows  M, how many rows are asked about at a time
   */
  constructor(signals: readonly RewardSignal[], layout: ActionLayout, shape: ReplayShape, rows: number) {
    this.#signals = signals
    this.#layout = layout
    this.#shape = shape
    this.#rows = rows
    const graph = new Graph()
    const { observation: O, continuous: C } = shape
    const inputs = {
      observation: graph.input('observation', [rows, O]),
      choices: layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [rows]), group.size)),
      continuous: C === 0 ? null : graph.input('continuous', [rows, C]),
      reward: graph.input('reward', [rows]),
      nextObservation: graph.input('next-observation', [rows, O]),
      terminated: graph.input('terminated', [rows]),
    }
    signals.forEach((signal, s) => {
      this.#outputs[`reward${s}`] = mul(signal.reward(graph, inputs), 1)
      const absorbing = signal.absorbingReward(graph)
      if (absorbing !== null) this.#outputs[`absorbing${s}`] = mul(absorbing, 1)
    })
  }

  /** Allocate the parameters of the signals first. */
  async compile(runtime: Runtime, threads: number): Promise<void> {
    const bind = Object.assign({}, ...this.#signals.map((signal) => signal.bindings())) as Record<
      string,
      Float32Array
    >
    this.#program = await runtime.compile({ outputs: this.#outputs, bind, threads })
  }

  /** Fills `signalRewards` of a full buffer, weighted by the strengths after `steps` environment steps. */
  async judge(buffer: RolloutBuffer, steps: number): Promise<void> {
    for (let at = 0; at < buffer.length; at += this.#rows) {
      await this.#judgeRows(buffer, steps, at, Math.min(at + this.#rows, buffer.length))
    }
  }

  /** A signal's reward of one step in the absorbing state; undefined when an end is worth nothing to it. */
  absorbing(s: number): number | undefined {
    return this.#program!.outputs[`absorbing${s}`]?.[0]
  }

  async release(): Promise<void> {
    await this.#program?.release()
  }

  async #judgeRows(buffer: RolloutBuffer, steps: number, at: number, end: number): Promise<void> {
    const { observation: O, continuous: C, branches: D } = this.#shape
    const { inputs, outputs } = this.#program!
    const count = end - at
    inputs.observation?.set(buffer.observations.subarray(at * O, end * O))
    this.#layout.groups.forEach((_, g) => {
      const choice = inputs[`choice${g}`]
      if (choice === undefined) return
      writeChoices(this.#layout, g, buffer.discrete.subarray(at * D, end * D), count, choice)
    })
    inputs.continuous?.set(buffer.continuous.subarray(at * C, end * C))
    inputs.reward?.set(buffer.rewards.subarray(at, end))
    inputs.terminated?.set(buffer.terminated.subarray(at, end))
    const next = inputs['next-observation']
    if (next !== undefined) for (let i = 0; i < count; i++) next.set(buffer.nextObservation(at + i), i * O)
    await this.#program!.run()
    const S = this.#signals.length
    this.#signals.forEach((signal, s) => {
      const reward = outputs[`reward${s}`]!
      const strength = signal.strength(steps)
      for (let i = 0; i < count; i++) buffer.signalRewards[(at + i) * S + s] = strength * reward[i]!
    })
  }
}

/**
 * Where rewards come from. A signal is built into the graph of the learner that uses it, so rewards are always those of
 * the newest discriminator (Kostrikov et al. 2018: never store a learned reward).
 */

import type { DemonstrationData } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import {
  add,
  addAll,
  type Graph,
  mean,
  mul,
  type Parameters,
  type Runtime,
  stopGradient,
  type Value,
} from '../../tensor/index.ts'
import type { Metrics } from '../metrics.ts'
import type { ActionLayout } from '../networks/action-layout.ts'
import type { ReplayShape, SampledBatch } from '../off-policy/replay-buffer.ts'
import type { Update } from '../update.ts'

/** A batch of transitions as graph values. */
export interface SignalInputs {
  /** [B, O], as the environment gave them */
  readonly observation: Value
  /** Per group of discrete branches, one-hot [B, size] */
  readonly choices: readonly Value[]
  /** [B, C]; null without continuous actions */
  readonly continuous: Value | null
  /** [B], the environment's reward */
  readonly reward: Value
  /** [B, O] after the action: the last observation of its episode where that ended there */
  readonly nextObservation: Value
  /** [B], 1 where the rules ended the episode after the action */
  readonly terminated: Value
}

/** Fills a batch with transitions of the agent. */
export type SampleAgent = (batch: SampledBatch) => void

export interface RewardSignal {
  readonly name: string
  readonly gamma: number
  /** Weights that the signal learns; null when it learns nothing. */
  readonly parameters: Parameters | null
  /** The factor on its reward after `step` environment steps. */
  strength(step: number): number
  /** The reward before `strength`, [B]. Learners feed only those inputs that some signal uses. */
  reward(graph: Graph, inputs: SignalInputs): Value
  /** The reward of one step in the absorbing state after a true end, [1]; null when an end is worth nothing. */
  absorbingReward(graph: Graph): Value | null
  /** Memory for the inputs that `reward` and `absorbingReward` add to a graph. Allocate parameters first. */
  bindings(): Record<string, Float32Array>
  /** Called once all graphs are built and parameters are allocated. */
  compile(runtime: Runtime, threads: number): Promise<void>
  /** One policy update was made; `sampleAgent` draws the agent's transitions for the signal's own update. */
  update(metrics: Metrics, sampleAgent: SampleAgent): Promise<void>
  save(): unknown
  load(saved: unknown): void
  release(): Promise<void>
}

/** A signal that learns nothing: its reward follows from the transition alone. */
export function computedSignal(options: {
  readonly name: string
  readonly strength: number
  readonly gamma: number
  readonly reward: RewardSignal['reward']
}): RewardSignal {
  return {
    name: options.name,
    gamma: options.gamma,
    parameters: null,
    strength: () => options.strength,
    reward: options.reward,
    absorbingReward: () => null,
    bindings: () => ({}),
    compile: async () => {},
    update: async () => {},
    save: () => null,
    load: () => {},
    release: async () => {},
  }
}

/**
 * r per discount: the weighted sum of the signals that share it, [B] each, without gradient. Reports the mean of each signal and of all.
 * @param gammas  the distinct discounts of the signals
 * @param steps   environment steps so far
 * @param meanOf  [B] -> [], where not every row counts
 */
export function weightedRewards(
  update: Update,
  signals: readonly RewardSignal[],
  gammas: readonly number[],
  transition: SignalInputs,
  steps: { readonly value: number },
  meanOf: (rows: Value) => Value = mean,
): Value[] {
  const { graph } = update
  const rewards: Value[] = gammas.map(() => graph.constant(0))
  signals.forEach((signal, k) => {
    const strength = update.scalar(`strength${k}`, () => signal.strength(steps.value))
    const at = gammas.indexOf(signal.gamma)
    let r = signal.reward(graph, transition)
    const absorbing = signal.absorbingReward(graph)
    // an ended episode goes on in the absorbing state: gamma / (1 - gamma) of its reward, where d = 1
    if (absorbing !== null) {
      r = add(r, mul(mul(transition.terminated, absorbing), signal.gamma / (1 - signal.gamma)))
    }
    const weighted = mul(stopGradient(r), strength)
    update.report(`${signal.name}/reward`, meanOf(weighted))
    rewards[at] = add(rewards[at]!, weighted)
  })
  update.report('critic/reward', meanOf(addAll(rewards)))
  return rewards
}

/** Fills `count` rows of `batch` from row `at` on with demonstration rows drawn uniformly with replacement. */
export function sampleDemonstrations(
  random: Random,
  data: DemonstrationData,
  shape: ReplayShape,
  batch: SampledBatch,
  at: number,
  count: number,
): void {
  for (let i = at; i < at + count; i++) copyDemonstration(data, random.below(data.length), shape, batch, i)
}

/** Demonstration row `row` becomes row i of the batch; demonstrations were not masked, so all actions count as allowed. */
export function copyDemonstration(
  data: DemonstrationData,
  row: number,
  { observation: O, continuous: C, branches: D, mask: M }: ReplayShape,
  batch: SampledBatch,
  i: number,
): void {
  batch.observations.set(data.observations.subarray(row * O, (row + 1) * O), i * O)
  batch.nextObservations.set(data.nextObservations.subarray(row * O, (row + 1) * O), i * O)
  for (let k = 0; k < C; k++) batch.continuous[i * C + k] = data.continuous[row * C + k]!
  for (let k = 0; k < D; k++) batch.discrete[i * D + k] = data.discrete[row * D + k]!
  batch.rewards[i] = data.rewards[row]!
  batch.terminated[i] = data.terminated[row]!
  batch.masks.fill(1, i * M, (i + 1) * M)
  batch.nextMasks.fill(1, i * M, (i + 1) * M)
}

/** Joint indices of `group` for the first `count` rows, as floats. */
export function writeChoices(
  layout: ActionLayout,
  group: number,
  discrete: Int32Array,
  count: number,
  indices: Float32Array,
): void {
  const D = layout.branchSizes.length
  for (let i = 0; i < count; i++) indices[i] = layout.encode(group, discrete, i * D)
}

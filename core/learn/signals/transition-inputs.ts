/** Sampled transitions as inputs of a graph: declared once, fed as far as the graph uses them. */
import { type Graph, oneHot } from '../../tensor/index.ts'
import type { ActionLayout } from '../networks/action-layout.ts'
import type { ReplayShape, SampledBatch } from '../off-policy/replay-buffer.ts'
import { type SignalInputs, writeChoices } from './reward-signal.ts'

export function transitionInputs(
  graph: Graph,
  layout: ActionLayout,
  shape: ReplayShape,
  rows: number,
): SignalInputs {
  return {
    observation: graph.input('observation', [rows, shape.observation]),
    choices: layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [rows]), group.size)),
    continuous: layout.continuous === 0 ? null : graph.input('continuous', [rows, layout.continuous]),
    reward: graph.input('reward', [rows]),
    nextObservation: graph.input('next-observation', [rows, shape.observation]),
    terminated: graph.input('terminated', [rows]),
  }
}

/** Sets rows `at` to `at + count` of those inputs that the compiled graph has from the first `count` rows of `batch`. */
export function feedTransitions(
  inputs: Readonly<Record<string, Float32Array>>,
  layout: ActionLayout,
  shape: ReplayShape,
  batch: SampledBatch,
  count: number,
  at = 0,
): void {
  const { observation: O, continuous: C } = shape
  inputs.observation?.set(batch.observations.subarray(0, count * O), at * O)
  inputs['next-observation']?.set(batch.nextObservations.subarray(0, count * O), at * O)
  inputs.continuous?.set(batch.continuous.subarray(0, count * C), at * C)
  inputs.reward?.set(batch.rewards.subarray(0, count), at)
  inputs.terminated?.set(batch.terminated.subarray(0, count), at)
  layout.groups.forEach((_, g) => {
    const choice = inputs[`choice${g}`]
    if (choice !== undefined) writeChoices(layout, g, batch.discrete, count, choice.subarray(at, at + count))
  })
}

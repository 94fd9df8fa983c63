/** Transitions as inputs of an update's graph. */
import { oneHot } from '../../tensor/index.ts'
import type { ActionLayout } from '../networks/action-layout.ts'
import type { ReplayShape, SampledBatch } from '../off-policy/replay-buffer.ts'
import type { Update } from '../update.ts'
import { type SignalInputs, writeChoices } from './reward-signal.ts'

/** @param batches  what they hold when the update runs, one behind the other: [rows of all batches, ..] */
export function transitionInputs(
  update: Update,
  layout: ActionLayout,
  { observation: O, continuous: C }: ReplayShape,
  ...batches: readonly SampledBatch[]
): SignalInputs {
  const B = batches.reduce((sum, { rewards }) => sum + rewards.length, 0)
  const column = (
    name: string,
    width: number | null,
    write: (batch: SampledBatch, to: Float32Array) => void,
  ) =>
    update.input(name, width === null ? [B] : [B, width], (to) => {
      let at = 0
      for (const batch of batches) {
        const end = at + batch.rewards.length * (width ?? 1)
        write(batch, to.subarray(at, end))
        at = end
      }
    })
  return {
    observation: column('observation', O, ({ observations }, to) => to.set(observations)),
    nextObservation: column('next-observation', O, ({ nextObservations }, to) => to.set(nextObservations)),
    reward: column('reward', null, ({ rewards }, to) => to.set(rewards)),
    terminated: column('terminated', null, ({ terminated }, to) => to.set(terminated)),
    choices: layout.groups.map((group, g) =>
      oneHot(
        column(`choice${g}`, null, ({ discrete }, to) => writeChoices(layout, g, discrete, to.length, to)),
        group.size,
      ),
    ),
    continuous: C === 0 ? null : column('continuous', C, ({ continuous }, to) => to.set(continuous)),
  }
}

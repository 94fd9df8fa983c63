/** Reward signals by their key under `reward_signals:`. */
import { UserError } from '../errors.ts'
import type { ActionLayout } from './action-layout.ts'
import type { LearnContext } from './algorithm.ts'
import { gailSignal } from './gail.ts'
import type { ReplayShape } from './replay-buffer.ts'
import { extrinsicSignal, type RewardSignal } from './reward-signal.ts'
import { requireDemonstrations } from './setup.ts'

/** @throws UserError when a signal lacks what it needs, or there is no signal at all */
export function makeRewardSignals(
  context: LearnContext,
  layout: ActionLayout,
  shape: ReplayShape,
  batchSize: number,
): RewardSignal[] {
  const { spec, settings } = context
  const signals: RewardSignal[] = []
  const { extrinsic, gail } = settings.reward_signals
  if (extrinsic !== undefined) signals.push(extrinsicSignal(extrinsic))
  if (gail !== undefined) {
    const demonstrations = requireDemonstrations(context, 'the gail reward signal')
    signals.push(gailSignal({ spec, layout, shape, settings: gail, demonstrations, batchSize }))
  }
  if (signals.length === 0) {
    throw new UserError('there is no reward signal, so there is nothing to learn from', {
      remedy: 'set extrinsic or gail under reward_signals',
    })
  }
  return signals
}

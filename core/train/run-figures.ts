/** The figures of a run in words. None of them is another's: each says over which episodes it was taken. */
import type { ScoreSpec } from '../envs/index.ts'
import { MASTERY_WINDOW } from '../rollout/mastery.ts'
import type { RunRow } from '../store/index.ts'

/** How an agent did on boards that nobody trains on; `low` and `high` bound the mean with 95%, null of one board. */
export interface HeldOutFigures {
  readonly episodes: number
  readonly mean: number
  readonly low: number | null
  readonly high: number | null
}

/** @param heldOut  null before the first evaluation */
export function figuresInWords(
  { units, human }: ScoreSpec,
  { score, masteredAtStep }: Pick<RunRow, 'score' | 'masteredAtStep'>,
  heldOut: HeldOutFigures | null,
): string[] {
  const lines: string[] = []
  const window = MASTERY_WINDOW.toLocaleString('en')
  const average = human === undefined ? '' : ` (human average ${human.mean})`
  if (score !== null) {
    lines.push(
      `in training: ${score.toFixed(2)} ${units}${average}, mean of the episodes in the last ${window} steps`,
    )
  }
  if (heldOut !== null) {
    const { mean, low, high, episodes } = heldOut
    lines.push(
      low === null || high === null
        ? `held out: ${mean.toFixed(2)} ${units}, on one board that it never trained on`
        : `held out: ${mean.toFixed(2)} ${units}, mean of ${episodes} boards that it never trained on (95% interval ${low.toFixed(2)} to ${high.toFixed(2)})`,
    )
  }
  if (masteredAtStep !== null && human !== undefined) {
    const at = masteredAtStep.toLocaleString('en')
    lines.push(
      `mastered at ${at} steps: the first at which ${window} steps had a mean of ${human.mean} ${units} or better`,
    )
  }
  return lines
}

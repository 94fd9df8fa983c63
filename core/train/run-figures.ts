/** The figures of a run in words. None of them is another's: each says over which episodes it was taken. */
import type { ScoreSpec } from '../envs/index.ts'
import { MASTERY_WINDOW } from '../rollout/mastery.ts'
import type { RunRow } from '../store/index.ts'

/** How an agent did on boards that nobody trains on; `low` and `high` bound the mean with 95 %. */
export interface HeldOutFigures {
  readonly episodes: number
  readonly mean: number
  readonly low: number
  readonly high: number
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
      `in training: ${score.toFixed(2)} ${units}${average}, mean of the last ${window} steps' episodes`,
    )
  }
  if (heldOut !== null) {
    const { mean, low, high, episodes } = heldOut
    const interval = `95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}`
    lines.push(
      `held out: ${mean.toFixed(2)} ${units}, mean of ${episodes} boards it never trains on (${interval})`,
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

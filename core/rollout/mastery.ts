/**
 * Mastery by the published rule: over 1,000 consecutive environment steps the mean score of the episodes that ended is
 * the average human's or better. That window holds some 40 levels of bubble/25 and is noisy, so the first window of
 * 10,000 steps that meets it is kept as well.
 *
 * The rule is checked at the same steps for every algorithm. The first window begins only when every environment may have
 * finished an episode; before, short episodes alone would have ended and would pass for the mean.
 */
import type { ScoreSpec } from '../envs/index.ts'
import { atLeastAsGood } from './score.ts'
import { type SavedScoreWindow, ScoreWindow } from './score-window.ts'

export const MASTERY_WINDOW = 1_000
export const SUSTAINED_WINDOW = 10_000
/** Environment steps between two checks. */
export const MASTERY_CHECK_INTERVAL = 100

export interface SavedMastery {
  readonly window: SavedScoreWindow
  readonly sustained: SavedScoreWindow
  readonly masteredAtStep: number | null
  readonly sustainedAtStep: number | null
  /** Absent from checkpoints of version 0.1.0 before it had curricula. */
  readonly begunAtStep?: number
}

export class Mastery {
  readonly #score: ScoreSpec
  readonly #window = new ScoreWindow(MASTERY_WINDOW)
  readonly #sustained = new ScoreWindow(SUSTAINED_WINDOW)
  readonly #warmUp: number
  #masteredAtStep: number | null = null
  #sustainedAtStep: number | null = null
  #begunAtStep = 0

  /** @param warmUp  environment steps until every environment may be taken to have finished an episode: E x its limit */
  constructor(score: ScoreSpec, warmUp: number) {
    this.#score = score
    this.#warmUp = warmUp
  }

  /** First check at which the window of 1,000 steps met the rule; null before, and where no human average is known. */
  get masteredAtStep(): number | null {
    return this.#masteredAtStep
  }

  get sustainedAtStep(): number | null {
    return this.#sustainedAtStep
  }

  /** From here on the level is the one that counts; episodes that ended before do not. */
  begin(step: number): void {
    this.#begunAtStep = step
  }

  add(step: number, score: number): void {
    this.#window.add(step, score)
    this.#sustained.add(step, score)
  }

  /** Mean score over the last 1,000 steps; null when no episode ended in them. */
  mean(step: number): number | null {
    return this.#window.mean(step)
  }

  /** To be called whenever MASTERY_CHECK_INTERVAL steps have passed. */
  check(step: number): void {
    if (this.#masteredAtStep === null && this.#meets(this.#window, step)) this.#masteredAtStep = step
    const sustained = this.#meets(this.#sustained, step)
    if (this.#sustainedAtStep === null && sustained) this.#sustainedAtStep = step
  }

  save(): SavedMastery {
    return {
      window: this.#window.save(),
      sustained: this.#sustained.save(),
      masteredAtStep: this.#masteredAtStep,
      sustainedAtStep: this.#sustainedAtStep,
      begunAtStep: this.#begunAtStep,
    }
  }

  load(saved: SavedMastery): void {
    this.#window.load(saved.window)
    this.#sustained.load(saved.sustained)
    this.#masteredAtStep = saved.masteredAtStep
    this.#sustainedAtStep = saved.sustainedAtStep
    this.#begunAtStep = saved.begunAtStep ?? 0
  }

  #meets(window: ScoreWindow, step: number): boolean {
    const mean = window.mean(step)
    const { human } = this.#score
    if (mean === null || human === undefined) return false
    if (step < this.#begunAtStep + this.#warmUp + window.length) return false
    return atLeastAsGood(this.#score, mean, human.mean)
  }
}

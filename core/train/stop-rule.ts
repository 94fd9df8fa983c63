/** When a run ends before max_steps: mastery, a plateau, or the clock. */
import { z } from 'zod'
import type { ScoreSpec } from '../envs/index.ts'
import { MASTERY_WINDOW, type Mastery } from '../rollout/mastery.ts'

export const stopSettings = z
  .strictObject({
    at: z
      .enum(['none', 'mastered', 'sustained', 'plateau'])
      .default('none')
      .describe(
        'Ours: ends the run when the mean score of 1,000 steps (mastered) or 10,000 steps (sustained) is the human average, or when it stops improving (plateau)',
      )
      .meta({ title: 'Stop when' }),
    max_seconds: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('Ours: training time after which the run ends, including earlier sessions')
      .meta({ title: 'Most seconds' }),
    plateau_steps: z
      .int()
      .min(1)
      .default(20_000)
      .describe('Ours: environment steps without improvement that count as a plateau')
      .meta({ title: 'Steps of a plateau' }),
    plateau_share: z
      .number()
      .min(0)
      .max(1)
      .default(0.01)
      .describe(
        'Ours: share of the best score so far by which a score must beat it to count as an improvement',
      )
      .meta({ title: 'Least improvement' }),
  })
  .prefault({})

export type StopSettings = z.infer<typeof stopSettings>

/** Why a run ended: a limit, a rule, or because somebody asked. */
export const stopReason = z.enum(['max_steps', 'max_seconds', 'mastered', 'sustained', 'plateau', 'asked'])
export type StopReason = z.infer<typeof stopReason>

export interface SavedStopRule {
  readonly best: number | null
  readonly bestAtStep: number
}

export class StopRule {
  readonly #settings: StopSettings
  readonly #score: ScoreSpec
  readonly #warmUp: number
  #best: number | null = null
  #bestAtStep = 0

  /** @param warmUp  environment steps until every environment may have finished an episode, as for mastery */
  constructor(settings: StopSettings, score: ScoreSpec, warmUp: number) {
    this.#settings = settings
    this.#score = score
    this.#warmUp = warmUp
  }

  /** To be called after every check of `mastery`. @returns why the run is to end now; null when it goes on */
  check(step: number, mastery: Mastery): StopReason | null {
    const { at } = this.#settings
    if (at === 'mastered' && mastery.masteredAtStep !== null) return 'mastered'
    if (at === 'sustained' && mastery.sustainedAtStep !== null) return 'sustained'
    if (at === 'plateau' && this.#isFlat(step, mastery.mean(step))) return 'plateau'
    return null
  }

  save(): SavedStopRule {
    return { best: this.#best, bestAtStep: this.#bestAtStep }
  }

  load(saved: SavedStopRule): void {
    this.#best = saved.best
    this.#bestAtStep = saved.bestAtStep
  }

  #isFlat(step: number, mean: number | null): boolean {
    if (mean === null || step < this.#warmUp + MASTERY_WINDOW) return false
    const gain = this.#score.measure === 'length' ? -1 : 1
    const wanted =
      this.#best === null
        ? Number.NEGATIVE_INFINITY
        : gain * this.#best + this.#settings.plateau_share * Math.abs(this.#best)
    if (gain * mean > wanted) {
      this.#best = mean
      this.#bestAtStep = step
    }
    return step - this.#bestAtStep >= this.#settings.plateau_steps
  }
}

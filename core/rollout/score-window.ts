/** The mean score of the episodes that ended within the last so many environment steps. */

export interface SavedScoreWindow {
  readonly steps: readonly number[]
  readonly scores: readonly number[]
}

export class ScoreWindow {
  /** Environment steps, of all environments together. */
  readonly length: number
  #steps: number[] = []
  #scores: number[] = []

  constructor(length: number) {
    this.length = length
  }

  /** An episode that ended with the environment step of this number. */
  add(step: number, score: number): void {
    this.#steps.push(step)
    this.#scores.push(score)
  }

  /** Mean over the episodes that ended in (step - length, step]; null when none did. */
  mean(step: number): number | null {
    this.#forgetUntil(step - this.length)
    if (this.#scores.length === 0) return null
    return this.#scores.reduce((sum, score) => sum + score, 0) / this.#scores.length
  }

  save(): SavedScoreWindow {
    return { steps: [...this.#steps], scores: [...this.#scores] }
  }

  load(saved: SavedScoreWindow): void {
    this.#steps = [...saved.steps]
    this.#scores = [...saved.scores]
  }

  #forgetUntil(step: number): void {
    let old = 0
    while (old < this.#steps.length && this.#steps[old]! <= step) old++
    if (old === 0) return
    this.#steps.splice(0, old)
    this.#scores.splice(0, old)
  }
}

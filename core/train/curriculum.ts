/**
 * Which lesson each environment parameter is in, and when the next begins. As in ML-Agents a lesson is complete when
 * min_lesson_length episodes have ended in it and its measure is above its threshold:
 *
 *     progress    environment steps / max_steps
 *     reward      mean reward of the last episodes; smoothed: 0.25 old + 0.75 new, the first "old" being 0
 *
 * The episodes counted are those since any parameter last changed its lesson, at most as many as the longest
 * min_lesson_length asks for.
 *
 * Differs from ML-Agents: the reward is measured when episodes end, not at every step of the trainer, which repeats the
 * smoothing until nothing is left of it. A lesson begins with each environment's next episode; require_reset, which cuts
 * the episodes under way short, is not supported.
 */
import type { Sampler } from '../envs/sampler.ts'
import type { EnvironmentParameters } from './environment-parameters.ts'

export interface SavedCurriculum {
  readonly lessons: Readonly<Record<string, number>>
  readonly smoothed: Readonly<Record<string, number>>
  /** Rewards of the episodes that count. */
  readonly rewards: readonly number[]
}

/** A parameter and its lesson. */
export interface CurrentLesson {
  readonly parameter: string
  readonly lesson: string
  /** From 0. */
  readonly number: number
}

export class Curriculum {
  readonly #parameters: EnvironmentParameters
  readonly #behavior: string
  readonly #maxSteps: number
  readonly #kept: number
  readonly #lessons: Record<string, number> = {}
  readonly #smoothed: Record<string, number> = {}
  #rewards: number[] = []

  constructor(parameters: EnvironmentParameters, behavior: string, maxSteps: number) {
    this.#parameters = parameters
    this.#behavior = behavior
    this.#maxSteps = maxSteps
    let kept = 1
    for (const [name, lessons] of Object.entries(parameters)) {
      this.#lessons[name] = 0
      this.#smoothed[name] = 0
      for (const { completion } of lessons) {
        if (completion?.behavior === behavior) kept = Math.max(kept, completion.min_lesson_length)
      }
    }
    this.#kept = kept
  }

  /** How the parameters are drawn in the lessons that they are in. */
  get samplers(): Readonly<Record<string, Sampler>> {
    return Object.fromEntries(
      Object.entries(this.#parameters).map(([name, lessons]) => [
        name,
        lessons[this.#lessons[name]!]!.sampler,
      ]),
    )
  }

  /** The lessons that parameters with more than one are in. */
  get lessons(): readonly CurrentLesson[] {
    return Object.entries(this.#parameters)
      .filter(([, lessons]) => lessons.length > 1)
      .map(([parameter, lessons]) => {
        const number = this.#lessons[parameter]!
        return { parameter, lesson: lessons[number]!.name, number }
      })
  }

  /** Whether every parameter is in its last lesson. */
  get complete(): boolean {
    return Object.entries(this.#parameters).every(
      ([name, lessons]) => this.#lessons[name] === lessons.length - 1,
    )
  }

  /** Whether every episode is now one of the environment that the run is for: nothing is drawn any more. */
  get settled(): boolean {
    return this.complete && Object.values(this.samplers).every(({ kind }) => kind === 'constant')
  }

  /**
   * @param step     environment steps so far
   * @param rewards  of the episodes that ended since the last call
   * @returns the lessons that begin now
   */
  advance(step: number, rewards: readonly number[]): CurrentLesson[] {
    this.#rewards.push(...rewards)
    if (this.#rewards.length > this.#kept) this.#rewards = this.#rewards.slice(-this.#kept)
    const changes: CurrentLesson[] = []
    for (const [name, lessons] of Object.entries(this.#parameters)) {
      const { completion } = lessons[this.#lessons[name]!]!
      if (completion === null || completion.behavior !== this.#behavior) continue
      if (this.#rewards.length < completion.min_lesson_length) continue
      const measure =
        completion.measure === 'progress'
          ? step / this.#maxSteps
          : rewards.length > 0
            ? this.#reward(name, completion.signal_smoothing)
            : Number.NEGATIVE_INFINITY
      if (measure <= completion.threshold) continue
      const number = ++this.#lessons[name]!
      changes.push({ parameter: name, lesson: lessons[number]!.name, number })
    }
    if (changes.length > 0) this.#rewards = []
    return changes
  }

  save(): SavedCurriculum {
    return { lessons: { ...this.#lessons }, smoothed: { ...this.#smoothed }, rewards: [...this.#rewards] }
  }

  load(saved: SavedCurriculum): void {
    Object.assign(this.#lessons, saved.lessons)
    Object.assign(this.#smoothed, saved.smoothed)
    this.#rewards = [...saved.rewards]
  }

  #reward(name: string, smooth: boolean): number {
    const mean = this.#rewards.reduce((sum, reward) => sum + reward, 0) / this.#rewards.length
    if (!smooth) return mean
    this.#smoothed[name] = 0.25 * this.#smoothed[name]! + 0.75 * mean
    return this.#smoothed[name]
  }
}

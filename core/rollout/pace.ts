/**
 * How long an environment is to take so that it keeps the time of the real game at `pace` times its speed: what its
 * animations last, with a jitter that the episode's seed determines, so that instances do not keep step by accident.
 */
import type { Environment } from '../envs/index.ts'
import { Random } from '../random.ts'

/** Of an environment that does not say how long its animations last: a decision ten times a second, a short reset. */
export const DEFAULT_ANIMATION_SECONDS = 0.1

/** Machines, garbage collections, the other instances: durations vary by up to this share, evenly. Assumed. */
export const JITTER = 0.2

export class Pacer {
  readonly #pace: number
  readonly #random = new Random(0)

  /** @param pace  above 0; 1 is the real game's speed, 20 twenty times that */
  constructor(pace: number) {
    this.#pace = pace
  }

  /** To be called before the reset that begins the episode of this seed. */
  begin(seed: number): void {
    // Another stream than the board's, which the seed itself begins.
    this.#random.seed(seed ^ 0x70616365)
  }

  /** How long what the environment did last, a step or a reset, is to take. */
  milliseconds(environment: Environment): number {
    const seconds = environment.animationSeconds?.() ?? DEFAULT_ANIMATION_SECONDS
    const jitter = 1 + JITTER * (2 * this.#random.uniform() - 1)
    return (1000 * seconds * jitter) / this.#pace
  }
}

/**
 * The temperature alpha of SAC, learned so that the policy's entropy stays near a target (Haarnoja et al. 2018b,
 * arXiv:1812.05905, Eq. 18): J(alpha) = E[ alpha (H(pi) - H_target) ], descended by Adam.
 *
 * Differs from the paper: log(alpha) is what is learned, so alpha stays positive, and its gradient is that of
 * log(alpha) (H - H_target), as in most code; both have the same sign.
 */
export class Temperature {
  /** What the entropy target is a share of: ln|A| for a categorical, -|A| for continuous actions. */
  readonly scale: number
  readonly #learningRate: number
  #logAlpha: number
  #m = 0
  #v = 0
  #t = 0

  constructor(initial: number, learningRate: number, scale: number) {
    this.#logAlpha = Math.log(initial)
    this.#learningRate = learningRate
    this.scale = scale
  }

  get alpha(): number {
    return Math.exp(this.#logAlpha)
  }

  step(entropy: number, target: number): void {
    const gradient = entropy - target
    this.#t++
    this.#m = 0.9 * this.#m + 0.1 * gradient
    this.#v = 0.999 * this.#v + 0.001 * gradient * gradient
    const mHat = this.#m / (1 - 0.9 ** this.#t)
    const vHat = this.#v / (1 - 0.999 ** this.#t)
    this.#logAlpha -= (this.#learningRate * mHat) / (Math.sqrt(vHat) + 1e-8)
    // Beyond these the gradient of the policy is all entropy or none, and alpha would take long to come back.
    this.#logAlpha = Math.min(Math.log(10), Math.max(Math.log(1e-5), this.#logAlpha))
  }

  save(): number[] {
    return [this.#logAlpha, this.#m, this.#v, this.#t]
  }

  load([logAlpha, m, v, t]: readonly number[]): void {
    this.#logAlpha = logAlpha!
    this.#m = m!
    this.#v = v!
    this.#t = t!
  }
}

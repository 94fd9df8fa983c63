import { checkTogether, type Parameters } from './parameters.ts'

export interface AdamOptions {
  learningRate: number
  beta1?: number
  beta2?: number
  epsilon?: number
  /** Decoupled from the gradient (AdamW): every step shrinks the weights by learningRate * weightDecay. */
  weightDecay?: number
}

export interface AdamStep {
  /** Gradients are scaled down to this norm over the whole set when theirs is larger. */
  maxNorm?: number
  /** A set of the same make that follows in the same pass, as `polyak` lets it. */
  follow?: { readonly target: Parameters; readonly tau: number }
}

/**
 * Adam (Kingma and Ba 2015) with bias correction, AdamW with weight decay. Its moments and step count live in the
 * parameter set, and are saved with it.
 */
export class Adam {
  readonly parameters: Parameters
  learningRate: number
  readonly #beta1: number
  readonly #beta2: number
  readonly #epsilon: number
  readonly #weightDecay: number

  constructor(parameters: Parameters, options: AdamOptions) {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options
    this.parameters = parameters
    this.learningRate = learningRate
    this.#beta1 = beta1
    this.#beta2 = beta2
    this.#epsilon = epsilon
    this.#weightDecay = weightDecay
  }

  /**
   * One step along the gradients that the set holds now.
   * @returns their norm over the whole set, before clipping
   */
  step({ maxNorm, follow }: AdamStep = {}): number {
    // Only clipping must know the norm beforehand; otherwise it comes out of the one pass over the weights.
    if (maxNorm === undefined) return this.#pass(1, follow)
    const norm = normOf([this])
    this.#pass(scaleOf(norm, maxNorm), follow)
    return norm
  }

  /** The step with gradients times `scale`. @returns their norm before that */
  #pass(scale: number, follow?: AdamStep['follow']): number {
    const { kernels, values, gradients, m, v, count } = this.parameters.blocks
    if (follow !== undefined) checkTogether(follow.target, this.parameters)
    const t = ++this.parameters.t
    const sumOfSquares = kernels.adam(
      values,
      gradients,
      m,
      v,
      count,
      this.learningRate / (1 - this.#beta1 ** t),
      this.#beta1,
      this.#beta2,
      this.#epsilon,
      1 / Math.sqrt(1 - this.#beta2 ** t),
      1 - this.learningRate * this.#weightDecay,
      scale,
      follow?.target.blocks.values ?? 0,
      follow?.tau ?? 0,
    )
    return Math.sqrt(sumOfSquares)
  }

  /**
   * One step of each, with gradients scaled down to `maxNorm` when their norm over all sets is larger.
   * @returns that norm, before clipping
   */
  static stepTogether(adams: readonly Adam[], maxNorm: number): number {
    const norm = normOf(adams)
    for (const adam of adams) adam.#pass(scaleOf(norm, maxNorm))
    return norm
  }
}

/** The norm of the gradients of all sets together. */
function normOf(adams: readonly Adam[]): number {
  let squares = 0
  for (const { parameters } of adams) {
    const { kernels, gradients, count } = parameters.blocks
    squares += kernels.sumOfSquares(gradients, count)
  }
  return Math.sqrt(squares)
}

function scaleOf(norm: number, maxNorm: number): number {
  return norm > maxNorm ? maxNorm / norm : 1
}

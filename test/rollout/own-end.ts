/** Ends its episodes itself, after so many steps and without a limit of which it tells, and pays a point for each; can go wrong. */
import type { Environment, EnvironmentSpec, StepResult } from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'

export interface OwnEndOptions {
  readonly length?: number
  readonly patience?: number
  /** Whether it does not say if it reached its goal. */
  readonly silent?: boolean
  /** Of an episode whose seed is a multiple of `every`. */
  readonly fault?: { readonly atStep: number; readonly every: number; readonly message: string }
}

export class OwnEnd implements Environment {
  readonly spec: EnvironmentSpec
  readonly #options: OwnEndOptions
  #seed = 0
  #step = 0

  constructor(options: OwnEndOptions = {}) {
    this.#options = options
    const { patience } = options
    this.spec = {
      id: 'test/own-end',
      title: 'Own end',
      description: 'Counts its steps.',
      version: 1,
      parameters: {},
      observations: [{ name: 'count', shape: [2], description: 'seed, step' }],
      action: { continuous: 0, discrete: [2] },
      score: { unit: 'point', units: 'points', measure: 'return' },
      ...(patience === undefined ? {} : { patience }),
    }
  }

  get succeeded(): boolean | null {
    return this.#options.silent === true ? null : false
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#seed = seed
    this.#step = 0
    this.#observe(observation)
  }

  step(_action: unknown, observation: Float32Array | null): StepResult {
    const { length = 1000, fault } = this.#options
    this.#step++
    if (fault?.atStep === this.#step && this.#seed % fault.every === 0) throw new UserError(fault.message)
    this.#observe(observation)
    return { reward: 1, terminated: false, truncated: this.#step === length }
  }

  snapshot(): Uint8Array {
    return new Uint8Array(Float64Array.of(this.#seed, this.#step).buffer)
  }

  restore(snapshot: Uint8Array): void {
    const [seed, step] = new Float64Array(snapshot.slice().buffer)
    this.#seed = seed!
    this.#step = step!
  }

  scene(): null {
    return null
  }

  events(): readonly unknown[] {
    return []
  }

  #observe(observation: Float32Array | null): void {
    observation?.set([this.#seed % 2 ** 20, this.#step])
  }
}

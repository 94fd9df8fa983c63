/**
 * A plugin with an environment whose observation tells the episode's seed and the step, so that a chain of transitions can
 * be checked, and that breaks down where its parameters say.
 */
import type { Environment, EnvironmentSpec, ParameterValue, StepResult } from '../../core/envs/index.ts'
import { registerEnvironment } from '../../core/envs/index.ts'

class Fragile implements Environment {
  readonly spec: EnvironmentSpec
  readonly #fault: string
  #seed = 0
  #step = 0

  constructor({ fault = 'none' }: Readonly<Record<string, ParameterValue>> = {}) {
    this.#fault = String(fault)
    this.spec = {
      id: 'test/fragile',
      title: 'Fragile',
      description: 'Counts its steps and may break down.',
      version: 1,
      parameters: { fault },
      observations: [{ name: 'count', shape: [2], description: 'seed above 2^30, step' }],
      action: { continuous: 0, discrete: [2] },
      score: { unit: 'step', units: 'steps', measure: 'length' },
      maxEpisodeSteps: 40,
    }
  }

  /** Episodes have 5 to 20 steps. */
  get #length(): number {
    return 5 + (this.#seed % 16)
  }

  get succeeded(): boolean {
    return this.#step === this.#length
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#seed = seed - 2 ** 30
    this.#step = 0
    observation?.set([this.#seed % 2 ** 20, 0])
  }

  step(_action: unknown, observation: Float32Array | null): StepResult {
    this.#step++
    if (this.#fault !== 'none' && this.#step === 3 && this.#seed % 4 === 0) breakDown(this.#fault)
    observation?.set([this.#seed % 2 ** 20, this.#step])
    return { reward: this.#step, terminated: this.succeeded, truncated: false }
  }

  snapshot(): Uint8Array {
    return new Uint8Array(Float64Array.of(this.#seed, this.#step).buffer)
  }

  restore(snapshot: Uint8Array): void {
    const [seed, step] = new Float64Array(snapshot.slice().buffer)
    this.#seed = seed!
    this.#step = step!
  }

  scene(): unknown {
    return {}
  }

  events(): readonly unknown[] {
    return []
  }

  animationSeconds(): number {
    return this.#step === 0 ? 0.2 : 0.1
  }
}

function breakDown(fault: string): void {
  if (fault === 'throws') throw new Error('the fragile environment broke')
  if (fault === 'exits') process.exit(3)
  for (;;);
}

registerEnvironment('test/fragile', (parameters) => new Fragile(parameters))

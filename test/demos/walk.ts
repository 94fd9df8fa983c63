/** A tiny environment: walk a line from 0 to 9, with a little seeded noise to look at. The edges forbid leaving. */
import type { Action, Environment, EnvironmentSpec, StepResult } from '../../core/envs/environment.ts'
import type { Player } from '../../core/envs/player.ts'
import { Random } from '../../core/random.ts'

const LAST = 9

export class Walk implements Environment {
  readonly spec: EnvironmentSpec
  readonly #random = new Random(0)
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  readonly #maxSteps: number
  #position = 0
  #steps = 0

  constructor({ id = 'test/walk', version = 1, maxSteps = 1000 } = {}) {
    this.#maxSteps = maxSteps
    this.spec = {
      id,
      title: 'Walk',
      description: 'Walk to the end of the line.',
      version,
      parameters: { maxSteps },
      observations: [{ name: 'view', shape: [3], description: 'position, effort, noise' }],
      action: { continuous: 1, discrete: [2] },
      score: { unit: 'step', units: 'steps', measure: 'length' },
      maxEpisodeSteps: maxSteps,
    }
  }

  get succeeded(): boolean {
    return this.#position === LAST
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#random.seed(seed)
    this.#position = 0
    this.#steps = 0
    observation?.set([0, 0, this.#random.uniform()])
  }

  step(action: Action, observation: Float32Array | null): StepResult {
    this.#position += action.discrete[0] === 1 ? 1 : -1
    this.#steps++
    observation?.set([this.#position, action.continuous[0]!, this.#random.normal()])
    this.#result.reward = this.succeeded ? 1 : -0.1
    this.#result.terminated = this.succeeded
    this.#result.truncated = !this.succeeded && this.#steps >= this.#maxSteps
    return this.#result
  }

  writeActionMask(mask: Uint8Array): void {
    mask.set([this.#position > 0 ? 1 : 0, 1])
  }

  snapshot(): Uint8Array {
    return new Uint8Array(Float64Array.of(this.#position, this.#steps, ...this.#random.save()).buffer)
  }

  restore(snapshot: Uint8Array): void {
    const [position, steps, ...random] = new Float64Array(snapshot.slice().buffer)
    this.#position = position!
    this.#steps = steps!
    this.#random.restore(random)
  }

  scene(): unknown {
    return { position: this.#position }
  }

  events(): readonly unknown[] {
    return []
  }
}

/** Two steps forward, one back. */
export function dancer(kind: Player['kind'] = 'scripted'): Player {
  const random = new Random(0)
  let step = 0
  return {
    name: 'dancer',
    kind,
    begin: (seed) => {
      random.seed(seed)
      step = 0
    },
    act: (_environment, _observation, action) => {
      action.discrete[0] = step++ % 3 === 2 ? 0 : 1
      action.continuous[0] = 2 * random.uniform() - 1
    },
  }
}

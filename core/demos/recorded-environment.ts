/** What a recording says of its environment, where the environment itself is not made: to look at, not to play in. */
import type { Environment, EnvironmentSpec } from '../envs/environment.ts'
import type { EnvironmentStamp } from './episode.ts'

export function recordedSpec(stamp: EnvironmentStamp): EnvironmentSpec {
  return {
    id: stamp.id,
    title: stamp.id,
    description: 'Known only from recordings.',
    version: stamp.version,
    parameters: { ...stamp.parameters },
    observations: stamp.observations.map(({ name, shape }) => ({ name, shape, description: 'As recorded.' })),
    action: { ...stamp.action },
    // As of every environment of another program.
    score: { unit: 'point', units: 'points', measure: 'return' },
    reproducible: false,
  }
}

/** Has a spec, and nobody can play in it. */
export class RecordedEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly succeeded = false

  constructor(stamp: EnvironmentStamp) {
    this.spec = recordedSpec(stamp)
  }

  reset(): never {
    throw new Error(`${this.spec.id} is only known from recordings`)
  }

  step(): never {
    return this.reset()
  }

  snapshot(): never {
    return this.reset()
  }

  restore(): never {
    return this.reset()
  }

  scene(): null {
    return null
  }

  events(): readonly unknown[] {
    return []
  }
}

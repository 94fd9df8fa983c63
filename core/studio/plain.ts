/** What environments give, as plain data of the protocol's types. */
import type { EnvironmentSpec } from '../envs/index.ts'
import type { Scene, SceneEvent, EnvironmentSpec as WireSpec } from './protocol.ts'

export function plainSpec(spec: EnvironmentSpec): WireSpec {
  return {
    id: spec.id,
    title: spec.title,
    description: spec.description,
    version: spec.version,
    parameters: { ...spec.parameters },
    observations: spec.observations.map(({ name, shape, description }) => ({
      name,
      shape: [...shape],
      description,
    })),
    action: { continuous: spec.action.continuous, discrete: [...spec.action.discrete] },
    score: {
      unit: spec.score.unit,
      units: spec.score.units,
      measure: spec.score.measure,
      ...(spec.score.human === undefined ? {} : { human: { ...spec.score.human } }),
    },
    ...(spec.maxEpisodeSteps === undefined ? {} : { maxEpisodeSteps: spec.maxEpisodeSteps }),
  }
}

/** The contract makes every scene plain data with a kind; the schema of the result checks it. */
export function plainScene(scene: unknown): Scene {
  return scene as Scene
}

/** A copy: the environment may reuse its array. */
export function plainEvents(events: readonly unknown[]): SceneEvent[] {
  return [...events] as SceneEvent[]
}

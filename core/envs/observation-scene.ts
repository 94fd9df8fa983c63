/** What a screen draws of an environment that no page has a drawing for, such as a plugin's: its observations. */
import { type Environment, type EnvironmentSpec, shapeSize } from './environment.ts'

/** Kinds of scene that the studio's pages draw; a kind here has its view in renderer/board/views.ts. */
export const drawnKinds: readonly string[] = [
  'basic',
  'bubble',
  'cart-pole',
  'grid',
  'gym',
  'pendulum',
  'recall',
]

export interface ObservationScene {
  kind: 'observations'
  /** In the order of the spec; `values` lie row by row, images [C, H, W] plane by plane. */
  observations: { name: string; shape: number[]; values: number[] }[]
  action: { continuous: number; discrete: number[] }
  /** [sum of branches], 1 = allowed now; null where the environment masks nothing. */
  mask: number[] | null
}

/** What a screen shows now: a scene, and what happened in the last step. */
export interface View {
  readonly scene: unknown
  readonly events: readonly unknown[]
}

/**
 * The environment's own scene and events where the studio can draw them, else what is observed, without events.
 * @param observation   [O], what the environment shows now
 * @param options.aims  as in `Environment.scene`; the mask, too, is only for somebody who is about to act
 */
export function viewOf(
  environment: Environment,
  observation: Float32Array,
  { aims = true }: { readonly aims?: boolean } = {},
): View {
  const scene = environment.scene({ aims })
  if (isDrawn(scene)) return { scene, events: environment.events() }
  return {
    scene: observationScene(environment.spec, observation, aims ? maskOf(environment) : null),
    events: [],
  }
}

/** @param observation  [O] */
export function observationScene(
  { observations, action }: Pick<EnvironmentSpec, 'observations' | 'action'>,
  observation: Float32Array,
  mask: number[] | null = null,
): ObservationScene {
  let from = 0
  return {
    kind: 'observations',
    observations: observations.map(({ name, shape }) => {
      const values = Array.from(observation.subarray(from, from + shapeSize(shape)))
      from += shapeSize(shape)
      return { name, shape: [...shape], values }
    }),
    action: { continuous: action.continuous, discrete: [...action.discrete] },
    mask,
  }
}

function isDrawn(scene: unknown): boolean {
  const kind = (scene as { kind?: unknown } | null)?.kind
  return typeof kind === 'string' && drawnKinds.includes(kind)
}

function maskOf(environment: Environment): number[] | null {
  if (environment.writeActionMask === undefined) return null
  const mask = new Uint8Array(environment.spec.action.discrete.reduce((sum, size) => sum + size, 0))
  environment.writeActionMask(mask)
  return [...mask]
}

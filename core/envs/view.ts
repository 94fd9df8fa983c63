/**
 * What a screen shows of an environment: the drawing that it makes of itself, a scene for which the studio has a canvas, or,
 * where there is neither or the drawing is not sound, its observations.
 */
import { checkDrawing } from './drawing/check.ts'
import { type Environment, type EnvironmentSpec, shapeSize } from './environment.ts'

/** Scenes that a page draws on a canvas of their own. */
const OWN_CANVAS: readonly unknown[] = ['bubble', 'gym']
/** Every kind that a page draws; each has its view in renderer/board/views.ts. */
export const SCENE_KINDS = [...OWN_CANVAS, 'drawing', 'observations'] as readonly string[]

export interface ObservationScene {
  kind: 'observations'
  /** In the order of the spec; `values` lie row by row, images [C, H, W] plane by plane. */
  observations: { name: string; shape: number[]; values: number[] }[]
  action: { continuous: number; discrete: number[] }
  /** [sum of branches], 1 = allowed now; null where the environment masks nothing. */
  mask: number[] | null
  /** Why the environment's own drawing is not shown, as a sentence; null where it has none. */
  problem: string | null
}

/** What a screen shows now: a scene, and what happened in the last step. */
export interface View {
  readonly scene: unknown
  readonly events: readonly unknown[]
}

/**
 * The environment's own scene and events where they can be drawn, else what is observed, without events.
 * @param observation   [O], what the environment shows now
 * @param options.aims  as in `Environment.scene`; the mask, too, is only for somebody who is about to act
 */
export function viewOf(
  environment: Environment,
  observation: Float32Array,
  { aims = true }: { readonly aims?: boolean } = {},
): View {
  const scene = environment.scene({ aims })
  const kind = (scene as { kind?: unknown } | null)?.kind
  if (OWN_CANVAS.includes(kind)) return { scene, events: environment.events() }
  const { spec } = environment
  const mask = aims ? maskOf(environment) : null
  const observed = observationScene(spec, observation, mask)
  if (kind !== 'drawing') return { scene: observed, events: [] }
  const checked = checkDrawing(scene, environment.events(), spec, mask)
  if ('drawing' in checked) return { scene: checked.drawing, events: checked.events }
  const problem = `The drawing of ${spec.id} cannot be shown: ${checked.problem}`
  return { scene: { ...observed, problem }, events: [] }
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
    problem: null,
  }
}

function maskOf(environment: Environment): number[] | null {
  if (environment.writeActionMask === undefined) return null
  const mask = new Uint8Array(environment.spec.action.discrete.reduce((sum, size) => sum + size, 0))
  environment.writeActionMask(mask)
  return [...mask]
}

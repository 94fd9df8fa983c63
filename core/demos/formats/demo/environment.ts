/** Which environment a `.demo` was played in, and whether its steps come out the same here. */
import {
  type Environment,
  type EnvironmentSpec,
  emptyAction,
  environmentSpecs,
  observationSize,
} from '../../../envs/index.ts'
import { printable } from '../../../printable.ts'
import { behaviourName, shownShape } from '../../../remote/mlagents/behaviour.ts'
import type { EnvironmentStamp } from '../../episode.ts'
import { environmentStamp } from '../../stamp.ts'
import type { ActionAlignment } from '../format.ts'
import { isChoice } from '../parts/choices.ts'
import type { FileProblems } from '../problems.ts'
import { isForbidden } from './alignment.ts'
import type { ObservationColumn } from './observations.ts'
import type { Play } from './plays.ts'
import type { ActionLayout } from './record.ts'
import { actionRecord } from './ways.ts'

/** Of environments that are not here and are called after their behaviour. */
const PREFIX = 'unity:'
/** How far a number that was computed elsewhere may be off. */
const TOLERANCE = 1e-5

/**
 * The environment that the person named; else the only one here that has this name and layout; else one of its own that is
 * called after the behaviour: 'unity:3DBall'.
 * @param behaviour  as the file names it: 'Basic?team=0'
 * @throws DataError when the file has not the layout of the environment that the person named
 */
export function playedEnvironment(
  behaviour: string,
  columns: readonly ObservationColumn[],
  action: ActionLayout,
  given: EnvironmentStamp | undefined,
  problems: FileProblems,
): EnvironmentStamp {
  const shapes = columns.map(({ shape }) => ({ shape }))
  if (given !== undefined) {
    const [expected, found] = [layoutText(given, given.action), layoutText({ observations: shapes }, action)]
    if (expected !== found) problems.refuse(`layout of ${given.id}`, expected, found)
    return given
  }
  const name = printable(behaviour.split('?')[0]!)
  const layout = layoutText({ observations: shapes }, action)
  const fitting = environmentSpecs().filter((spec) => layoutText(spec, spec.action) === layout)
  const named = fitting.filter((spec) => isCalled(spec, name))
  if (named.length === 1) return environmentStamp(named[0]!)
  return {
    id: `${PREFIX}${name === '' ? 'unknown' : name}`,
    version: 0,
    parameters: {},
    observations: columns.map((column) => ({ name: column.name, shape: column.shape })),
    action,
  }
}

/** What the behaviour is called in a file. */
export function playedBehaviour({ id }: EnvironmentStamp): string {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : behaviourName(id)
}

/** As trainers are shown it, so that files of what was played here through a trainer's protocol fit too. */
function layoutText(
  { observations }: { readonly observations: readonly { readonly shape: readonly number[] }[] },
  action: ActionLayout,
): string {
  const shapes = observations.map(({ shape }) => `[${shownShape(shape).join(', ')}]`).join(' ')
  return `observations ${shapes}, ${action.continuous} continuous actions, branches [${action.discrete.join(', ')}]`
}

/** In any spelling, so that 'BASIC' is basic; a part of the id is enough: 'Bubble' for 'bubble/25'. */
function isCalled({ id, title }: EnvironmentSpec, name: string): boolean {
  return [id, id.split('/')[0]!, title].some((own) => plain(own) === plain(name))
}

function plain(name: string): string {
  return behaviourName(name).toLowerCase()
}

/** What a play that came out the same tells besides. */
export interface Retraced {
  /** [O], the observation after the last step. */
  readonly last: Float32Array
  readonly success: boolean | null
}

/** Plays the actions again, from seed 0; undefined when what is seen differs. */
export function retrace(
  environment: Environment,
  play: Play,
  actions: ActionAlignment,
): Retraced | undefined {
  const { spec } = environment
  const observation = new Float32Array(observationSize(spec))
  const mask = new Uint8Array(spec.action.discrete.reduce((sum, size) => sum + size, 0))
  const action = emptyAction(spec)
  const steps = play.records.length - 1
  environment.reset(0, observation)
  for (let step = 0; step < steps; step++) {
    if (!isNear(observation, play.records[step]!.observation)) return undefined
    const { continuous, discrete } = actionRecord(play, step, actions)
    if (!continuous.every(Number.isFinite)) return undefined
    if (!discrete.every((index, branch) => isChoice(index, spec.action.discrete[branch]!))) return undefined
    mask.fill(1)
    environment.writeActionMask?.(mask)
    if (isForbidden(discrete, mask, spec.action)) return undefined
    action.continuous.set(continuous.map((value) => Math.min(1, Math.max(-1, value))))
    action.discrete.set(discrete)
    const { terminated, truncated } = environment.step(action, observation)
    if ((terminated || truncated) && step < steps - 1) return undefined
    if (step === steps - 1 && terminated !== (play.ending === 'terminated')) return undefined
  }
  if (play.ownEnd && !isNear(observation, play.records[steps]!.observation)) return undefined
  return { last: observation, success: environment.succeeded }
}

function isNear(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Math.abs(value - b[i]!) <= TOLERANCE)
}

/** What is supposed of an episode from a file that was made elsewhere and does not say. */
import { UserError } from '../../../errors.ts'
import type { EnvironmentStamp } from '../../episode.ts'
import { actionStamp } from '../../stamp.ts'
import type { ReadOptions } from '../format.ts'
import type { PlainHead } from './head.ts'

/** A file does not say what was played, and neither has whoever reads it. */
export class UnsaidEnvironmentError extends UserError {
  constructor(fileName: string) {
    super(`${fileName} does not say what was played`, {
      remedy: 'name the environment with --env; "understudy envs" lists them',
    })
  }
}

/**
 * What was played, for a file that does not say.
 * @throws UnsaidEnvironmentError when the person did not say either
 */
export function givenEnvironment(fileName: string, options: ReadOptions | undefined): EnvironmentStamp {
  if (options?.environment !== undefined) {
    noteSupposed(options.environment, options)
    return options.environment
  }
  throw new UnsaidEnvironmentError(fileName)
}

/** Where it was not a person who said so. @param said  by the file */
export function noteSupposed(
  { id }: EnvironmentStamp,
  { supposed, note }: ReadOptions,
  said = 'it does not say what was played',
): void {
  if (supposed) note?.(`${said}; read as ${id}, whose observations and actions fit`)
}

/** How an episode ended, as far as its file says. */
export interface Outcome {
  readonly terminated: boolean
  readonly truncated: boolean
  /** Left out where the file does not say. */
  readonly success?: boolean | null
}

/**
 * The head of such an episode, whose actions are supposed to be in the environment's own units.
 * @param index  of the episode in its file
 */
export function foreignHead(environment: EnvironmentStamp, index: number, outcome: Outcome): PlainHead {
  const { id, version, parameters, observations, action } = environment
  return {
    environment: {
      id,
      version,
      parameters: { ...parameters },
      observations: observations.map(({ name, shape }) => ({ name, shape: [...shape] })),
      action: actionStamp(action),
    },
    ...suppositions(index, outcome),
    ...(action.units === undefined ? {} : { units: action.units }),
  }
}

/** All of a head but the environment. Nobody knows the seed, nor who played, nor what counts as the goal. */
export function suppositions(
  index: number,
  outcome: Outcome,
): Omit<PlainHead, 'environment' | 'hash' | 'units' | 'normalized'> {
  const { terminated, truncated, success = null } = outcome
  return {
    seed: null,
    player: { name: 'unknown', kind: 'unknown' },
    // Keeps the order of the file in a library that is sorted by time.
    startedAtUs: index,
    terminated,
    // An episode that simply stops was cut off from outside.
    truncated: truncated || !terminated,
    success,
    tags: [],
    note: '',
    rating: 0,
  }
}

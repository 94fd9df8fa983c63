/** What is supposed of an episode from a file that was made elsewhere and does not say. */
import { UserError } from '../../errors.ts'
import type { EnvironmentStamp } from '../episode.ts'
import type { ReadOptions } from './format.ts'
import type { PlainHead } from './head.ts'

/**
 * What was played, for a file that does not say.
 * @throws UserError when the person did not say either
 */
export function givenEnvironment(fileName: string, options: ReadOptions | undefined): EnvironmentStamp {
  if (options?.environment !== undefined) return options.environment
  throw new UserError(`${fileName} does not say what was played`, {
    remedy: 'name the environment with --env; "understudy envs" lists them',
  })
}

/**
 * The head of such an episode. Nobody knows who played, so it is not called a person.
 * @param index  of the episode in its file; keeps the order of the file in a library that is sorted by time
 */
export function foreignHead(
  environment: EnvironmentStamp,
  index: number,
  outcome: { readonly terminated: boolean; readonly truncated: boolean; readonly success?: boolean },
): PlainHead {
  const { terminated, truncated, success = false } = outcome
  return {
    environment: {
      id: environment.id,
      version: environment.version,
      parameters: { ...environment.parameters },
      observations: environment.observations.map(({ name, shape }) => ({ name, shape: [...shape] })),
      action: { continuous: environment.action.continuous, discrete: [...environment.action.discrete] },
    },
    seed: 0,
    player: { name: 'unknown', kind: 'agent' },
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

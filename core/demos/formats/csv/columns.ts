/** The columns of the table, by name. Those with a dot cannot be mistaken for one of those without. */
import { type EnvironmentStamp, stepLayout } from '../../episode.ts'

/** First in the header, so that the first bytes tell the format. */
export const COUNTERS = ['episode', 'step'] as const
/** What a row has besides numbers of the environment. */
export const PLAIN = ['reward', 'terminated', 'truncated', 'time_us'] as const
export const HEAD = 'episode_json'
const MASK = 'action.mask.'

export interface ColumnNames {
  /** [O]: 'rays.0.1' is feature 1 of entity 0 of the observation rays. */
  readonly observations: readonly string[]
  readonly continuous: readonly string[]
  readonly discrete: readonly string[]
  /** [M]: 'action.mask.0.2' is choice 2 of branch 0. */
  readonly masks: readonly string[]
}

/** @param masked  whether there are columns of masks; branches are named by the thousand only where their columns are there */
export function columnNames(environment: EnvironmentStamp, masked: boolean): ColumnNames {
  const { continuous, discrete } = environment.action
  return {
    observations: environment.observations.flatMap(({ name, shape }) => indexed(name, shape)),
    continuous: indexed('action.continuous', [continuous]),
    discrete: indexed('action.discrete', [discrete.length]),
    masks: masked ? discrete.flatMap((size, branch) => indexed(`${MASK}${branch}`, [size])) : [],
  }
}

/** How many columns an environment asks for, without naming them: a damaged file may claim any number. */
export function columnCount(environment: EnvironmentStamp, header: readonly string[]): number {
  const { observation, continuous, branches, mask } = stepLayout(environment)
  return observation + continuous + branches + (hasMasks(header) ? mask : 0)
}

export function hasMasks(header: readonly string[]): boolean {
  return header.some((name) => name.startsWith(MASK))
}

/** In row-major order, as the numbers of an observation lie. */
function indexed(name: string, shape: readonly number[]): string[] {
  if (shape.includes(0)) return []
  let names = [name]
  for (const size of shape.length === 0 ? [1] : shape) {
    names = names.flatMap((prefix) => Array.from({ length: size }, (_, i) => `${prefix}.${i}`))
  }
  return names
}

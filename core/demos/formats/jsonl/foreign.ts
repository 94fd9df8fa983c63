/** A line of JSON that was made elsewhere, completed to one of ours. */
import type { ActionUnits } from '../../../envs/environment.ts'
import type { EnvironmentStamp } from '../../episode.ts'
import type { ReadOptions } from '../format.ts'
import { givenEnvironment, suppositions } from '../parts/foreign.ts'
import { isGymnasium } from '../parts/gymnasium.ts'
import { parseHead } from '../parts/head.ts'
import type { FileProblems } from '../problems.ts'

type Line = Readonly<Record<string, unknown>>

const COLUMNS = ['observations', 'continuous', 'discrete', 'rewards', 'timesUs', 'masks']

/**
 * @param index  of the episode in its file
 * @throws DataError when a field that is there is wrong; UserError when nobody says what was played
 */
export function completeLine(
  line: Line,
  index: number,
  place: string,
  problems: FileProblems,
  options: ReadOptions | undefined,
): Line {
  const flag = (name: string): boolean => {
    const value = line[name] ?? false
    return typeof value === 'boolean'
      ? value
      : problems.refuse(`${place}, ${name}`, 'true or false', typeof value)
  }
  const [terminated, truncated] = [flag('terminated'), flag('truncated')]
  if (!terminated && !truncated)
    options?.note?.(`${place} does not say how the episode ended: it counts as truncated`)
  const supposed = suppositions(index, { terminated, truncated })
  const said = Object.keys(supposed).filter(
    (key) => Object.hasOwn(line, key) && !['terminated', 'truncated'].includes(key),
  )
  const environment = line.environment ?? givenEnvironment(problems.file, options)
  const fields = { ...supposed, ...Object.fromEntries(said.map((key) => [key, line[key]])), environment }
  const { units: own, ...head } = parseHead({ ...fields, units: line.units }, place, problems)
  const units = own ?? unitsOf(head.environment, options?.environment)
  if (units === undefined && isGymnasium(head.environment)) {
    options?.note?.(
      `${place} does not say which numbers ${head.environment.id} uses for its actions: they are read as -1 to 1, and as counted from 0`,
    )
  }
  const others = Object.keys(line).filter(
    (key) => !Object.hasOwn(head, key) && !COLUMNS.includes(key) && key !== 'units',
  )
  if (others.length > 0)
    options?.note?.(`${place}: other fields are left out: ${others.slice(0, 8).join(', ')}`)
  const steps = Array.isArray(line.rewards) ? line.rewards.length : 0
  const { continuous, discrete } = head.environment.action
  return {
    ...head,
    ...(units === undefined ? {} : { units }),
    observations: line.observations,
    continuous: actionRows(line.continuous, continuous, steps),
    discrete: actionRows(line.discrete, discrete.length, steps),
    rewards: line.rewards,
    timesUs: line.timesUs ?? new Array(steps).fill(0),
    ...(line.masks === undefined ? {} : { masks: line.masks }),
  }
}

/** A line that names its environment may not say by which numbers that calls its actions. */
function unitsOf(said: EnvironmentStamp, given: EnvironmentStamp | undefined): ActionUnits | undefined {
  return said.action.units ?? (said.id === given?.id ? given.action.units : undefined)
}

/** A column that the environment does not have may be left out, and a row of one number be that number. */
function actionRows(column: unknown, width: number, steps: number): unknown {
  if (column === undefined && width === 0) return Array.from({ length: steps }, () => [])
  if (width !== 1 || !Array.isArray(column)) return column
  return column.map((row: unknown) => (typeof row === 'number' ? [row] : row))
}

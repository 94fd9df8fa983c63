/** What was played, as Gymnasium names it. */
import { z } from 'zod'
import type { ParameterValue } from '../../../envs/environment.ts'
import type { EnvironmentStamp } from '../../episode.ts'

/** Where our Python package has the class that plays every environment of ours. */
const ENTRY_POINT = 'understudy_gym.env:UnderstudyEnv'
/** With which any environment that Gymnasium knows is made by its id. */
const MAKE = 'gymnasium:make'
const GYM = 'gym:'

const specSchema = z.object({
  id: z.string().min(1),
  entry_point: z.string().nullish(),
  kwargs: z.record(z.string(), z.unknown()).default({}),
})

export type Played = Pick<EnvironmentStamp, 'id' | 'version' | 'parameters'>

/** The fields of a `gymnasium.envs.registration.EnvSpec` from which the environment can be made again. */
export function gymnasiumSpec({ id, version, parameters }: Played): Record<string, unknown> {
  const gym = id.startsWith(GYM) ? id.slice(GYM.length) : undefined
  return {
    id: gym ?? 'understudy/Env-v0',
    entry_point: gym === undefined ? ENTRY_POINT : MAKE,
    reward_threshold: null,
    nondeterministic: false,
    max_episode_steps: null,
    kwargs: gym === undefined ? { env_id: id, version, ...parameters } : { id: gym, ...parameters },
    additional_wrappers: [],
  }
}

/**
 * What a specification names: an environment of ours, or `gym:` and its id.
 * @returns undefined when it is no specification
 */
export function playedOf(specification: unknown): Played | undefined {
  const parsed = specSchema.safeParse(specification)
  if (!parsed.success) return undefined
  const { id, entry_point, kwargs } = parsed.data
  const parameters = Object.fromEntries(Object.entries(kwargs).filter(isParameter))
  if (entry_point === ENTRY_POINT && typeof parameters.env_id === 'string') {
    const { env_id, level, version, ...rest } = parameters
    const whole = level === undefined ? env_id : `${env_id}/${level}`
    return { id: whole, version: isCount(version) ? version : 0, parameters: rest }
  }
  if (entry_point === MAKE) delete parameters.id
  return { id: `${GYM}${id}`, version: Math.max(1, Number(/-v(\d{1,9})$/.exec(id)?.[1] ?? 1)), parameters }
}

/** Whether it is none of ours. */
export function isGymnasium({ id }: Pick<Played, 'id'>): boolean {
  return id.startsWith(GYM)
}

function isParameter(entry: [string, unknown]): entry is [string, ParameterValue] {
  return ['string', 'number', 'boolean'].includes(typeof entry[1])
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

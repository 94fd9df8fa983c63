/** By which numbers environments call their actions, also where a recording from before this was kept does not say. */
import { type ActionUnits, environmentIds, makeEnvironment } from '../../../envs/index.ts'
import { UserError } from '../../../errors.ts'
import type { EnvironmentStamp, Episode } from '../../episode.ts'
import { isGymnasium } from './gymnasium.ts'

export class KnownUnits {
  readonly #found = new Map<string, ActionUnits | undefined>()

  constructor(episodes: readonly Episode[]) {
    for (const { environment } of episodes) {
      const { units } = environment.action
      if (units !== undefined) this.#found.set(keyOf(environment), units)
    }
  }

  /** What the recording says, else others of the same environment, else the environment; undefined: they are the same here. */
  of(stamp: EnvironmentStamp): ActionUnits | undefined {
    if (stamp.action.units !== undefined) return stamp.action.units
    const key = keyOf(stamp)
    if (!this.#found.has(key)) this.#found.set(key, ask(stamp))
    return this.#found.get(key)
  }
}

/** Ids of environments of others of which nobody here says by which numbers they call their actions. */
export function silentEnvironments(episodes: readonly Episode[]): string[] {
  const known = new KnownUnits(episodes)
  const silent = episodes.filter(
    ({ environment }) => isGymnasium(environment) && known.of(environment) === undefined,
  )
  return [...new Set(silent.map(({ environment }) => environment.id))]
}

function keyOf({ id, parameters, action }: EnvironmentStamp): string {
  return JSON.stringify([id, parameters, action.continuous, action.discrete])
}

/** Only Gymnasium's environments and those that are listed are made for it: others would start a whole game. */
function ask(stamp: EnvironmentStamp): ActionUnits | undefined {
  if (!isGymnasium(stamp) && !environmentIds().includes(stamp.id)) return undefined
  try {
    const environment = makeEnvironment(stamp.id, stamp.parameters)
    environment.close?.()
    const { action } = environment.spec
    return keyOf({ ...stamp, action }) === keyOf(stamp) ? action.units : undefined
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

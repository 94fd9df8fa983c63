/** Where two configurations of one run differ: a resumed run goes on as it began. */
import type { RunConfig } from './config.ts'
import { isRecord } from './config-place.ts'

export interface ConfigChange {
  /** As in a file: 'hyperparameters.batch_size' below the behaviour, 'env_settings.num_envs' at the top. */
  readonly key: string
  readonly was: unknown
  readonly is: unknown
}

/** The first difference that would change the course of the run; more steps and another seed in the file do not count. */
export function firstChange(was: RunConfig, is: RunConfig): ConfigChange | null {
  return difference('', course(was), course(is))
}

function course(config: RunConfig): Record<string, unknown> {
  const { max_steps: _, checkpoint_interval, even_checkpoints, ...behavior } = config.behavior
  return {
    [`behaviors.${config.behaviorName}`]: {
      ...behavior,
      // Evenly spread checkpoints follow max_steps.
      ...(even_checkpoints ? {} : { checkpoint_interval }),
    },
    env_settings: {
      env: config.environment,
      num_envs: config.numEnvs,
      stepping: config.rollout.stepping,
      max_episode_steps: config.maxEpisodeSteps,
      parameters: config.parameters,
    },
    environment_parameters: withoutSeeds(config.environmentParameters),
    engine: config.engine,
    threads: config.threads,
    gail_control: config.gailControl,
  }
}

/** Seeds of samplers that the file leaves open follow the run's. */
function withoutSeeds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSeeds)
  if (!isRecord(value)) return value
  const { seed: _, ...rest } = value
  return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, withoutSeeds(inner)]))
}

function difference(key: string, was: unknown, is: unknown): ConfigChange | null {
  if (isRecord(was) && isRecord(is)) {
    for (const name of new Set([...Object.keys(was), ...Object.keys(is)])) {
      const found = difference(key === '' ? name : `${key}.${name}`, was[name], is[name])
      if (found !== null) return found
    }
    return null
  }
  return JSON.stringify(was) === JSON.stringify(is) ? null : { key, was, is }
}

/** Where and how the environments of a run step: the keys of `env_settings` and what follows from them. */
import { z } from 'zod'
import { UserError } from '../errors.ts'
import { DEFAULT_RESTARTS, type RestartSettings } from '../rollout/restart-limit.ts'
import type { Stepping } from '../rollout/rollout.ts'
import { DEFAULT_TIMEOUT_SECONDS } from '../rollout/worker-pool.ts'
import { checkSection } from './config-check.ts'
import { at, type Place } from './config-place.ts'

export const rolloutKeys = {
  num_envs: z
    .int()
    .min(1)
    .max(4096)
    .default(1)
    .describe('Environments that step together')
    .meta({ title: 'Environments' }),
  workers: z
    .int()
    .min(0)
    .max(256)
    .nullable()
    .default(null)
    .describe(
      'Ours: worker threads that host the environments; 0, the default unless async stepping or a pace needs one, steps them in the training thread',
    ),
  envs_per_worker: z
    .int()
    .min(1)
    .max(4096)
    .nullable()
    .default(null)
    .describe('Ours: environments on each worker, instead of the number of environments')
    .meta({ title: 'Environments per worker' }),
  stepping: z
    .enum(['sync', 'async'])
    .default('sync')
    .describe(
      'Ours: sync waits for every environment before the next decision and can be repeated exactly; async decides for whichever is ready',
    ),
  pace: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("Ours: environments take as long as the real game's animations at this many times its speed"),
  timeout_wait: z
    .number()
    .positive()
    .default(DEFAULT_TIMEOUT_SECONDS)
    .describe('Seconds after which a worker that does not answer is restarted')
    .meta({ title: 'Patience with a worker' }),
  max_lifetime_restarts: z
    .int()
    .min(-1)
    .default(DEFAULT_RESTARTS.maxLifetimeRestarts)
    .describe('How often a worker may be restarted; -1: no limit')
    .meta({ title: 'Most restarts' }),
  restarts_rate_limit_n: z
    .int()
    .min(-1)
    .default(DEFAULT_RESTARTS.rateLimit)
    .describe('How often within the period for restarts; -1: no limit')
    .meta({ title: 'Most restarts in a period' }),
  restarts_rate_limit_period_s: z
    .number()
    .min(0)
    .default(DEFAULT_RESTARTS.ratePeriodSeconds)
    .describe('Seconds that the most restarts in a period count over')
    .meta({ title: 'Period for restarts' }),
}

const keys = z.object(rolloutKeys)

export interface RolloutConfig {
  /** 0: the environments step in the training thread. */
  readonly workers: number
  readonly stepping: Stepping
  readonly pace: number | null
  readonly timeoutSeconds: number
  readonly restarts: RestartSettings
}

export interface RolloutOverrides {
  readonly workers?: number | undefined
  readonly envs_per_worker?: number | undefined
  readonly stepping?: Stepping | undefined
  readonly pace?: number | undefined
}

/**
 * @param overrides  `num_envs` among them puts the section's `envs_per_worker` out of force
 * @throws UserError when there are more workers than environments, or none where some are needed
 */
export function resolveRollout(
  section: z.infer<typeof keys>,
  overrides: RolloutOverrides & { readonly num_envs?: number | undefined },
  place: Place,
): { numEnvs: number; rollout: RolloutConfig } {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  const env = checkSection(keys, { ...section, ...given }, place)
  const { stepping, pace } = env
  // What was given last beats the other: they are two ways to say one thing.
  const perWorker = given.num_envs === undefined || 'envs_per_worker' in given ? env.envs_per_worker : null
  const needed = stepping === 'async' || pace !== null || perWorker !== null
  const workers = env.workers ?? (needed ? 1 : 0)
  if (needed && workers === 0) {
    throw new UserError(`${at(place, 'workers')}: async stepping, a pace and envs_per_worker need workers`, {
      usage: true,
      remedy: 'allow 1 or more',
    })
  }
  const numEnvs = perWorker === null ? env.num_envs : workers * perWorker
  if (workers > numEnvs) {
    throw new UserError(`${at(place, 'workers')}: ${workers} workers are more than ${numEnvs} environments`, {
      usage: true,
      remedy: 'raise num_envs, or set envs_per_worker',
    })
  }
  return {
    numEnvs,
    rollout: {
      workers,
      stepping,
      pace,
      timeoutSeconds: env.timeout_wait,
      restarts: {
        maxLifetimeRestarts: env.max_lifetime_restarts,
        rateLimit: env.restarts_rate_limit_n,
        ratePeriodSeconds: env.restarts_rate_limit_period_s,
      },
    },
  }
}

/** The keys as a file has them; what `resolveRollout` reads back. In-process stepping has nothing to say. */
export function writeRollout({ workers, stepping, pace, timeoutSeconds, restarts }: RolloutConfig) {
  if (workers === 0) return {}
  return {
    workers,
    stepping,
    ...(pace === null ? {} : { pace }),
    timeout_wait: timeoutSeconds,
    max_lifetime_restarts: restarts.maxLifetimeRestarts,
    restarts_rate_limit_n: restarts.rateLimit,
    restarts_rate_limit_period_s: restarts.ratePeriodSeconds,
  }
}

/** The environments of a run, in this thread or on workers. */

import { makeVaried, type Samplers } from '../envs/varied-environment.ts'
import { UserError } from '../errors.ts'
import type { Rollout } from '../rollout/rollout.ts'
import { VectorEnvironment } from '../rollout/vector.ts'
import { WorkerPool } from '../rollout/worker-pool.ts'
import type { RunConfig } from './config.ts'

/** @param samplers  of the lessons that the run begins with */
export async function makeRollout(config: RunConfig, samplers: Samplers): Promise<Rollout> {
  const { environment: id, parameters, numEnvs: count, seed, maxEpisodeSteps, rollout, plugins } = config
  const recipe = { id, parameters, samplers }
  const episodes = { seed, maxEpisodeSteps }
  if (rollout.workers === 0) return new VectorEnvironment(() => makeVaried(recipe), count, episodes)
  return await WorkerPool.create({ recipe, plugins, count, ...rollout, ...episodes })
}

/** @throws UserError when the algorithm takes in nothing but full batches, which workers cannot promise */
export function requirePartialBatches(
  algorithm: { readonly drop?: unknown },
  { rollout, behavior }: RunConfig,
): void {
  if (rollout.workers === 0 || algorithm.drop !== undefined) return
  throw new UserError(
    `${behavior.trainer_type} with these settings cannot learn from environments on workers`,
    {
      remedy: 'leave workers, stepping and pace out of env_settings, or take another algorithm',
    },
  )
}

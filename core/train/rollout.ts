/** The environments of a run, in this thread or on workers. */

import { agentGroupFactory } from '../envs/index.ts'
import { makeVaried, type Samplers } from '../envs/varied-environment.ts'
import { UserError } from '../errors.ts'
import { GroupRollout } from '../rollout/group-rollout.ts'
import type { Rollout } from '../rollout/rollout.ts'
import { VectorEnvironment } from '../rollout/vector.ts'
import { WorkerPool } from '../rollout/worker-pool.ts'
import type { RunConfig } from './config.ts'

/** @param samplers  of the lessons that the run begins with */
export async function makeRollout(config: RunConfig, samplers: Samplers): Promise<Rollout> {
  const { environment: id, parameters, numEnvs: count, seed, maxEpisodeSteps, rollout, plugins } = config
  const recipe = { id, parameters, samplers }
  const episodes = { seed, maxEpisodeSteps }
  const make = agentGroupFactory(id, parameters)
  if (make !== null) {
    if (rollout.workers > 0) throw notOnWorkers(id)
    const { restarts } = rollout
    return await GroupRollout.create({ make, samplers, groups: count, restarts, ...episodes })
  }
  if (rollout.workers === 0) {
    const { restarts } = rollout
    return new VectorEnvironment(() => makeVaried(recipe), count, { restarts, ...episodes })
  }
  return await WorkerPool.create({ recipe, plugins, count, ...rollout, ...episodes })
}

function notOnWorkers(id: string): UserError {
  return new UserError(`${id} runs in its own processes, which step side by side without workers`, {
    remedy:
      'leave workers, envs_per_worker, stepping and pace out of env_settings; num_envs sets how many there are',
  })
}

/** @throws UserError when the algorithm takes in nothing but full batches, and the rollout cannot promise those */
export function requirePartialBatches(
  algorithm: { readonly drop?: unknown },
  rollout: Rollout,
  { behavior, environment }: RunConfig,
): void {
  if (rollout.fullBatches || algorithm.drop !== undefined) return
  if (rollout instanceof GroupRollout) {
    throw new UserError(
      `${behavior.trainer_type} with these settings cannot learn from agents that decide at different times, as those in ${environment} do`,
      { remedy: 'use another algorithm, or train one agent per build with the parameter agents: 1' },
    )
  }
  throw new UserError(
    `${behavior.trainer_type} with these settings cannot learn from environments on workers`,
    {
      remedy: 'leave workers, stepping and pace out of env_settings, or use another algorithm',
    },
  )
}

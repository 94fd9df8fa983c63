/** Where `understudy train` has a run trained: by a process of its own here, or on a cluster. */
import { requireFit } from '../cluster/fit.ts'
import { trainOnRay } from '../cluster/ray-training.ts'
import { parseStore } from '../cluster/store.ts'
import type { ForkTraining, RunConfig } from '../train/index.ts'
import type { CliContext } from './context.ts'
import { namedCluster, type OnCluster } from './on-cluster.ts'

interface PlaceFlags extends OnCluster {
  readonly detach?: boolean
  readonly store?: string
}

interface TrainingPlace {
  /** undefined here. */
  readonly fork: ForkTraining | undefined
  /** @throws UserError before there is a run, when it could not be trained there */
  requireFit(config: RunConfig): Promise<void>
}

/** @param named  the cluster of the configuration file, which --on overrides @throws UserError when there is no way there */
export async function placeOf(
  { on, rayTokenFile, detach, store: uri }: PlaceFlags,
  named: string | null,
  context: CliContext,
): Promise<TrainingPlace> {
  const store = uri === undefined ? undefined : parseStore(uri)
  const cluster = await namedCluster(
    { on: on ?? named ?? undefined, rayTokenFile },
    { '--detach': detach, '--store': store },
  )
  if (cluster === undefined) return { fork: undefined, requireFit: async () => {} }
  const leave = (): void => {
    context.print(`the run goes on at ${cluster.address}; "understudy runs attach" comes back to it`)
    context.close()
    process.exit()
  }
  return {
    fork: trainOnRay(cluster, { store, onSubmitted: detach === true ? leave : undefined }),
    requireFit: (config) => requireFit(cluster, config),
  }
}

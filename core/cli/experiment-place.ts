/** A cluster as the place where the cells of an experiment are trained, each as a job of its own. */

import type { RayClient } from '../cluster/ray-client.ts'
import { rejoinOnRay, trainOnRay } from '../cluster/ray-training.ts'
import { counted } from '../counted.ts'
import { UserError } from '../errors.ts'
import type { Place } from '../experiment/index.ts'

/** @throws UserError when the cluster cannot be asked */
export async function experimentPlace(client: RayClient): Promise<Place> {
  const [version, { nodes, cpus }] = await Promise.all([client.version(), client.size()])
  return {
    machine: {
      cpu: `a cluster of ${counted(nodes, 'node')} (Ray ${version})`,
      cores: cpus,
      node: process.version,
    },
    fork: trainOnRay(client),
    rejoin(left) {
      if (left.address === client.address) return rejoinOnRay(client, left)
      throw new UserError(`an earlier call has left it at ${left.address}`, {
        remedy: `use --on ${left.address}`,
      })
    },
  }
}

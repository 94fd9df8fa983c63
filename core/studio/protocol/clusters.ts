/** Ray clusters that runs can be trained on, by the names that the person has given them. */
import { z } from 'zod'
import { boundedName, empty, shownId } from './common.ts'

export const clusterName = boundedName(40)

export const cluster = z.object({
  name: z.string(),
  /** Of its dashboard. */
  address: z.string(),
  /** Path of the file that holds its token, on the studio's machine; null where Ray's own places are looked at. */
  tokenFile: z.string().nullable(),
})
export type Cluster = z.infer<typeof cluster>

export const clusterOverview = z.object({
  /** Of Ray. */
  version: z.string(),
  /** Those that are alive, the head first. */
  nodes: z.array(
    z.object({
      address: z.string(),
      head: z.boolean(),
      cpus: z.number(),
      /** Null while the cluster has not counted them. */
      cpusInUse: z.number().nullable(),
    }),
  ),
  /** What of ours is trained there, or waits for room. */
  runs: z.array(
    z.object({
      id: shownId,
      /** Null where this library does not have it. */
      name: z.string().nullable(),
      waiting: z.boolean(),
    }),
  ),
})
export type ClusterOverview = z.infer<typeof clusterOverview>

const byName = z.strictObject({ cluster: clusterName })

export const clusterMethods = {
  'clusters.list': { params: empty, result: z.array(cluster) },
  /** No token crosses the wire: the file that holds it is named. */
  'clusters.add': {
    params: z.strictObject({
      name: clusterName,
      address: boundedName(2000),
      tokenFile: boundedName(4096).nullable(),
    }),
    result: cluster,
  },
  /** What is trained there goes on. */
  'clusters.remove': { params: byName, result: cluster },
  /** Refused, with the reason, when it cannot be reached. */
  'clusters.look': { params: byName, result: clusterOverview },
  /** Refused, with the reason, when a run of this configuration could not be trained there. */
  'clusters.check': {
    params: z.strictObject({ cluster: clusterName, yaml: z.string().max(1_000_000) }),
    result: z.object({
      /** What is worth knowing before it is started there. */
      note: z.string().nullable(),
    }),
  },
}

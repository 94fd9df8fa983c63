/** What there is of a cluster, and which runs of ours are at work on it. */
import type { RayClient, RayJob } from './ray-client.ts'

export interface ClusterOverview {
  /** Of Ray. */
  readonly version: string
  /** Those that are alive, the head first. */
  readonly nodes: readonly ClusterNode[]
  readonly runs: readonly ClusterRun[]
}

export interface ClusterNode {
  readonly address: string
  readonly head: boolean
  readonly cpus: number
  /** Null while the cluster has not counted them. */
  readonly cpusInUse: number | null
}

export interface ClusterRun {
  readonly run: string
  readonly job: string | null
  /** It waits for room. */
  readonly waiting: boolean
}

/** @throws UserError as every method of the client */
export async function overviewOf(client: RayClient): Promise<ClusterOverview> {
  const [version, all, inUse, jobs] = await Promise.all([
    client.version(),
    client.nodes(),
    client.cpusInUse(),
    client.jobs(),
  ])
  const nodes = all
    .filter(({ state }) => state === 'ALIVE')
    .map(({ node_id: id, node_ip: address, is_head_node: head, resources_total: resources }) => ({
      address,
      head: head === true,
      cpus: resources?.CPU ?? 0,
      cpusInUse: inUse.get(id) ?? null,
    }))
    .sort((a, b) => Number(b.head) - Number(a.head) || (a.address < b.address ? -1 : 1))
  return { version, nodes, runs: jobs.flatMap(runOf) }
}

function runOf({ metadata, submission_id: job, status }: RayJob): ClusterRun[] {
  const run = metadata?.understudy_run
  if (run === undefined || (status !== 'PENDING' && status !== 'RUNNING')) return []
  return [{ run, job: job ?? null, waiting: status === 'PENDING' }]
}

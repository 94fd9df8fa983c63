/** What keeps a run from being trained on a cluster, where that can be known before anything is sent there. */
import { readFileSync } from 'node:fs'
import { counted } from '../counted.ts'
import { UserError } from '../errors.ts'
import { actingCopyOf } from '../learn/index.ts'
import { requirePlugins } from '../plugins.ts'
import type { RunConfig } from '../train/index.ts'
import type { RayClient } from './ray-client.ts'

/** A module that another one names by where it lies from there. */
const NEIGHBOUR = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]*)['"]/

/** What is worth knowing of a run's speed there; null where its environments step in the job itself. */
export function speedNote({ rollout: { workers, stepping } }: RunConfig): string | null {
  if (workers === 0) return null
  const cost =
    stepping === 'sync'
      ? 'each batch of steps costs a few milliseconds of network'
      : 'workers then act by themselves and wait for no network, but the learner is no faster, and the run cannot be repeated exactly'
  return `Workers of a cluster are worth it when a step of the environment takes long: ${cost}. A game like bubble/25, which makes hundreds of thousands of steps a second in one process, can only lose.`
}

/** @throws UserError naming the first thing */
export async function requireFit(client: RayClient, config: RunConfig): Promise<void> {
  const { workers, stepping } = config.rollout
  if (workers > 0 && stepping === 'async') actingCopyOf(config.behavior)
  refuseNeighbours(config)
  await requireRoom(client, config)
}

function refuseNeighbours({ plugins }: RunConfig): void {
  // None is read that this person has not admitted.
  requirePlugins(plugins)
  for (const file of plugins) {
    const neighbour = NEIGHBOUR.exec(textOf(file))?.[1]
    if (neighbour === undefined) continue
    throw new UserError(`the plugin ${file} imports ${neighbour}, which is not sent to a cluster`, {
      remedy: 'make the plugin one file',
    })
  }
}

function textOf(plugin: string): string {
  try {
    return readFileSync(plugin, 'utf8')
  } catch (cause) {
    throw new UserError(`the plugin ${plugin} cannot be read`, { cause })
  }
}

/** @throws UserError when the cluster could never run so many workers beside the job */
async function requireRoom(client: RayClient, { threads, rollout: { workers } }: RunConfig): Promise<void> {
  const { cpus } = await client.size()
  const needed = workers + threads
  if (needed <= cpus) return
  const who = workers === 0 ? 'the job needs' : `${counted(workers, 'worker')} and the job itself need`
  throw new UserError(`${who} ${counted(needed, 'CPU')}, and the cluster at ${client.address} has ${cpus}`, {
    remedy: `use fewer ${workers === 0 ? 'threads' : 'workers'}, or add a node to the cluster`,
  })
}

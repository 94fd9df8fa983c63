/**
 * A job on several hosts is one Ray cluster, made by the hosts themselves: they know each other's names. The first one trains, as
 * `train --on` does; the others lend their CPUs until it says that the job has ended.
 */
import { lookup } from 'node:dns/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { UserError } from '../../errors.ts'
import { explainSystemError } from '../../system-errors.ts'
import { connect } from '../connect.ts'
import type { RayClient } from '../ray-client.ts'
import { trainOnRay } from '../ray-training.ts'
import type { Hosts, Places } from './container.ts'
import { EndOfJob, endOfJob } from './end-of-job.ts'
import { failureSentence } from './failure.ts'
import { dashboardOf, RayNode } from './ray-node.ts'
import { type Place, type Tools, trainJob } from './train.ts'

/** For all hosts to be there: containers do not start at one moment. */
const JOIN_MS = 300_000
const RETRY_MS = 2_000

/** @throws what the job has failed of, on every host */
export async function trainOnHosts({ current, all }: Hosts, at: Places, tools: Tools): Promise<void> {
  const address = await addressOf(current)
  if (current === all[0]) await lead(address, all.length, at, tools)
  else await follow(all[0]!, address, tools)
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address
  } catch (error) {
    throw explainSystemError(error, `the host ${host} is not found`)
  }
}

async function lead(address: string, hosts: number, at: Places, tools: Tools): Promise<void> {
  const others = await EndOfJob.open(address)
  let node: RayNode | undefined
  let failed: string | null = null
  try {
    await trainJob(at, tools, async (): Promise<Place> => {
      node = RayNode.head(address)
      const client = await whenAllJoined(node, address, hosts, tools)
      const cpus = await cpusOf(client)
      tools.log(`${hosts} hosts with ${cpus} CPUs are one Ray cluster`)
      return { fork: trainOnRay(client), workers: Math.max(0, cpus - 1) }
    })
  } catch (error) {
    // What was stopped has not failed, here and there.
    if (error !== tools.signal.reason) failed = failureSentence(error)
    throw error
  } finally {
    await others.tell(failed, hosts - 1)
    await node?.stop()
  }
}

/** @throws UserError when Ray ends, or a host does not come in time */
async function whenAllJoined(
  node: RayNode,
  address: string,
  hosts: number,
  { signal }: Tools,
): Promise<RayClient> {
  const deadline = Date.now() + JOIN_MS
  let joined = 0
  while (Date.now() < deadline) {
    if (node.hasEnded) throw node.problem()
    signal.throwIfAborted()
    const client = await connect(dashboardOf(address), undefined).catch(unlessUnreachable)
    const nodes = (await client?.nodes().catch(unlessUnreachable)) ?? []
    joined = nodes.filter(({ state }) => state === 'ALIVE').length
    if (client !== undefined && joined >= hosts) return client
    await Promise.race([wait(RETRY_MS), node.ended])
  }
  throw new UserError(`only ${joined} of ${hosts} hosts were there after ${JOIN_MS / 1000} s`)
}

/** Ray takes a while to answer. */
function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error
}

async function cpusOf(client: RayClient): Promise<number> {
  const nodes = (await client.nodes()).filter(({ state }) => state === 'ALIVE')
  return nodes.reduce((sum, { resources_total: resources }) => sum + (resources?.CPU ?? 0), 0)
}

/**
 * Joins, and joins again where Ray has ended here and the job has not. When the job is stopped all hosts are told at once, and
 * the first one still needs the others for its last checkpoint.
 */
async function follow(head: string, address: string, { log }: Tools): Promise<void> {
  const over = new AbortController()
  log(`lends its CPUs to ${head}`)
  const lending = lend(head, address, over.signal)
  try {
    // It never ends well before the job does.
    const failed = await Promise.race([endOfJob(head, JOIN_MS), lending.then(() => null)])
    if (failed !== null) throw new UserError(failed)
    log(`${head} has ended the job`)
  } finally {
    over.abort()
    await lending.catch(() => {})
  }
}

/** @throws UserError when there is no Ray here */
async function lend(head: string, address: string, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    // Its container may not have begun yet.
    const found = await addressOf(head).catch(unlessUnreachable)
    if (found !== undefined) {
      const node = RayNode.worker(found, address)
      const stop = (): void => void node.stop()
      over.addEventListener('abort', stop, { once: true })
      await node.ended
      over.removeEventListener('abort', stop)
      if (node.isMissing) throw node.problem()
    }
    await wait(RETRY_MS, undefined, { signal: over }).catch(() => {})
  }
}

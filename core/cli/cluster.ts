/** `understudy cluster`: what there is of a Ray cluster, and which runs of ours are at work on it. */
import type { Command } from 'commander'
import { connect } from '../cluster/connect.ts'
import type { RayJob, RayNode } from '../cluster/ray-client.ts'
import { counted } from '../counted.ts'
import type { CliContext } from './context.ts'
import { type OnCluster, tokenOption } from './on-cluster.ts'
import { formatTable } from './table.ts'

export function register(program: Command, context: CliContext): void {
  program
    .command('cluster')
    .description('look at a Ray cluster that runs can be trained on (train --on)')
    .command('status')
    .description('its nodes and CPUs, and the runs that are being trained there')
    .argument('<address>', 'of its dashboard: http://HEAD:8265')
    .addOption(tokenOption())
    .action((address: string, options: OnCluster) => status(address, options, context))
}

async function status(address: string, { rayTokenFile }: OnCluster, context: CliContext): Promise<void> {
  const client = await connect(address, rayTokenFile)
  const version = await client.version()
  const [all, jobs] = await Promise.all([client.nodes(), client.jobs()])
  const nodes = all.filter(({ state }) => state === 'ALIVE')
  const runs = jobs.filter((job) => runOf(job) !== undefined && isAtWork(job))
  if (context.json) {
    return context.printJson({
      address: client.address,
      ray: version,
      nodes: nodes.map((node) => ({
        address: node.node_ip,
        head: node.is_head_node === true,
        cpus: cpusOf(node),
      })),
      runs: runs.map((job) => ({ run: runOf(job), job: job.submission_id, state: job.status })),
    })
  }
  const cpus = nodes.reduce((sum, node) => sum + cpusOf(node), 0)
  context.print(
    `Ray ${version} at ${client.address}: ${counted(nodes.length, 'node')}, ${counted(cpus, 'CPU')}`,
  )
  const table = formatTable(nodes, [
    { title: 'NODE', text: (node) => node.node_ip },
    { title: 'CPUS', align: 'right', text: (node) => String(cpusOf(node)) },
    { title: '', text: (node) => (node.is_head_node === true ? 'head' : '') },
  ])
  for (const line of table) context.print(line)
  context.print('')
  if (runs.length === 0) context.print('no run of yours is being trained there')
  for (const job of runs) {
    context.print(`${runOf(job)}: ${job.status === 'PENDING' ? 'waits for room' : 'is being trained'}`)
  }
}

function runOf({ metadata }: RayJob): string | undefined {
  return metadata?.understudy_run
}

function isAtWork({ status }: RayJob): boolean {
  return status === 'PENDING' || status === 'RUNNING'
}

function cpusOf({ resources_total: resources }: RayNode): number {
  return resources?.CPU ?? 0
}

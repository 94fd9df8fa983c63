/** `understudy cluster`: the Ray clusters that have names here, what there is of one, and which runs of ours are at work on it. */
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { connect } from '../cluster/connect.ts'
import { type ClusterNode, overviewOf } from '../cluster/overview.ts'
import { forgetCluster, type SavedCluster, saveCluster, savedClusters } from '../cluster/saved-clusters.ts'
import { counted } from '../counted.ts'
import { printable } from '../printable.ts'
import type { CliContext } from './context.ts'
import { type OnCluster, tokenOption } from './on-cluster.ts'
import { formatTable } from './table.ts'

export function register(program: Command, context: CliContext): void {
  const cluster = program
    .command('cluster')
    .description('name and look at Ray clusters that runs can be trained on (train --on)')
  cluster
    .command('status')
    .description('its nodes and CPUs, and the runs that are being trained there')
    .argument('<cluster>', 'its name, or the address of its dashboard: http://HEAD:8265')
    .addOption(tokenOption())
    .action((named: string, options: OnCluster) => status(named, options, context))
  cluster
    .command('add')
    .description('give a cluster a name, which then stands for its address')
    .argument('<name>')
    .argument('<address>', 'of its dashboard: http://HEAD:8265')
    .option(
      '--ray-token-file <file>',
      "file with the cluster's token; its path is kept, and not what is in it",
    )
    .action((name: string, address: string, options: OnCluster) => add(name, address, options, context))
  cluster
    .command('list')
    .description('list the clusters that have a name')
    .action(() => list(context))
  cluster
    .command('remove')
    .description('forget the name of a cluster; what runs there goes on')
    .argument('<name>')
    .action((name: string) => remove(name, context))
}

async function status(named: string, { rayTokenFile }: OnCluster, context: CliContext): Promise<void> {
  const client = await connect(named, rayTokenFile)
  const { version, nodes, runs } = await overviewOf(client)
  if (context.json) {
    return context.printJson({
      address: client.address,
      ray: version,
      nodes,
      runs: runs.map(({ run, job, waiting }) => ({ run, job, state: waiting ? 'PENDING' : 'RUNNING' })),
    })
  }
  const cpus = nodes.reduce((sum, node) => sum + node.cpus, 0)
  context.print(
    `Ray ${printable(version)} at ${client.address}: ${counted(nodes.length, 'node')}, ${counted(cpus, 'CPU')}`,
  )
  const table = formatTable(nodes, [
    { title: 'NODE', text: ({ address }) => printable(address) },
    { title: 'CPUS', align: 'right', text: ({ cpus }) => String(cpus) },
    { title: 'IN USE', align: 'right', text: inUse },
    { title: '', text: ({ head }) => (head ? 'head' : '') },
  ])
  for (const line of table) context.print(line)
  context.print('')
  if (runs.length === 0) context.print('no run of yours is being trained there')
  for (const { run, waiting } of runs) {
    context.print(`${printable(run)}: ${waiting ? 'waits for room' : 'is being trained'}`)
  }
}

function inUse({ cpusInUse }: ClusterNode): string {
  return cpusInUse === null ? '-' : String(cpusInUse)
}

async function add(
  name: string,
  address: string,
  { rayTokenFile }: OnCluster,
  context: CliContext,
): Promise<void> {
  const tokenFile = rayTokenFile === undefined ? null : resolve(rayTokenFile)
  const saved = await saveCluster({ name, address, tokenFile })
  if (context.json) return context.printJson(saved)
  context.print(`${saved.name} is ${saved.address}; \`understudy train --on ${saved.name}\` trains there`)
}

function list(context: CliContext): void {
  const clusters = savedClusters()
  if (context.json) context.printJson(clusters)
  else for (const line of describe(clusters)) context.print(line)
}

function describe(clusters: readonly SavedCluster[]): string[] {
  if (clusters.length === 0) return ['no clusters yet; `understudy cluster add` names one']
  const withTokens = clusters.some(({ tokenFile }) => tokenFile !== null)
  return formatTable(clusters, [
    { title: 'NAME', text: ({ name }) => name },
    { title: 'ADDRESS', text: ({ address }) => printable(address) },
    ...(withTokens ? [{ title: 'TOKEN FILE', text: (saved: SavedCluster) => saved.tokenFile ?? '' }] : []),
  ])
}

function remove(name: string, context: CliContext): void {
  const { address } = forgetCluster(name)
  if (context.json) context.printJson({ removed: name })
  else context.print(`${name} (${address}) is forgotten; what runs there goes on`)
}

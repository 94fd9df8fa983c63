/** `understudy runs`: what of each run is there, what is damaged, and what of it can be kept. */
import type { Command } from 'commander'
import { abandonOnCluster, rejoinOnCluster } from '../cluster/rejoin.ts'
import { environmentSpecs, type ScoreSpec } from '../envs/index.ts'
import { printable } from '../printable.ts'
import type { RunRow } from '../store/index.ts'
import { readEvaluation } from '../studio/meta.ts'
import {
  deleteRun,
  figuresInWords,
  type HeldOutFigures,
  inspectRun,
  pruneRun,
  type RunReport,
  type RunSize,
  recoverRuns,
  repairRun,
  requireIdle,
  runProblem,
  runSizes,
  unknownRuns,
} from '../train/index.ts'
import { wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'
import { followRun } from './follow-run.ts'
import { libraryOfRuns } from './library-of-runs.ts'
import { type OnCluster, tokenOption } from './on-cluster.ts'
import { forgetRunMeta } from './run-meta.ts'
import { formatBytes, formatTable, formatTime } from './table.ts'

export function register(program: Command, context: CliContext): void {
  const runs = program.command('runs').description('list, check, repair, prune and delete runs')
  runs
    .command('list')
    .description('list every run with its progress, its disk space and any damage')
    .action(() => list(context))
  runs
    .command('show')
    .description('read all files of a run and show which are intact')
    .argument('<run>')
    .addHelpText('after', '\nExit code 1: part of the run is damaged.')
    .action((run: string) => show(run, context))
  runs
    .command('attach')
    .description('come back to a run that is being trained on a cluster, and follow it')
    .argument('<run>')
    .addOption(tokenOption())
    .action((run: string, options: OnCluster) => attach(run, options, context))
  runs
    .command('abandon')
    .description(
      'give up what a cluster has of a run, so that it can be resumed here from what has come home',
    )
    .argument('<run>')
    .action((run: string) => abandon(run, context))
  runs
    .command('repair')
    .description('set damaged checkpoints aside, and return the run to the newest intact one')
    .argument('<run>', 'a run, or the folder of a run that is not in the library')
    .addHelpText(
      'after',
      '\nNothing is deleted: damaged files move to the folder "damaged" of the run.\n' +
        'Exit code 1: something could not be repaired.',
    )
    .action((run: string) => repair(run, context))
  runs
    .command('prune')
    .description('delete older checkpoints, and damaged ones that were set aside')
    .argument('<run...>')
    .option(
      '--keep <n>',
      'keep this many of the newest intact checkpoints, and the newest that can be resumed',
      wholeNumber('--keep', 1),
      1,
    )
    .option('--replay', 'delete the replay buffers too: the agent still plays, but the run cannot be resumed')
    .action((ids: string[], options: PruneOptions) => prune(ids, options, context))
  runs
    .command('delete')
    .description('delete runs with their checkpoints and curves')
    .argument('<run...>')
    .action((ids: string[]) => remove(ids, context))
}

interface PruneOptions {
  keep: number
  replay?: boolean
}

interface ListedRun {
  readonly id: string
  /** null when the library does not know it. */
  readonly state: string | null
  readonly step: number | null
  readonly bytes: number
  readonly problem: string | null
}

async function list(context: CliContext): Promise<void> {
  const library = await libraryOfRuns(context)
  const sizes = new Map((await runSizes(library)).map((size) => [size.id, size.total]))
  const runs: ListedRun[] = []
  for (const row of library.listRuns()) {
    const problem = await runProblem(library, row)
    runs.push({ id: row.id, state: row.state, step: row.step, bytes: sizes.get(row.id) ?? 0, problem })
  }
  for (const id of await unknownRuns(library)) {
    const problem = `it is not in the library; \`understudy runs repair ${id}\` adds it`
    runs.push({ id, state: null, step: null, bytes: sizes.get(id) ?? 0, problem })
  }
  if (context.json) return context.printJson(runs)
  if (runs.length === 0) return context.print('no runs yet; `understudy train` starts one')
  const table = formatTable(runs, [
    { title: 'RUN', text: ({ id }) => id },
    { title: 'STATE', text: stateInWords },
    { title: 'STEPS', align: 'right', text: ({ step }) => step?.toLocaleString('en') ?? '-' },
    { title: 'SIZE', align: 'right', text: ({ bytes }) => formatBytes(bytes) },
    ...(runs.some(({ problem }) => problem !== null)
      ? [{ title: 'PROBLEM', text: ({ problem }: ListedRun) => problem ?? '' }]
      : []),
  ])
  for (const line of table) context.print(line)
}

function stateInWords({ state, problem }: ListedRun): string {
  if (state === null) return 'unknown'
  return problem === null ? state : 'damaged'
}

async function show(id: string, context: CliContext): Promise<void> {
  const library = await libraryOfRuns(context)
  const report = await inspectRun(library, id)
  const size = (await runSizes(library)).find((size) => size.id === id)
  if (report.problems.length > 0) process.exitCode = 1
  const heldOut = readEvaluation(library, id)
  if (context.json) return context.printJson({ ...report, heldOut, size: size ?? null })
  for (const line of describe(report, size, heldOut)) context.print(line)
}

function describe(
  { id, row, checkpoints, setAside, problems }: RunReport,
  size: RunSize | undefined,
  heldOut: HeldOutFigures | null,
) {
  const lines =
    row === null
      ? [`${id}: a folder that is not in the library`]
      : [
          `${id}: ${row.algorithm} in ${row.environmentId}, ${row.state} at step ${row.step.toLocaleString('en')}`,
          `started ${formatTime(row.createdAtUs)}${row.message === null ? '' : `; ${row.message}`}`,
          ...figuresInWords(scoreOf(row), row, heldOut),
        ]
  if (size !== undefined) {
    const parts = [
      `checkpoints ${formatBytes(size.checkpoints)}`,
      `replay buffers ${formatBytes(size.replayBuffers)}`,
      `policies ${formatBytes(size.policies)}`,
    ]
    lines.push(`${formatBytes(size.total)} on disk: ${parts.join(', ')}`)
  }
  if (checkpoints.length > 0) {
    const table = formatTable(checkpoints, [
      { title: 'CHECKPOINT', align: 'right', text: ({ step }) => step.toLocaleString('en') },
      { title: 'STATE', text: ({ state }) => state },
      { title: 'WHY', text: ({ problem }) => problem ?? '' },
    ])
    lines.push('', ...table)
  }
  if (setAside.length > 0) lines.push('', `set aside as damaged: ${setAside.join(', ')}`)
  lines.push('', ...(problems.length === 0 ? ['nothing is damaged'] : problems))
  if (row !== null && row.damage === undefined) lines.push('', row.config.trimEnd())
  return lines
}

/** Of an environment that is not to be had here nothing is known but that numbers are points. */
function scoreOf({ environmentId }: RunRow): ScoreSpec {
  const listed = environmentSpecs().find((spec) => spec.id === environmentId)
  return listed?.score ?? { unit: 'point', units: 'points', measure: 'return' }
}

async function attach(id: string, { rayTokenFile }: OnCluster, context: CliContext): Promise<void> {
  const library = context.library()
  await recoverRuns(library)
  await followRun(await rejoinOnCluster(library, id, { tokenFile: rayTokenFile }), context)
}

async function abandon(id: string, context: CliContext): Promise<void> {
  const library = context.library()
  await recoverRuns(library)
  const address = abandonOnCluster(library, id)
  if (address === null) return context.print(`run "${id}" is not being trained on a cluster`)
  context.print(
    `run "${id}" is here again; if ${printable(address)} still trains it, nobody will fetch what it makes`,
  )
}

async function repair(id: string, context: CliContext): Promise<void> {
  const library = context.library()
  await recoverRuns(library)
  const { done, left } = await repairRun(library, id)
  if (left.length > 0) process.exitCode = 1
  if (context.json) return context.printJson({ run: id, done, left })
  for (const line of done) context.print(line)
  for (const line of left) context.note(`not repaired: ${line}`)
  if (done.length === 0 && left.length === 0) context.print(`${id} has no damage`)
}

async function prune(ids: readonly string[], options: PruneOptions, context: CliContext): Promise<void> {
  const library = context.library()
  for (const id of ids) requireIdle(library, id)
  const { keep, replay = false } = options
  const freed: { run: string; bytes: number }[] = []
  for (const run of ids) freed.push({ run, bytes: await pruneRun(library, run, keep, { replay }) })
  if (context.json) return context.printJson(freed)
  for (const { run, bytes } of freed) context.print(`${run}: ${formatBytes(bytes)} freed`)
}

async function remove(ids: readonly string[], context: CliContext): Promise<void> {
  const library = context.library()
  for (const id of ids) requireIdle(library, id)
  for (const id of ids) {
    await deleteRun(library, id)
    forgetRunMeta(library, id)
  }
  if (context.json) context.printJson({ deleted: ids })
  else context.print(`deleted ${ids.join(', ')}`)
}

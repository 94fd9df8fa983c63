/** `understudy agents`: the shelf of trained policies. */
import { copyFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { UserError } from '../errors.ts'
import { policyFile } from '../evaluate/index.ts'
import { deleteRun, listCheckpoints, recoverRuns, requireRun, runDirectory } from '../train/index.ts'
import { wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'
import { formatTable, formatTime } from './table.ts'

export function register(program: Command, context: CliContext): void {
  const agents = program.command('agents').description('list, export and delete trained agents')
  agents
    .command('list')
    .description('every run and how far it came')
    .action(() => list(context))
  agents
    .command('export')
    .description('write the policy as ONNX, with the names of ML-Agents')
    .argument('<run>')
    .requiredOption('--out <file>', 'where to')
    .option('--checkpoint <step>', 'the policy of this step', wholeNumber('--checkpoint', 0))
    .action((run: string, options: { out: string; checkpoint?: number }) =>
      exportAgent(run, options, context),
    )
  agents
    .command('delete')
    .description('remove runs with their checkpoints and curves')
    .argument('<run...>')
    .action((runs: string[]) => remove(runs, context))
}

async function list(context: CliContext): Promise<void> {
  const library = context.library()
  await recoverRuns(library)
  const runs = await Promise.all(
    library.listRuns().map(async ({ config: _, ...run }) => ({
      ...run,
      checkpoints: (await listCheckpoints(runDirectory(library.dir, run.id))).map(({ step }) => step),
    })),
  )
  if (context.json) return context.printJson(runs)
  if (runs.length === 0) return context.print('no runs yet; `understudy train` starts one')
  const lines = formatTable(runs, [
    { title: 'RUN', text: (run) => run.id },
    { title: 'ENVIRONMENT', text: (run) => run.environmentId },
    {
      title: 'ALGORITHM',
      text: (run) => [run.algorithm, ...run.signals.filter((s) => s !== 'extrinsic')].join(' + '),
    },
    { title: 'STATE', text: (run) => run.state },
    { title: 'STEPS', align: 'right', text: (run) => run.step.toLocaleString('en') },
    { title: 'SCORE', align: 'right', text: (run) => run.score?.toFixed(2) ?? '-' },
    { title: 'MASTERED AT', align: 'right', text: (run) => run.masteredAtStep?.toLocaleString('en') ?? '-' },
    { title: 'STARTED', text: (run) => formatTime(run.createdAtUs) },
  ])
  for (const line of lines) context.print(line)
}

async function exportAgent(
  run: string,
  options: { out: string; checkpoint?: number },
  context: CliContext,
): Promise<void> {
  const library = context.library()
  requireRun(library, run)
  const file = await policyFile(runDirectory(library.dir, run), options.checkpoint)
  try {
    await copyFile(file, options.out)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UserError(`${options.out} cannot be written (${code})`, { cause: error })
  }
  if (context.json) context.printJson({ run, file: options.out })
  else context.print(`wrote ${options.out}`)
}

async function remove(runs: readonly string[], context: CliContext): Promise<void> {
  const library = context.library()
  for (const run of runs) requireRun(library, run)
  for (const run of runs) await deleteRun(library, run)
  if (context.json) context.printJson({ deleted: runs })
  else context.print(`deleted ${runs.join(', ')}`)
}

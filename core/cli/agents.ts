/** `understudy agents`: the shelf of trained policies. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { UserError } from '../errors.ts'
import { policyFile } from '../evaluate/index.ts'
import { readMeta, writeMeta } from '../studio/meta.ts'
import { writeAtomically } from '../train/atomic-file.ts'
import { deleteRun, listCheckpoints, recoverRuns, requireRun, runDirectory } from '../train/index.ts'
import { wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'
import { forgetRunMeta } from './run-meta.ts'
import { formatTable, formatTime } from './table.ts'

/** Of a name, as in the studio. */
const MOST_CHARACTERS = 80

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
    .command('rename')
    .description('give a run another name for people; its id stays')
    .argument('<run>')
    .argument('<name>')
    .action((run: string, name: string) => rename(run, name, context))
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
      name: readMeta(library, 'run-name', run.id) ?? run.id,
      checkpoints: (await listCheckpoints(runDirectory(library.dir, run.id))).map(({ step }) => step),
    })),
  )
  if (context.json) return context.printJson(runs)
  if (runs.length === 0) return context.print('no runs yet; `understudy train` starts one')
  const lines = formatTable(runs, [
    { title: 'RUN', text: (run) => run.id },
    ...(runs.some((run) => run.name !== run.id)
      ? [{ title: 'NAME', text: (run: (typeof runs)[number]) => run.name }]
      : []),
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
  await writeAtomically(options.out, [await readFile(file)])
  if (context.json) context.printJson({ run, file: options.out })
  else context.print(`wrote ${options.out}`)
}

function rename(run: string, name: string, context: CliContext): void {
  const library = context.library()
  requireRun(library, run)
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > MOST_CHARACTERS) {
    throw new UserError(`a name has 1 to ${MOST_CHARACTERS} characters`, { usage: true })
  }
  writeMeta(library, 'run-name', run, trimmed)
  if (context.json) context.printJson({ run, name: trimmed })
  else context.print(`${run} is now called "${trimmed}"`)
}

async function remove(runs: readonly string[], context: CliContext): Promise<void> {
  const library = context.library()
  for (const run of runs) requireRun(library, run)
  for (const run of runs) {
    await deleteRun(library, run)
    forgetRunMeta(library, run)
  }
  if (context.json) context.printJson({ deleted: runs })
  else context.print(`deleted ${runs.join(', ')}`)
}

/** `understudy agents`: the shelf of policies, trained here or elsewhere. */
import { basename } from 'node:path'
import type { Command } from 'commander'
import { BOUNDS, requireName } from '../bounds.ts'
import { closing, makeEnvironment, type ParameterValue } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { deleteImportedAgent, importAgent, namedAgent, policyFile } from '../evaluate/index.ts'
import type { ImportedAgentRow, RunRow } from '../store/index.ts'
import { readEvaluation, readMeta, writeMeta } from '../studio/meta.ts'
import {
  deleteRun,
  type HeldOutFigures,
  knownCheckpoints,
  readRegularFile,
  requireRun,
  runProblem,
} from '../train/index.ts'
import { collectParameter, wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'
import { libraryOfRuns } from './library-of-runs.ts'
import { checkOutputFile, isStandardOutput, outputPath, writeOutputFile } from './output.ts'
import { forgetRunMeta } from './run-meta.ts'
import { formatTable, formatTime } from './table.ts'

export function register(program: Command, context: CliContext): void {
  const agents = program.command('agents').description('list, import, export and delete agents')
  agents
    .command('list')
    .description('list every run with its progress, and the imported agents')
    .action(() => list(context))
  agents
    .command('export')
    .description("export the policy as ONNX, with ML-Agents' names")
    .argument('<run>')
    .requiredOption('--out <file>', 'file to write; "-" is standard output', outputPath('--out'))
    .option('--checkpoint <step>', 'use the policy of this step', wholeNumber('--checkpoint', 0))
    .action((run: string, options: { out: string; checkpoint?: number }) =>
      exportAgent(run, options, context),
    )
  agents
    .command('import')
    .description('import an ONNX policy from ML-Agents, Stable-Baselines3 or PyTorch')
    .argument('<file>', 'an ONNX file')
    .requiredOption('--env <id>', 'the environment that it plays')
    .option('--parameter <name=value>', 'parameter of the environment; may be repeated', collectParameter, {})
    .option('--name <name>', 'name to show (default: the name of the file)')
    .option('--output <name>', 'the output with the actions, if several could have them')
    .action((file: string, options: ImportOptions) => importFile(file, options, context))
  agents
    .command('rename')
    .description('rename an agent; its id stays the same')
    .argument('<run>')
    .argument('<name>')
    .action((run: string, name: string) => rename(run, name, context))
  agents
    .command('delete')
    .description('delete imported agents, or runs with their checkpoints and curves')
    .argument('<run...>')
    .action((runs: string[]) => remove(runs, context))
}

interface ImportOptions {
  env: string
  parameter: Readonly<Record<string, ParameterValue>>
  name?: string
  output?: string
}

async function list(context: CliContext): Promise<void> {
  const library = await libraryOfRuns(context)
  const runs = await Promise.all(
    library.listRuns().map(async ({ config, ...run }) => ({
      kind: 'run',
      ...run,
      name: readMeta(library, 'run-name', run.id) ?? run.id,
      evaluation: readEvaluation(library, run.id),
      checkpoints: (await knownCheckpoints(library, run.id)).map(({ step }) => step),
      problem: await runProblem(library, { ...run, config }),
    })),
  )
  const imported = library.listImportedAgents().map((agent) => ({ kind: 'imported', ...agent }))
  if (context.json) return context.printJson([...runs, ...imported])
  if (runs.length === 0 && imported.length === 0) {
    return context.print('no agents yet; `understudy train` starts a run')
  }
  for (const line of [...runTable(runs), ...importedTable(imported)]) context.print(line)
  for (const { id, problem } of runs) if (problem !== null) context.note(`${id}: ${problem}`)
}

interface ListedRun extends Omit<RunRow, 'config'> {
  readonly name: string
  readonly evaluation: HeldOutFigures | null
  readonly problem: string | null
}

function runTable(runs: readonly ListedRun[]): string[] {
  if (runs.length === 0) return []
  return formatTable(runs, [
    { title: 'RUN', text: (run) => run.id },
    ...(runs.some((run) => run.name !== run.id)
      ? [{ title: 'NAME', text: (run: ListedRun) => run.name }]
      : []),
    { title: 'ENVIRONMENT', text: (run) => run.environmentId },
    {
      title: 'ALGORITHM',
      text: (run) => [run.algorithm, ...run.signals.filter((s) => s !== 'extrinsic')].join(' + '),
    },
    { title: 'STATE', text: ({ state, problem }) => (problem === null ? state : 'damaged') },
    { title: 'STEPS', align: 'right', text: (run) => run.step.toLocaleString('en') },
    { title: 'IN TRAINING', align: 'right', text: (run) => run.score?.toFixed(2) ?? '-' },
    { title: 'HELD OUT', align: 'right', text: (run) => run.evaluation?.mean.toFixed(2) ?? '-' },
    { title: 'MASTERED AT', align: 'right', text: (run) => run.masteredAtStep?.toLocaleString('en') ?? '-' },
    { title: 'STARTED', text: (run) => formatTime(run.createdAtUs) },
  ])
}

function importedTable(agents: readonly ImportedAgentRow[]): string[] {
  if (agents.length === 0) return []
  return formatTable(agents, [
    { title: 'IMPORTED', text: (agent) => agent.id },
    { title: 'NAME', text: (agent) => agent.name },
    { title: 'ENVIRONMENT', text: (agent) => agent.environmentId },
    { title: 'FROM', text: (agent) => agent.source },
    { title: 'FORM', text: (agent) => agent.form },
    { title: 'TAKEN IN', text: (agent) => formatTime(agent.importedAtUs) },
  ])
}

async function importFile(path: string, options: ImportOptions, context: CliContext): Promise<void> {
  const { env, parameter, name, output } = options
  const file = { source: { name: basename(path), path }, name, output }
  context.admit(env, parameter)
  const { agent, known } = await closing(makeEnvironment(env, parameter), (environment) =>
    importAgent(context.library(), environment, file),
  )
  if (context.json) return context.printJson({ ...agent, known })
  if (known) return context.print(`it is already in the library, as ${agent.id}`)
  context.print(`imported ${agent.source} as ${agent.id}, which plays ${agent.environmentId}`)
  if (agent.sampledOnly) context.print('it can only sample its actions, so no two games are alike')
}

async function exportAgent(
  run: string,
  options: { out: string; checkpoint?: number },
  context: CliContext,
): Promise<void> {
  checkOutputFile(options.out)
  const library = context.libraryToRead()
  const { source, kind } = await namedAgent(library, run)
  if (kind === 'imported' && options.checkpoint !== undefined) {
    throw new UserError(`"${run}" is imported and has no checkpoints`, { remedy: 'leave --checkpoint out' })
  }
  const file = await policyFile(source, options.checkpoint)
  await writeOutputFile(options.out, await readRegularFile(file))
  if (isStandardOutput(options.out)) return
  if (context.json) context.printJson({ run, file: options.out })
  else context.print(`wrote ${options.out}`)
}

function rename(run: string, name: string, context: CliContext): void {
  const library = context.library()
  const imported = library.getImportedAgent(run)
  if (imported === undefined) requireRun(library, run)
  const trimmed = name.trim()
  requireName('the name of an agent', trimmed, BOUNDS.name)
  if (imported !== undefined) library.renameImportedAgent(run, trimmed)
  else writeMeta(library, 'run-name', run, trimmed)
  if (context.json) context.printJson({ run, name: trimmed })
  else context.print(`${run} is now called "${trimmed}"`)
}

async function remove(runs: readonly string[], context: CliContext): Promise<void> {
  const library = context.library()
  for (const run of runs) if (library.getImportedAgent(run) === undefined) requireRun(library, run)
  for (const run of runs) {
    if (library.getImportedAgent(run) !== undefined) await deleteImportedAgent(library, run)
    else await deleteRun(library, run)
    forgetRunMeta(library, run)
  }
  if (context.json) context.printJson({ deleted: runs })
  else context.print(`deleted ${runs.join(', ')}`)
}

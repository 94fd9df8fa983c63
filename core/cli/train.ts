/** `understudy train`: starts or resumes a run and shows how it goes. */
import { basename, dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type Command, Option } from 'commander'
import { completedSentence, fullEnvironmentId, makeEnvironment } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { readRegularText } from '../read-file.ts'
import {
  demonstrationPath,
  firstChange,
  GAIL_CONTROLS,
  type GailControl,
  loadRunPlugins,
  needsDemonstrations,
  parseYaml,
  presetsFor,
  type RunConfig,
  type RunHandle,
  recoverRuns,
  requireRun,
  resolveConfig,
  resumeRun,
  SELECTIONS,
  type StopSettings,
  savedConfig,
  startRun,
  wishedChoice,
  withLoadedPlugins,
} from '../train/index.ts'
import { duration, oneOf, positive, wholeNumber } from './arguments.ts'
import { loadNamedPlugins } from './config-file.ts'
import type { CliContext } from './context.ts'
import { followRun } from './follow-run.ts'
import { type OnCluster, onOption, tokenOption } from './on-cluster.ts'
import { forgetRunMeta } from './run-meta.ts'
import { demonstrationsFor } from './train-demonstrations.ts'
import { refuseIdleFlags, refuseOtherThanPreset, refuseUnused } from './train-flags.ts'
import { placeOf } from './train-place.ts'

interface Options extends OnCluster {
  env?: string
  algo?: string
  behavior?: string
  gail?: boolean
  preset?: string
  seed?: number
  maxSteps?: number
  numEnvs?: number
  runId?: string
  resume?: boolean
  force?: boolean
  initializeFrom?: string
  engine?: string
  threads?: number
  demos?: string
  gailControl?: GailControl
  stopOn?: (typeof STOP_RULES)[number]
  maxTime?: number
  workers?: number
  envsPerWorker?: number
  stepping?: (typeof STEPPINGS)[number]
  pace?: number
  detach?: boolean
  store?: string
}

const STOP_RULES = ['none', 'mastered', 'sustained', 'plateau'] as const
const STEPPINGS = ['sync', 'async'] as const

export function register(program: Command, context: CliContext): void {
  program
    .command('train')
    .description("train an agent from a preset or a configuration file in ML-Agents' layout")
    .argument('[config]', 'YAML file; flags override it')
    .option('--env <id>', 'environment ("understudy envs" lists them)')
    .option('--algo <name>', 'sac, ppo, bc, dqn, es or one from a plugin')
    .option('--behavior <name>', 'which behaviour to train, if the file has several')
    .option('--gail', 'learn from demonstrations as well (GAIL)')
    .option('--no-gail', 'train without GAIL, even if the configuration has it')
    .option(
      '--preset <name>',
      'of the environment: sac-gail, ppo, bc and its like (default: the one that --algo and --gail ask for)',
    )
    .option(
      '--demos <selection>',
      `${SELECTIONS}; or a file or folder to import. "all", the default, leaves out those by agents and those that missed the goal`,
    )
    .addOption(
      new Option(
        '--gail-control <kind>',
        'a control run, with the demonstrated actions shuffled or the demonstrations blanked out; what it still learns is not imitation',
      )
        .choices(GAIL_CONTROLS)
        .argParser(oneOf('--gail-control', GAIL_CONTROLS)),
    )
    .option('--run-id <name>', 'name of the run (default: a new readable one)')
    .option('--resume', 'continue the run from its last checkpoint')
    .option('--force', 'overwrite a run of that name')
    .option('--initialize-from <run>', 'start from the networks of another run')
    .option('--max-steps <n>', 'environment steps in total', wholeNumber('--max-steps', 1, 1e12))
    .addOption(
      new Option('--stop-on <rule>', 'end the run at mastery, at sustained mastery or on a plateau')
        .choices(STOP_RULES)
        .argParser(oneOf('--stop-on', STOP_RULES)),
    )
    .option(
      '--max-time <time>',
      'training time for the whole run, such as 90s, 10m, 1h30m',
      duration('--max-time'),
    )
    .option('--workers <n>', 'worker threads to step the environments on', wholeNumber('--workers', 0, 256))
    .option(
      '--envs-per-worker <n>',
      'environments on each worker, instead of --num-envs',
      wholeNumber('--envs-per-worker', 1, 4096),
    )
    .addOption(
      new Option(
        '--stepping <mode>',
        'sync: wait for all environments before the next step; async: step each as soon as it is ready',
      )
        .choices(STEPPINGS)
        .argParser(oneOf('--stepping', STEPPINGS)),
    )
    .option(
      '--pace <n>',
      'play at n times the speed of the real game, instead of as fast as possible',
      positive('--pace'),
    )
    .option('--num-envs <n>', 'environments that step together', wholeNumber('--num-envs', 1, 4096))
    .option(
      '--seed <n>',
      'seed of boards and weights (default: random)',
      wholeNumber('--seed', 0, 0xffffffff),
    )
    .option('--engine <name>', 'numeric engine: onnxruntime or tensorflow')
    .option('--threads <n>', 'threads of the numeric engine', wholeNumber('--threads', 1, 64))
    .addOption(onOption('train'))
    .option(
      '--detach',
      'leave the run alone once the cluster has it; "understudy runs attach" comes back to it',
    )
    .option(
      '--store <uri>',
      'where the job keeps the files of the run, whatever their size: file:///shared/runs, s3://bucket/runs, gs://bucket/runs',
    )
    .addOption(tokenOption())
    .action((file: string | undefined, options: Options) => train(file, options, context))
}

async function train(file: string | undefined, options: Options, context: CliContext): Promise<void> {
  const library = context.library()
  await recoverRuns(library)
  if (options.env !== undefined) context.admit(options.env)
  context.signal.throwIfAborted()
  const run = await begin(file, options, context)
  await followRun(run, context)
}

async function begin(file: string | undefined, options: Options, context: CliContext): Promise<RunHandle> {
  refuseIdleFlags(options, file)
  const library = context.library()
  const config = await configOf(file, options, context)
  const { requireFit, fork } = await placeOf(options, config?.cluster ?? null, context)
  if (config !== undefined) context.admit(config.environment, config.parameters)
  if (config === undefined || config.resume) {
    const runId = options.runId ?? config?.runId
    if (runId === undefined || runId === null) {
      throw new UserError('which run should be resumed?', { usage: true, remedy: 'add --run-id NAME' })
    }
    await loadRunPlugins(library, runId)
    const saved = savedConfig(requireRun(library, runId))
    refuseChanges(options, saved)
    if (file !== undefined) refuseOtherFile(basename(file), config!, saved, runId)
    const more = Math.max(saved.behavior.max_steps, config?.behavior.max_steps ?? 0)
    const changesStop = file !== undefined && namesStop(file) && !isDeepStrictEqual(config!.stop, saved.stop)
    const stop = changesStop ? config!.stop : stopOf(options)
    await requireFit(saved)
    return resumeRun({ library, runId, maxSteps: options.maxSteps ?? more, stop, fork })
  }
  for (const notice of config.notices) context.note(notice)
  const { spec } = makeEnvironment(config.environment, config.parameters)
  refuseUnused(options, config, spec)
  const path = demonstrationPath(config)
  const fromLibrary = needsDemonstrations(config) && (options.demos !== undefined || path === undefined)
  const demonstrations = fromLibrary ? await demonstrationsFor(spec, options.demos ?? 'all', context) : []
  await requireFit(withLoadedPlugins(config))
  const run = await startRun({ library, config, demonstrations, fork })
  if (config.force) forgetRunMeta(library, run.id)
  return run
}

/** undefined when nothing but a run to be resumed is named. */
async function configOf(
  file: string | undefined,
  options: Options,
  context: CliContext,
): Promise<RunConfig | undefined> {
  const overrides = {
    environment: options.env,
    seed: options.seed,
    maxSteps: options.maxSteps,
    numEnvs: options.numEnvs,
    engine: options.engine,
    threads: options.threads,
    runId: options.runId,
    resume: options.resume,
    force: options.force,
    initializeFrom: options.initializeFrom,
    gailControl: options.gailControl,
    stop: stopOf(options),
    rollout: {
      workers: options.workers,
      envs_per_worker: options.envsPerWorker,
      stepping: options.stepping,
      pace: options.pace,
    },
  }
  if (file !== undefined) {
    if (options.preset !== undefined) {
      throw new UserError('use a configuration file or --preset, not both', { usage: true })
    }
    const text = readRegularText(file)
    await loadNamedPlugins(text, file, context)
    const config = resolveConfig(text, {
      ...overrides,
      file: basename(file),
      directory: dirname(file),
      algorithm: options.algo,
      behavior: options.behavior,
      gail: options.gail,
    })
    const environment = fullEnvironmentId(config.environment)
    if (environment !== config.environment) context.note(completedSentence(config.environment, environment))
    return { ...config, environment }
  }
  if (options.resume === true) return undefined
  const environment = options.env
  if (environment === undefined) {
    throw new UserError('which environment?', {
      usage: true,
      remedy: `add --env ID, for example: understudy train --env bubble/25 --algo sac --gail`,
    })
  }
  const { preset, algo, gail } = options
  const { choice, tuned } = wishedChoice(environment, { preset, algorithm: algo, gail })
  if (preset !== undefined) refuseOtherThanPreset(options, choice, presetsFor(environment))
  else if (!tuned) context.note(`no preset for ${choice.id} in ${environment}: using its defaults`)
  else if (algo === undefined) context.note(`preset: ${choice.title}`)
  return resolveConfig(choice.config, { ...overrides, file: tuned ? `the preset ${choice.id}` : undefined })
}

/** Whether the file says when the run ends, or leaves it to the flags. */
function namesStop(file: string): boolean {
  return parseYaml(readRegularText(file), basename(file)).stop !== undefined
}

function stopOf({ stopOn, maxTime }: Options): Partial<StopSettings> | undefined {
  if (stopOn === undefined && maxTime === undefined) return undefined
  return {
    ...(stopOn === undefined ? {} : { at: stopOn }),
    ...(maxTime === undefined ? {} : { max_seconds: maxTime }),
  }
}

function refuseOtherFile(file: string, config: RunConfig, saved: RunConfig, runId: string): void {
  const change = firstChange(saved, config)
  if (change === null) return
  const [was, is] = [change.was, change.is].map((value) => JSON.stringify(value) ?? 'absent')
  throw new UserError(`${file}: ${change.key} is ${is}, but run "${runId}" began with ${was}`, {
    usage: true,
    remedy: `leave the file out: understudy train --run-id ${runId} --resume; or start a new run`,
  })
}

/** A resumed run goes on exactly; what would change its course is refused. */
function refuseChanges(options: Options, saved: RunConfig): void {
  const changes: [flag: string, given: unknown, was: unknown][] = [
    ['--env', options.env && fullEnvironmentId(options.env), saved.environment],
    ['--algo', options.algo, saved.behavior.trainer_type],
    ['--gail', options.gail, saved.behavior.reward_signals.gail !== undefined],
    ['--gail-control', options.gailControl, saved.gailControl],
    ['--behavior', options.behavior, saved.behaviorName],
    ['--seed', options.seed, saved.seed],
    ['--num-envs', options.numEnvs, saved.numEnvs],
    ['--engine', options.engine, saved.engine],
    ['--threads', options.threads, saved.threads],
    ['--workers', options.workers, saved.rollout.workers],
    ['--stepping', options.stepping, saved.rollout.stepping],
    ['--pace', options.pace, saved.rollout.pace ?? undefined],
    ['--gail-control', options.gailControl, saved.gailControl],
  ]
  for (const [flag, given, was] of changes) {
    if (given !== undefined && given !== was) {
      throw new UserError(`a resumed run continues as it began: ${flag} was ${String(was)}`, {
        usage: true,
        remedy: 'leave the flag out, or start a new run (with --initialize-from to keep the networks)',
      })
    }
  }
  for (const [flag, given] of [
    ['--preset', options.preset],
    ['--demos', options.demos],
    ['--envs-per-worker', options.envsPerWorker],
    ['--initialize-from', options.initializeFrom],
    ['--force', options.force],
  ]) {
    if (given !== undefined) {
      throw new UserError(`${flag} and --resume cannot be used together`, { usage: true })
    }
  }
}

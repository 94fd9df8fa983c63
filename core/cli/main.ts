/** The `understudy` command: finds the subcommand, runs it, and turns what goes wrong into a sentence and an exit code. */
import { existsSync, readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { DataError, UserError } from '../errors.ts'
import { explainPluginError, loadPlugins } from '../plugins.ts'
import { printableText } from '../printable.ts'
import { explainSystemError } from '../system-errors.ts'
import { CliContext, type Register } from './context.ts'
import { fetchEngine } from './fetch-engine.ts'
import { EXIT_INTERRUPTED, isAbort, Signals } from './signals.ts'

/** Loaded one at a time, because some bring a numeric engine with them and `understudy envs` should not wait for that. */
const COMMANDS = new Map<string, () => Promise<{ register: Register }>>([
  ['envs', () => import('./envs.ts')],
  ['env', () => import('./env.ts')],
  ['record', () => import('./record.ts')],
  ['demos', () => import('./demos.ts')],
  ['train', () => import('./train.ts')],
  ['runs', () => import('./runs.ts')],
  ['cluster', () => import('./cluster.ts')],
  ['sagemaker', () => import('./sagemaker.ts')],
  ['evaluate', () => import('./evaluate.ts')],
  ['compare', () => import('./compare.ts')],
  ['experiment', () => import('./experiment.ts')],
  ['tune', () => import('./tune.ts')],
  ['agents', () => import('./agents.ts')],
  ['library', () => import('./library.ts')],
  ['serve', () => import('./serve.ts')],
  ['studio', () => import('./studio.ts')],
])

/** Nothing of these computes a network, or only where somebody asks for it, and then they fetch it themselves. */
const WITHOUT_ENGINE = ['envs', 'env', 'record', 'demos', 'cluster', 'sagemaker']

/** Commands, and what stands behind `env`, `demos` and `agents`, that make the environment of `--env`. */
const MAKES_ENVIRONMENT = new Set(['train', 'record', 'evaluate', 'serve', 'stdio', 'mlagents', 'import'])

const DEFAULT_COMMAND = 'studio'

/**
 * @param argv  the arguments after the program's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = makeProgram()
  const context = new CliContext(program)
  // Stays when the command has ended: what it printed last may be on its way still.
  if (!process.stdout.listeners('error').includes(endQuietlyWhenNobodyReads)) {
    process.stdout.on('error', endQuietlyWhenNobodyReads)
  }
  const onUncaught = (error: unknown): never => process.exit(report(error, context))
  process.on('uncaughtException', onUncaught)
  const load = async (plugins: readonly string[]): Promise<void> => {
    await import('../remote/index.ts')
    context.admitPlugins(plugins, false)
    await loadPlugins(plugins)
  }
  program.hook('preAction', async () => {
    if (context.python !== undefined) process.env.UNDERSTUDY_PYTHON = context.python
    await load(context.plugins)
  })
  program.hook('preAction', (_program, command) => completeEnvironment(command, context))
  const args = withDefaultCommand(argv)
  program.hook('preAction', async () => {
    if (!WITHOUT_ENGINE.includes(firstOwnArgument(args)!))
      await fetchEngine(context.signal, (line) => context.note(line))
  })
  const signals = new Signals(context)
  let code = 0
  try {
    const named = pluginsOfHelp(args)
    if (named.length > 0) await load(named)
    for (const command of commandsFor(args)) (await command()).register(program, context)
    await program.parseAsync(args, { from: 'user' })
    code = Number(process.exitCode ?? 0)
  } catch (error) {
    code = report(error, context)
  }
  signals.close()
  try {
    context.close()
  } catch (error) {
    // What has made the command fail, such as a full disk, makes closing fail too: once is enough.
    if (code === 0) code = report(error, context)
  }
  process.off('uncaughtException', onUncaught)
  return code
}

/**
 * What `--env` may have left out. Not of `train FILE`, as the file may name a plugin with an environment of that very name, and
 * not where recorded episodes are looked for, whose environments may be unknown here.
 */
async function completeEnvironment(command: Command, context: CliContext): Promise<void> {
  const { env } = command.opts<{ env?: unknown }>()
  if (typeof env !== 'string' || !MAKES_ENVIRONMENT.has(command.name())) return
  if (command.name() === 'train' && command.args.length > 0) return
  const { completedSentence, fullEnvironmentId } = await import('../envs/index.ts')
  const full = fullEnvironmentId(env)
  if (full === env) return
  context.note(completedSentence(env, full))
  command.setOptionValue('env', full)
}

/** Help comes before anything is run, and has what the plugins add that are named beside it. */
function pluginsOfHelp(argv: readonly string[]): string[] {
  if (!argv.some((arg) => arg === '--help' || arg === '-h' || arg === 'help')) return []
  return argv.flatMap((arg, i) => {
    if (arg === '--plugin') return argv[i + 1] ?? []
    return arg.startsWith('--plugin=') ? arg.slice('--plugin='.length) : []
  })
}

/** The manifest lies one level higher for the built program, which is in `dist/`. */
function version(): string {
  const manifest = ['../../package.json', '../../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url))
  return (JSON.parse(readFileSync(manifest!, 'utf8')) as { version: string }).version
}

function makeProgram(): Command {
  return new Command('understudy')
    .description('Play it. Record it. Train an understudy. See whether it beats you.')
    .version(version())
    .option(
      '--data <dir>',
      'directory for the library and the runs (default: $UNDERSTUDY_DATA or ~/.understudy)',
    )
    .option(
      '--plugin <file>',
      'module that registers environments, algorithms, networks, reward signals or formats; may be repeated',
      (file: string, files: string[] = []) => [...files, file],
    )
    .option(
      '--python <file>',
      "Python interpreter for gym: environments (default: $UNDERSTUDY_PYTHON, the studio's setting, or python3)",
    )
    .option('--json', 'print JSON, for programs to read')
    .option('--verbose', 'show where an error came from')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => process.stdout.write(printableText(text)),
      writeErr: (text) => process.stderr.write(printableText(text)),
    })
    .showHelpAfterError('("understudy --help" and "understudy COMMAND --help" say more)')
    .exitOverride()
}

/**
 * The first argument after the global options, which is the subcommand, or one that only a subcommand can understand.
 * @returns undefined when there is none
 */
function firstOwnArgument(argv: readonly string[]): string | undefined {
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!
    if (arg === '--data' || arg === '--plugin' || arg === '--python') i++
    else if (!/^--(data|plugin|python)=/.test(arg) && arg !== '--json' && arg !== '--verbose') return arg
  }
  return undefined
}

/** `understudy` alone, or with options only, opens the studio. */
function withDefaultCommand(argv: readonly string[]): string[] {
  const first = firstOwnArgument(argv)
  const asksAboutProgram = first !== undefined && ['-h', '--help', '-V', '--version'].includes(first)
  const isNamed = first !== undefined && !first.startsWith('-')
  return isNamed || asksAboutProgram ? [...argv] : [DEFAULT_COMMAND, ...argv]
}

function commandsFor(argv: readonly string[]): (() => Promise<{ register: Register }>)[] {
  const load = COMMANDS.get(firstOwnArgument(argv) ?? '')
  return load === undefined ? [...COMMANDS.values()] : [load]
}

function report(thrown: unknown, context: CliContext): number {
  const error = explainLeftover(thrown)
  // Commander has said already what is wrong with the command line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (context.signal.aborted && isAbort(error)) {
    context.note('interrupted')
    return EXIT_INTERRUPTED
  }
  if (error instanceof UserError || error instanceof DataError) {
    context.note(`error: ${error.message}`)
    if (error instanceof UserError && error.remedy !== undefined) context.note(`       ${error.remedy}`)
    if (context.verbose) context.note(stackOf(error))
    return error instanceof UserError ? error.exitCode : 1
  }
  const bug = error instanceof Error ? error : new Error(String(error))
  context.note(`error: ${bug.message} (this is a bug in Understudy)`)
  context.note(context.verbose ? stackOf(bug) : '       run again with --verbose to see where it happened')
  return 1
}

/** Where nobody has said what could not be done, the system's own words are still more than "a bug". */
function explainLeftover(thrown: unknown): unknown {
  const error = explainPluginError(thrown)
  const { path, syscall } = error as { path?: unknown; syscall?: unknown }
  if (error instanceof UserError || typeof syscall !== 'string') return error
  return explainSystemError(error, `${typeof path === 'string' ? path : syscall} cannot be used`)
}

/** With what it came from, and what that came from. */
function stackOf(error: Error): string {
  return error.cause instanceof Error ? `${error.stack}\ncaused by ${stackOf(error.cause)}` : `${error.stack}`
}

/** `understudy demos list | head` ends when head has seen enough. */
function endQuietlyWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}

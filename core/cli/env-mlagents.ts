/** `understudy env serve` and `understudy env launcher`: an environment in place of a Unity build, for ML-Agents' trainers. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Command } from 'commander'
import { writeAtomically } from '../atomic-file.ts'
import type { ParameterValue } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { launcherFile, launcherScript, readBuildArguments } from '../remote/mlagents/launcher.ts'
import { Session } from '../remote/mlagents/session.ts'
import { explainWriteError } from '../system-errors.ts'
import { collectParameter, wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'

interface AgentOptions {
  readonly env: string
  readonly agents: number
  readonly behavior?: string
  readonly parameter: Readonly<Record<string, ParameterValue>>
  readonly wait: number
}

interface ServeOptions extends AgentOptions {
  readonly mlagentsPort?: number
}

interface LauncherOptions extends AgentOptions {
  readonly out: string
}

const MOST_AGENTS = 4096
const WAIT_SECONDS = 60

export function registerMlAgents(env: Command, context: CliContext): void {
  withAgents(env.command('serve'))
    .description("connect to ML-Agents' trainer as a Unity build would, and step for it")
    .argument('[arguments...]', 'after --: what the trainer passes to a build; overrides the options')
    .option('--mlagents-port <n>', 'where the trainer listens', wholeNumber('--mlagents-port', 1, 65_535))
    .action((args: string[], options: ServeOptions) => serve(args, options, context))
  withAgents(env.command('launcher'))
    .description(
      'write an executable that UnityEnvironment(file_name=...) and mlagents-learn --env start like a build',
    )
    .requiredOption('--out <file>', 'where, for example basic.x86_64')
    .action((options: LauncherOptions) => writeLauncher(options, context))
}

function withAgents(command: Command): Command {
  return command
    .requiredOption('--env <id>', 'environment ("understudy envs" lists them)')
    .option('--agents <n>', 'number of agents side by side', wholeNumber('--agents', 1, MOST_AGENTS), 1)
    .option('--behavior <name>', 'name of their behaviour for the trainer (default: from the id)')
    .option('--parameter <name=value>', 'parameter of the environment; may be repeated', collectParameter, {})
    .option('--wait <s>', 'seconds to wait for a trainer', wholeNumber('--wait', 1, 86_400), WAIT_SECONDS)
}

async function serve(args: readonly string[], options: ServeOptions, context: CliContext): Promise<void> {
  const build = readBuildArguments(args)
  const port = build.port ?? options.mlagentsPort
  if (port === undefined) {
    throw new UserError('no port was given for the trainer', {
      usage: true,
      remedy: 'give --mlagents-port 5004, and start the trainer with file_name=None or without --env',
    })
  }
  const note = (text: string): void => {
    if (build.logFile === undefined) context.note(text)
    else appendFileSync(build.logFile, `${text}\n`)
  }
  try {
    const { env, parameter, agents, behavior } = options
    const behaviour = behavior === undefined ? {} : { behaviour: behavior }
    context.admit(env, parameter)
    const session = new Session({ environment: env, parameters: parameter, agents, note, ...behaviour })
    const { serveMlAgents } = await import('../remote/mlagents/serve.ts')
    const end = await serveMlAgents(session, { port, waitSeconds: options.wait, signal: context.signal })
    note(end === 'goodbye' ? 'the trainer said goodbye' : 'the trainer hung up')
  } catch (error) {
    // A trainer throws away what a build prints.
    if (build.logFile !== undefined && !context.signal.aborted) note(`error: ${(error as Error).message}`)
    throw error
  }
}

async function writeLauncher(options: LauncherOptions, context: CliContext): Promise<void> {
  const { env, agents, behavior, parameter, wait, out } = options
  context.admit(env, parameter)
  // Before a trainer waits a minute to learn of it.
  new Session({ environment: env, parameters: parameter, agents })
  const file = launcherFile(resolve(out), process.platform)
  const plugins = context.plugins.flatMap((plugin) => ['--plugin', resolve(plugin)])
  const parameters = Object.entries(parameter).flatMap(([name, value]) => ['--parameter', `${name}=${value}`])
  const behaviour = behavior === undefined ? [] : ['--behavior', behavior]
  const script = launcherScript([
    ...[process.execPath, process.argv[1]!, ...plugins, 'env', 'serve'],
    ...['--env', env, '--agents', `${agents}`, ...behaviour, ...parameters, '--wait', `${wait}`],
  ])
  try {
    mkdirSync(dirname(file), { recursive: true })
  } catch (error) {
    throw explainWriteError(error, file)
  }
  await writeAtomically(file, [Buffer.from(script)], { mode: 0o755 })
  if (context.json) context.printJson({ file })
  else context.print(file)
}

/** `understudy serve`: a policy behind GET /ping and POST /invocations. */
import { once } from 'node:events'
import { type Command, Option } from 'commander'
import { type EnvironmentSpec, makeEnvironment } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { namedAgent, type Policy, policyFile, readPolicy } from '../evaluate/index.ts'
import { Random } from '../random.ts'
import { openEndpoint } from '../serve/endpoint.ts'
import { freshSeed } from '../studio/fresh-seed.ts'
import { isLoopback } from '../studio/security.ts'
import { wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'

interface Options {
  model?: string
  env?: string
  /** And not by the environment of the process. */
  isEnvNamed: boolean
  output?: string
  checkpoint?: number
  host: string
  port: number
  deterministic?: boolean
  sampled?: boolean
  seed?: number
  maxBody: number
  maxConcurrency: number
}

/** SageMaker's quota, 6,291,456 bytes. */
const MOST_BODY = 6 * 2 ** 20
const MOST_REQUESTS = 256

export function register(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('serve an agent over HTTP: GET /ping, POST /invocations')
    .argument('[run]', 'a run or an imported agent; or use --model and --env')
    .addOption(new Option('--model <file>', 'an ONNX file, which needs no library').env('UNDERSTUDY_MODEL'))
    .addOption(new Option('--env <id>', 'the environment that it plays').env('UNDERSTUDY_ENV'))
    .option('--output <name>', 'the output with the actions, if several could have them')
    .option('--checkpoint <step>', 'use the policy of this step', wholeNumber('--checkpoint', 0))
    .addOption(new Option('--host <address>', 'where to listen').env('UNDERSTUDY_HOST').default('127.0.0.1'))
    .addOption(
      new Option('--port <number>', 'port; 0 picks a free one')
        .env('UNDERSTUDY_PORT')
        .argParser(wholeNumber('--port', 0, 65_535))
        .default(8080),
    )
    .addOption(
      new Option(
        '--deterministic',
        'take the most likely action unless a request asks to sample (default)',
      ).conflicts('sampled'),
    )
    .option('--sampled', 'sample actions as in training unless a request asks for the most likely')
    .option('--seed <n>', 'seed for sampling (default: random)', wholeNumber('--seed', 0, 0xffffffff))
    .option('--max-body <bytes>', 'largest request body', wholeNumber('--max-body', 1, 2 ** 30), MOST_BODY)
    .option(
      '--max-concurrency <n>',
      'requests handled at the same time; more are answered 503',
      wholeNumber('--max-concurrency', 1, 1_000_000),
      MOST_REQUESTS,
    )
    .action((run: string | undefined, options: Omit<Options, 'isEnvNamed'>, command: Command) => {
      refuseIdle(run, options, command)
      const isEnvNamed = command.getOptionValueSource('env') === 'cli'
      return serve(run, { ...options, isEnvNamed }, context)
    })
}

/** What the environment of the process says is for whoever names nothing. */
function refuseIdle(
  run: string | undefined,
  { checkpoint }: Pick<Options, 'checkpoint'>,
  command: Command,
): void {
  if (run === undefined && checkpoint !== undefined) {
    throw new UserError('--checkpoint is only for a run', {
      usage: true,
      remedy: 'name the run, or leave it out',
    })
  }
  const idle = ['model', 'output'].find((name) => command.getOptionValueSource(name) === 'cli')
  if (run !== undefined && idle !== undefined) {
    throw new UserError(`--${idle} and the name of a run cannot be used together`, { usage: true })
  }
}

async function serve(run: string | undefined, options: Options, context: CliContext): Promise<void> {
  const { spec, policy } = await choose(run, options, context)
  if (!isLoopback(options.host)) {
    context.note(`warning: anyone who can reach ${options.host} can ask for actions; there is no password`)
  }
  await serveAgent(spec, policy, options, context)
}

/**
 * Until the command is asked to end; requests that are under way then are answered first.
 * @throws UserError when the policy cannot decide as it is to, or the port is taken
 */
export async function serveAgent(
  spec: EnvironmentSpec,
  policy: Policy,
  options: Pick<Options, 'host' | 'port'> & Partial<Options>,
  context: CliContext,
): Promise<void> {
  const deterministic =
    options.sampled === true ? false : options.deterministic === true || policy.canBeDeterministic
  if (deterministic ? !policy.canBeDeterministic : !policy.canSample) {
    throw new UserError(`this policy can only ${deterministic ? 'sample its actions' : 'be deterministic'}`, {
      remedy: deterministic ? 'add --sampled' : 'leave --sampled out',
    })
  }
  const { host, port, maxBody = MOST_BODY, maxConcurrency = MOST_REQUESTS } = options
  const endpoint = await openEndpoint({
    spec,
    policy,
    host,
    port,
    deterministic,
    random: new Random(options.seed ?? freshSeed()),
    maxBody,
    maxConcurrency,
    onBug: (error) => {
      const bug = error instanceof Error ? error : new Error(String(error))
      context.note(`error: ${context.verbose ? bug.stack : bug.message} (this is a bug in Understudy)`)
    },
  })
  if (context.json) context.printJson({ event: 'listening', address: endpoint.address })
  else context.print(`${spec.id} is served at ${endpoint.address} (Ctrl-C stops it)`)
  if (!context.signal.aborted) await once(context.signal, 'abort')
  await endpoint.close()
  await policy.release()
}

async function choose(
  run: string | undefined,
  options: Options,
  context: CliContext,
): Promise<{ spec: EnvironmentSpec; policy: Policy }> {
  if (run !== undefined) {
    const agent = await namedAgent(context.libraryToRead(), run)
    if (options.isEnvNamed && options.env !== agent.environmentId) {
      throw new UserError(`${run} plays ${agent.environmentId}`, { usage: true, remedy: 'leave --env out' })
    }
    if (options.env === agent.environmentId) context.admit(agent.environmentId, agent.parameters)
    const { spec } = makeEnvironment(agent.environmentId, agent.parameters)
    const file = await policyFile(agent.source, options.checkpoint)
    return { spec, policy: await readPolicy(spec, file, agent.output) }
  }
  if (options.model === undefined || options.env === undefined) {
    throw new UserError('which policy should be served?', {
      usage: true,
      remedy: 'name a run, or give --model FILE and --env ID',
    })
  }
  context.admit(options.env)
  const { spec } = makeEnvironment(options.env)
  const file = await policyFile(options.model)
  return { spec, policy: await readPolicy(spec, file, options.output) }
}

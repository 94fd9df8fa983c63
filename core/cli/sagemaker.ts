/** `understudy sagemaker`: the commands of SageMaker's containers, and the requests that start them. */
import type { Command } from 'commander'
import { readAgentFolder } from '../cluster/sagemaker/agent-folder.ts'
import { places, readHosts } from '../cluster/sagemaker/container.ts'
import { writeFailure } from '../cluster/sagemaker/failure.ts'
import { trainOnHosts } from '../cluster/sagemaker/hosts.ts'
import { type Tools, trainJob } from '../cluster/sagemaker/train.ts'
import { makeEnvironment } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { readPolicy } from '../evaluate/index.ts'
import { loadPlugins } from '../plugins.ts'
import { loadNamedPlugins } from './config-file.ts'
import type { CliContext } from './context.ts'
import { fetchEngine } from './fetch-engine.ts'
import { registerRequests } from './sagemaker-requests.ts'
import { serveAgent } from './serve.ts'
import { isAbort } from './signals.ts'

export function register(program: Command, context: CliContext): void {
  const sagemaker = program
    .command('sagemaker')
    .description("train and serve in SageMaker's containers, and write the requests that start them")
  sagemaker
    .command('train')
    .description('the training container: reads /opt/ml/input, writes /opt/ml/model')
    .action(() => train(context))
  sagemaker
    .command('serve')
    .description('the inference container: serves the agent in /opt/ml/model')
    .action(() => serve(context))
  registerRequests(sagemaker, context)
}

/** What it fails of goes into a file, too, where SageMaker looks for the reason. */
async function train(context: CliContext): Promise<void> {
  const at = places()
  context.takeTimeToEnd()
  const tools: Tools = {
    log: (line) => context.print(line),
    signal: context.signal,
    admitPlugins: ({ text, file }) => loadNamedPlugins(text, file, context),
    admitEnvironment: ({ environment, parameters }) => context.admit(environment, parameters),
  }
  try {
    await fetchEngine(context.signal, tools.log)
    const hosts = readHosts(at)
    if (hosts === null || hosts.all.length === 1) await trainJob(at, tools, null)
    else await trainOnHosts(hosts, at, tools)
  } catch (error) {
    // A job that was stopped has not failed.
    if (context.signal.aborted && isAbort(error)) return context.print('stopped before there was a run')
    writeFailure(at, error)
    throw asFailure(error)
  }
}

/** Nobody has typed this command: whatever is wrong, the job has failed. */
function asFailure(error: unknown): unknown {
  if (!(error instanceof UserError) || error.exitCode === 1) return error
  return new UserError(error.message, error.remedy === undefined ? {} : { remedy: error.remedy })
}

async function serve(context: CliContext): Promise<void> {
  const { env } = process
  // Requests under way are answered; SageMaker gives them 30 seconds.
  context.takeTimeToEnd()
  await fetchEngine(context.signal, (line) => context.note(line))
  const { policy, environment, parameters, plugins } = readAgentFolder(places().model, env.UNDERSTUDY_ENV)
  context.admitPlugins(plugins, true)
  await loadPlugins(plugins)
  context.admit(environment, parameters)
  const { spec } = makeEnvironment(environment, parameters)
  await serveAgent(spec, await readPolicy(spec, policy), { host: '0.0.0.0', port: portOf(env) }, context)
}

/** SageMaker's, which may say another one. */
function portOf({ SAGEMAKER_BIND_TO_PORT: text = '' }: NodeJS.ProcessEnv): number {
  if (text === '') return 8080
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UserError(`SAGEMAKER_BIND_TO_PORT is no port: "${text}"`)
}

/** `understudy sagemaker job|endpoint|metrics`: files by which a person starts what runs there. Nothing is sent from here. */
import { basename, dirname, extname, join } from 'node:path'
import { type Command, Option } from 'commander'
import { jobConfig } from '../cluster/sagemaker/configuration.ts'
import { CHANNEL_NAMES } from '../cluster/sagemaker/container.ts'
import { decodeHyperparameters } from '../cluster/sagemaker/hyperparameters.ts'
import { metricDefinitionsOf } from '../cluster/sagemaker/metrics.ts'
import { estimatorFile, modelFile, resourcesFile, trainerFile } from '../cluster/sagemaker/python-sdk.ts'
import {
  type EndpointWish,
  endpointRequests,
  type JobWish,
  trainingJob,
} from '../cluster/sagemaker/requests.ts'
import { otherNames, UserError } from '../errors.ts'
import { readRegularText } from '../read-file.ts'
import type { RunConfig } from '../train/index.ts'
import { duration, oneOf, wholeNumber } from './arguments.ts'
import { loadNamedPlugins } from './config-file.ts'
import type { CliContext } from './context.ts'
import { checkOutputFile, isStandardOutput, outputPath, writeOutputFile } from './output.ts'

/** What reads the file: the `aws` command, or a version of the Python SDK. */
const READERS = ['aws', 'sdk-v2', 'sdk-v3'] as const
type Reader = (typeof READERS)[number]

type Named = Readonly<Record<string, string>>

interface TrainingOptions {
  hyperparameter: Named
  config?: string
  out: string
}

interface JobOptions extends TrainingOptions {
  name?: string
  image: string
  role: string
  output: string
  channel: Named
  checkpoints?: string
  spot?: boolean
  instanceType: string
  instances: number
  volume: number
  maxTime: number
  for: Reader
}

interface EndpointOptions extends EndpointWish {
  out: string
  for: Reader
}

/** Characters of a job's name. */
const MOST_NAME = 63

export function registerRequests(sagemaker: Command, context: CliContext): void {
  const job = sagemaker.command('job').description('write the request for a training job; nothing is sent')
  trainingOptions(job)
  commonOptions(job)
    .option('--name <name>', 'of the job (default: made of what it trains, and the time)')
    .requiredOption('--output <s3>', 'where model.tar.gz and output.tar.gz go')
    .option(
      '--channel <name=s3>',
      'data in S3: demonstrations, config or checkpoint; may be repeated',
      collectNamed('--channel'),
      {},
    )
    .option('--checkpoints <s3>', 'where checkpoints are kept, to go on from when the job is started again')
    .option('--spot', 'on spare capacity, which may be interrupted')
    .option('--volume <GB>', 'disk of an instance', wholeNumber('--volume', 1, 16_384), 30)
    .option(
      '--max-time <time>',
      'after which the job is stopped, such as 10m, 24h',
      duration('--max-time'),
      86_400,
    )
    .action((options: JobOptions) => writeJob(options, context))
  const endpoint = sagemaker
    .command('endpoint')
    .description('write the requests for an endpoint; nothing is sent')
    .requiredOption('--name <name>', 'of the endpoint')
    .requiredOption('--model <s3>', 'model.tar.gz of a training job')
  commonOptions(endpoint)
    .requiredOption('--out <file>', 'file to write; others of its name stand beside it', outputPath('--out'))
    .action((options: EndpointOptions) => writeEndpoint(options, context))
  const metrics = sagemaker
    .command('metrics')
    .description('write the metric definitions of a training job, as JSON')
  trainingOptions(metrics).action(async (options: TrainingOptions) => {
    checkOutputFile(options.out)
    await write(options.out, json(metricDefinitionsOf(await configOf(options, context))))
  })
}

function trainingOptions(command: Command): Command {
  return command
    .option(
      '--hyperparameter <name=value>',
      'env, algo, gail, max_steps, or a setting such as hyperparameters.batch_size; may be repeated',
      collectNamed('--hyperparameter'),
      {},
    )
    .option('--config <file>', 'a configuration, which the job is given as a hyperparameter')
    .requiredOption('--out <file>', 'file to write; "-" is standard output', outputPath('--out'))
}

function commonOptions(command: Command): Command {
  return command
    .requiredOption('--image <uri>', 'of the container image in ECR')
    .requiredOption('--role <arn>', 'that SageMaker acts as')
    .option('--instance-type <type>', 'kind of machine', 'ml.c7i.xlarge')
    .option('--instances <n>', 'how many of them', wholeNumber('--instances', 1, 100), 1)
    .addOption(
      new Option('--for <reader>', 'the aws command, or a version of the Python SDK')
        .choices(READERS)
        .argParser(oneOf('--for', READERS))
        .default('aws'),
    )
}

function collectNamed(option: string): (text: string, previous: Named) => Named {
  return (text, previous) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
    if (name !== undefined) return { ...previous, [name]: value! }
    throw new UserError(`${option} must be name=value, not "${text}"`, { usage: true })
  }
}

/** What the job would train, so that what is wrong with it is said now and not there. */
async function configOf(
  { hyperparameter, config: file }: TrainingOptions,
  context: CliContext,
): Promise<RunConfig> {
  const given = decodeHyperparameters(hyperparameter)
  const text = file === undefined ? undefined : readRegularText(file)
  if (text !== undefined) await loadNamedPlugins(text, file!, context)
  const { env } = given.named
  if (env !== undefined) context.admit(env)
  return jobConfig(given, text === undefined ? null : { text, file: file! }, {}, (line) => context.note(line))
}

async function writeJob(options: JobOptions, context: CliContext): Promise<void> {
  const { out, channel, hyperparameter } = options
  checkOutputFile(out)
  const unknown = Object.keys(channel).find((name) => !CHANNEL_NAMES.includes(name))
  if (unknown !== undefined) {
    const remedy = otherNames(unknown, CHANNEL_NAMES, 'the channels')
    throw new UserError(`nothing is known of a channel "${unknown}"`, { usage: true, remedy })
  }
  const config = await configOf(options, context)
  const inline = options.config === undefined || channel.config !== undefined
  const wish: JobWish = {
    ...options,
    name: options.name ?? jobName(config, options.for !== 'sdk-v3'),
    hyperparameters: inline
      ? hyperparameter
      : { ...hyperparameter, config: readRegularText(options.config!) },
    channels: channel,
    metrics: metricDefinitionsOf(config),
    maxSeconds: options.maxTime,
    spot: options.spot === true,
  }
  const texts = {
    aws: () => json(trainingJob(wish)),
    'sdk-v2': () => estimatorFile(wish),
    'sdk-v3': () => trainerFile(wish),
  }
  await write(out, texts[options.for]())
  if (isStandardOutput(out)) return
  context.print(options.for === 'aws' ? awsCommand('create-training-job', out) : `python ${out}`)
}

/** 'basic-ppo-20261201-093000' @param isTimed  not for who adds the time by itself */
function jobName({ environment, behavior }: RunConfig, isTimed: boolean): string {
  const time = new Date().toISOString().replaceAll(/[-:]|\..*/g, '')
  const parts = [environment, behavior.trainer_type, ...(isTimed ? [time] : [])]
  return parts
    .join('-')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(-MOST_NAME)
    .replace(/^-/, '')
}

async function writeEndpoint(options: EndpointOptions, context: CliContext): Promise<void> {
  const { out, name } = options
  checkOutputFile(out)
  if (options.for !== 'aws') {
    await write(out, options.for === 'sdk-v2' ? modelFile(options) : resourcesFile(options))
    return isStandardOutput(out) ? undefined : context.print(`python ${out}`)
  }
  const requests = endpointRequests(options)
  if (isStandardOutput(out)) return write(out, json(requests))
  const beside = (part: string): string =>
    join(dirname(out), `${basename(out, extname(out))}-${part}${extname(out)}`)
  const files = { model: beside('model'), config: beside('config'), endpoint: out }
  for (const part of ['model', 'config', 'endpoint'] as const) await write(files[part], json(requests[part]))
  context.print(awsCommand('create-model', files.model))
  context.print(awsCommand('create-endpoint-config', files.config))
  context.print(awsCommand('create-endpoint', files.endpoint))
  context.print(`aws sagemaker wait endpoint-in-service --endpoint-name ${name}`)
  context.print('')
  context.print('to end it, and what it costs:')
  context.print(`aws sagemaker delete-endpoint --endpoint-name ${name}`)
  context.print(`aws sagemaker delete-endpoint-config --endpoint-config-name ${name}`)
  context.print(`aws sagemaker delete-model --model-name ${name}`)
}

function awsCommand(operation: string, file: string): string {
  return `aws sagemaker ${operation} --cli-input-json file://${file}`
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function write(path: string, text: string): Promise<void> {
  return writeOutputFile(path, Buffer.from(text))
}

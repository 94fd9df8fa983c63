/**
 * What SageMaker tells a training container: plain files below /opt/ml. Images made with its toolkit say the hosts in variables,
 * too. SAGEMAKER_BASE_DIR moves the root, as it does in the toolkit.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { listed, otherNames, UserError } from '../../errors.ts'
import { readRegularText } from '../../read-file.ts'
import { readBySchema, schemaSentence } from '../../schema-words.ts'

export interface Places {
  /** input/config */
  readonly config: string
  /** input/data, with a folder for each channel */
  readonly data: string
  /** Kept from a stop to the next start. */
  readonly checkpoints: string
  /** Becomes model.tar.gz. */
  readonly model: string
  /** Becomes output.tar.gz. */
  readonly output: string
  /** Its beginning becomes the job's FailureReason. */
  readonly failure: string
}

export function places(env: NodeJS.ProcessEnv = process.env): Places {
  const base = env.SAGEMAKER_BASE_DIR || '/opt/ml'
  return {
    config: join(base, 'input/config'),
    data: join(base, 'input/data'),
    checkpoints: join(base, 'checkpoints'),
    model: join(base, 'model'),
    output: join(base, 'output/data'),
    failure: join(base, 'output/failure'),
  }
}

export interface Hosts {
  readonly current: string
  /** The first is the head. */
  readonly all: readonly string[]
}

const hostNames = z.array(z.string().min(1)).min(1)
const resources = z.object({ current_host: z.string().min(1), hosts: hostNames })
const texts = z.record(z.string(), z.unknown())
const channelModes = z.record(z.string(), z.object({ TrainingInputMode: z.string().optional() }))

/** Null where nobody says: one host that needs no name. @throws UserError when what is said makes no sense */
export function readHosts({ config }: Places, env: NodeJS.ProcessEnv = process.env): Hosts | null {
  const given = readConfig(join(config, 'resourceconfig.json'), resources) ?? hostsOf(env)
  if (given === null) return null
  const { current_host: current, hosts } = given
  if (hosts.includes(current)) return { current, all: hosts.toSorted() }
  throw new UserError(`"${current}" is none of the hosts of the job, which are ${listed(hosts)}`)
}

function hostsOf({ SM_HOSTS, SM_CURRENT_HOST }: NodeJS.ProcessEnv): z.infer<typeof resources> | null {
  if (SM_HOSTS === undefined || SM_CURRENT_HOST === undefined) return null
  return parsed(
    SM_HOSTS,
    'SM_HOSTS',
    hostNames.transform((hosts) => ({ current_host: SM_CURRENT_HOST, hosts })),
  )
}

/** By name as they stand there; their values are JSON as a rule, since the Python SDK encodes each. */
export function readHyperparameters({ config }: Places): Readonly<Record<string, unknown>> {
  return readConfig(join(config, 'hyperparameters.json'), texts) ?? {}
}

const CHANNELS = {
  demonstrations: 'demonstrations',
  train: 'demonstrations',
  training: 'demonstrations',
  config: 'config',
  checkpoint: 'checkpoint',
  model: 'checkpoint',
} as const

export const CHANNEL_NAMES: readonly string[] = Object.keys(CHANNELS)

/** What is learned from, the configuration, and the run to begin with: a folder each. */
export type Channels = { readonly [role in (typeof CHANNELS)[keyof typeof CHANNELS]]?: string }

/** @throws UserError for a channel that means nothing here, or cannot be read as files */
export function readChannels({ config, data }: Places): Channels {
  const modes = readConfig(join(config, 'inputdataconfig.json'), channelModes) ?? {}
  const folders = existsSync(data) ? readdirSync(data).filter((name) => isFolder(join(data, name))) : []
  const channels: { -readonly [role in keyof Channels]: string } = {}
  for (const name of new Set([...Object.keys(modes), ...folders])) {
    const role = Object.hasOwn(CHANNELS, name) ? CHANNELS[name as keyof typeof CHANNELS] : undefined
    if (role === undefined) {
      throw new UserError(`nothing is known of a channel "${name}"`, {
        remedy: otherNames(name, CHANNEL_NAMES, 'the channels'),
      })
    }
    if (modes[name]?.TrainingInputMode === 'Pipe') {
      throw new UserError(`the channel "${name}" is a pipe`, {
        remedy: 'give it the input mode File or FastFile',
      })
    }
    if (!folders.includes(name)) throw new UserError(`the channel "${name}" has no folder in ${data}`)
    if (channels[role] !== undefined) {
      throw new UserError(`the channel "${name}" is one more for the same`, {
        remedy: `give one of ${listed(namesOf(role))}`,
      })
    }
    channels[role] = join(data, name)
  }
  return channels
}

function namesOf(role: string): string[] {
  return Object.entries(CHANNELS).flatMap(([name, each]) => (each === role ? [name] : []))
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory()
}

/** Null where there is no such file. */
function readConfig<T extends z.ZodType>(file: string, schema: T): z.infer<T> | null {
  return existsSync(file) ? parsed(readRegularText(file), file, schema) : null
}

function parsed<T extends z.ZodType>(text: string, where: string, schema: T): z.infer<T> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new UserError(`${where} is not JSON`)
  }
  const result = readBySchema(schema, value)
  if ('data' in result) return result.data
  const { path } = result.problem
  throw new UserError(schemaSentence([where, ...path].join(': '), result.problem))
}

/** Every setting of a run as data, read from the schemas: what the studio's advanced form is made of. */
import { z } from 'zod'
import {
  algorithmDefinition,
  behaviorSettings,
  cloningSettings,
  networkDefinition,
  networkNames,
  networkSettings,
  rewardSignalDefinition,
} from '../learn/index.ts'
import { rolloutKeys } from './config-rollout.ts'
import { stopSettings } from './stop-rule.ts'

export interface SettingDescription {
  /** Dotted key inside the behaviour's section of the YAML, or from its top where it begins with one of `TOP_SECTIONS`. */
  readonly path: string
  readonly group: string
  readonly label: string
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice' | 'text'
  /** null where the schema leaves it open. */
  readonly default: number | string | boolean | null
  readonly minimum?: number
  readonly maximum?: number
  readonly choices?: readonly string[]
  /** One line of meaning. */
  readonly description: string
}

export interface DescribeOptions {
  /** Whose settings are among them; the environment's reward alone when absent. */
  readonly signals?: readonly string[]
  /** A behaviour's section: its values take the place of the schemas' defaults, and a section that may be absent is described where it is there. */
  readonly values?: Values
  /** By path, what is chosen in place of `values` and decides which other settings there are. */
  readonly chosen?: Values
}

export function describeSettings(algorithm: string, options: DescribeOptions = {}): SettingDescription[] {
  const { hyperparameters, needsDemonstrations, title, without } = algorithmDefinition(algorithm)
  const run = behaviorSettings.pick({
    max_steps: true,
    time_horizon: true,
    summary_freq: true,
    checkpoint_interval: true,
    keep_checkpoints: true,
  })
  const { values } = options
  const settings = [
    ...describe(hyperparameters, 'hyperparameters.', title, options),
    ...describe(networkSettings, 'network_settings.', 'Network', options),
    ...(options.signals ?? ['extrinsic']).flatMap((name) => {
      // A configuration with it would be refused.
      if (without?.signals !== undefined && name !== 'extrinsic') return []
      const signal = rewardSignalDefinition(name)
      return describe(signal.settings, `reward_signals.${name}.`, signal.title, options)
    }),
    // What clones anyway has its settings among the hyperparameters.
    ...(values?.behavioral_cloning == null || needsDemonstrations
      ? []
      : describe(cloningSettings, 'behavioral_cloning.', titleOf(cloningSettings), options)),
    ...describe(run, '', 'Run', options),
  ]
  return values === undefined ? settings : withValues(settings, values)
}

/** Sections at the top of the YAML that the form has settings of. */
export const TOP_SECTIONS = ['env_settings', 'stop'] as const

/** How the environments step and when the run ends. @param values  the YAML's sections, as in `describeSettings` */
export function describeTopSettings(values: Values): SettingDescription[] {
  const settings = [
    ...describe(z.object(rolloutKeys), 'env_settings.', 'Environments', {}),
    ...describe(stopSettings.unwrap(), 'stop.', 'When to stop', {}),
  ]
  return withValues(settings, values)
}

function withValues(settings: readonly SettingDescription[], values: Values): SettingDescription[] {
  return settings.map((setting) => {
    const value = valueAt(values, setting.path)
    return isPlain(value) ? { ...setting, default: value } : setting
  })
}

function valueAt(values: Values | undefined, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (at as Values | undefined)?.[key], values)
}

type Values = Readonly<Record<string, unknown>>

interface JsonSchema {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly const?: unknown
  readonly default?: unknown
  /** What a schema's `.meta({ title })` says. */
  readonly title?: string
  readonly description?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly anyOf?: readonly JsonSchema[]
}

function describe(
  schema: z.ZodType,
  prefix: string,
  group: string,
  options: DescribeOptions,
): SettingDescription[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  return Object.entries(properties).flatMap(([key, property]) =>
    fields(key, property, prefix, group, options),
  )
}

function fields(
  key: string,
  property: JsonSchema,
  prefix: string,
  group: string,
  options: DescribeOptions,
): SettingDescription[] {
  // A setting with one possible value is there to accept ML-Agents' files, not to be chosen.
  if (property.const !== undefined) return []
  const path = `${prefix}${key}`
  if (property.anyOf !== undefined) {
    const section = property.anyOf.find(({ type }) => type === 'object')
    if (section === undefined) return openField(key, property, prefix, group, options)
    // A section that may be null: a switch of its own adds it.
    return valueAt(options.values, path) == null ? [] : fields(key, section, prefix, group, options)
  }
  if (key === 'network_options') return networkOptions(prefix, group, options)
  if (property.type === 'object') {
    const within = `${group}: ${(property.title ?? label(key)).toLowerCase()}`
    return Object.entries(property.properties ?? {}).flatMap(([inner, below]) =>
      fields(inner, below, `${path}.`, within, options),
    )
  }
  // Names from a register are known only when they are asked for, so they are no part of the schema.
  const choices = key === 'network_type' ? networkNames() : property.enum
  const kind = choices === undefined ? kindOf(property) : 'choice'
  const minimum = property.minimum ?? property.exclusiveMinimum
  return [
    {
      path,
      group,
      label: property.title ?? label(key),
      kind,
      default: isPlain(property.default) ? property.default : null,
      ...(minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? {} : { minimum }),
      ...(property.maximum === undefined || property.maximum >= Number.MAX_SAFE_INTEGER
        ? {}
        : { maximum: property.maximum }),
      ...(choices === undefined ? {} : { choices }),
      description: told(property.description ?? ''),
    },
  ]
}

/** Those of the kind of network that is chosen, by the schema that it was registered with. */
function networkOptions(prefix: string, group: string, options: DescribeOptions): SettingDescription[] {
  const path = `${prefix}network_type`
  const type = options.chosen?.[path] ?? valueAt(options.values, path) ?? 'dense'
  const definition = networkDefinition(String(type))
  if (definition === undefined) return []
  return describe(definition.options, `${prefix}network_options.`, `${group}: ${definition.title}`, options)
}

/** A setting that ML-Agents does not have is marked in the schema. */
function told(description: string): string {
  const marked = /^Ours(?:, ([^:]+))?: (.)(.*)$/s.exec(description)
  if (marked === null) return description
  const [, only, first, rest] = marked
  return `${first!.toUpperCase()}${rest}. Not in ML-Agents${only === undefined ? '' : `, ${only}`}`
}

/** A plain value that may be left open. */
function openField(
  key: string,
  { anyOf = [], title, description = '' }: JsonSchema,
  prefix: string,
  group: string,
  options: DescribeOptions,
): SettingDescription[] {
  const given = anyOf.filter(({ type }) => type !== 'null')
  if (given.length !== 1 || !isPlainType(given[0]!)) return []
  const named = title === undefined ? {} : { title }
  return fields(key, { ...given[0]!, ...named, description }, prefix, group, options).map((setting) => ({
    ...setting,
    default: null,
  }))
}

function isPlainType({ type }: JsonSchema): boolean {
  return type === 'integer' || type === 'number' || type === 'boolean' || type === 'string'
}

function kindOf({ type }: JsonSchema): SettingDescription['kind'] {
  if (type === 'integer' || type === 'number' || type === 'boolean') return type
  return 'text'
}

function titleOf(schema: z.ZodType): string {
  return schema.meta()?.title ?? ''
}

/** Where the schema has no title: 'batch_size' -> 'Batch size' */
function label(key: string): string {
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function isPlain(value: unknown): value is number | string | boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
}

/** Every setting of a run as data, read from the schemas: what the studio's advanced form is made of. */
import { z } from 'zod'
import {
  algorithmDefinition,
  behaviorSettings,
  cloningSettings,
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

/**
 * @param options.signals  whose settings are among them; the environment's reward alone when absent
 * @param options.values  a behaviour's section; its values take the place of the schemas' defaults
 */
export function describeSettings(
  algorithm: string,
  options: { signals?: readonly string[]; values?: Readonly<Record<string, unknown>> } = {},
): SettingDescription[] {
  const { hyperparameters, title, without } = algorithmDefinition(algorithm)
  const run = behaviorSettings.pick({
    max_steps: true,
    time_horizon: true,
    summary_freq: true,
    checkpoint_interval: true,
    keep_checkpoints: true,
  })
  const { values } = options
  const settings = [
    ...describe(hyperparameters, 'hyperparameters.', title),
    ...describe(networkSettings, 'network_settings.', 'Network'),
    ...(options.signals ?? ['extrinsic']).flatMap((name) => {
      // A configuration with it would be refused.
      if (without?.signals !== undefined && name !== 'extrinsic') return []
      const signal = rewardSignalDefinition(name)
      return describe(signal.settings, `reward_signals.${name}.`, signal.title)
    }),
    ...(values?.behavioral_cloning == null
      ? []
      : describe(cloningSettings, 'behavioral_cloning.', 'Behavioural cloning')),
    ...describe(run, '', 'Run'),
  ]
  return values === undefined ? settings : withValues(settings, values)
}

/** Sections at the top of the YAML that the form has settings of. */
export const TOP_SECTIONS = ['env_settings', 'stop'] as const

/** How the environments step and when the run ends. @param values  the YAML's sections, as in `describeSettings` */
export function describeTopSettings(values: Readonly<Record<string, unknown>>): SettingDescription[] {
  const settings = [
    ...describe(z.object(rolloutKeys), 'env_settings.', 'Environments'),
    ...describe(stopSettings.unwrap(), 'stop.', 'When to stop'),
  ]
  return withValues(settings, values)
}

function withValues(settings: readonly SettingDescription[], values: Values): SettingDescription[] {
  return settings.map((setting) => {
    const value = setting.path
      .split('.')
      .reduce<unknown>((at, key) => (at as Values | undefined)?.[key], values)
    return isPlain(value) ? { ...setting, default: value } : setting
  })
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

function describe(schema: z.ZodType, prefix: string, group: string): SettingDescription[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
  return Object.entries(properties).flatMap(([key, property]) => fields(key, property, prefix, group))
}

function fields(key: string, property: JsonSchema, prefix: string, group: string): SettingDescription[] {
  // A setting with one possible value is there to accept ML-Agents' files, not to be chosen.
  if (property.const !== undefined) return []
  if (property.anyOf !== undefined) {
    // A section that may be null: its defaults hold only once one of its settings is given.
    const section = property.anyOf.find(({ type }) => type === 'object')
    if (section === undefined) return openField(key, property, prefix, group)
    return fields(key, section, prefix, group).map((setting) => ({ ...setting, default: null }))
  }
  if (property.type === 'object') {
    return Object.entries(property.properties ?? {}).flatMap(([inner, below]) =>
      fields(inner, below, `${prefix}${key}.`, `${group}: ${label(key).toLowerCase()}`),
    )
  }
  // Names from a register are known only when they are asked for, so they are no part of the schema.
  const choices = key === 'network_type' ? networkNames() : property.enum
  const kind = choices === undefined ? kindOf(property) : 'choice'
  const minimum = property.minimum ?? property.exclusiveMinimum
  return [
    {
      path: `${prefix}${key}`,
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
): SettingDescription[] {
  const given = anyOf.filter(({ type }) => type !== 'null')
  if (given.length !== 1 || !isPlainType(given[0]!)) return []
  const named = title === undefined ? {} : { title }
  return fields(key, { ...given[0]!, ...named, description }, prefix, group).map((setting) => ({
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

/** Of keys whose words say little, where the schema has no title. */
const LABELS: ReadonlyMap<string, string> = new Map([
  ['buffer_init_steps', 'Steps before learning'],
  ['burn_in', 'Burn-in'],
  ['checkpoint_interval', 'Steps between checkpoints'],
  ['demo_path', 'File of demonstrations'],
  ['double_q', 'Double Q'],
  ['entcoef_learning_rate', 'Learning rate of the temperature'],
  ['exploration_final_eps', 'Random actions at the end'],
  ['exploration_initial_eps', 'Random actions at first'],
  ['init_entcoef', 'First temperature'],
  ['keep_checkpoints', 'Checkpoints kept'],
  ['lambd', 'Lambda'],
  ['layer_norm', 'Layer normalisation'],
  ['n_step', 'Steps of a return'],
  ['normalize', 'Normalise observations'],
  ['num_epoch', 'Epochs'],
  ['num_layers', 'Layers'],
  ['summary_freq', 'Steps between summaries'],
  ['use_vail', 'Use VAIL'],
  ['vis_encode_type', 'Image encoder'],
])

/** 'batch_size' -> 'Batch size' */
function label(key: string): string {
  const known = LABELS.get(key)
  if (known !== undefined) return known
  const words = key.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function isPlain(value: unknown): value is number | string | boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
}

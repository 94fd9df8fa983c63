/** Partial configurations in ML-Agents' layout, laid over one another. */
import { UserError } from '../errors.ts'
import type { behaviorSettings } from '../learn/index.ts'
import { mergeSections, nestedSetting } from '../train/config-check.ts'
import { isRecord } from '../train/config-place.ts'

export type Section = Readonly<Record<string, unknown>>

/** Dotted path -> value. The path begins inside the behaviour, or with a section of the file's top such as env_settings. */
export type DottedSettings = Readonly<Record<string, unknown>>

const TOP = new Set([
  'env_settings',
  'environment_parameters',
  'checkpoint_settings',
  'engine',
  'threads',
  'stop',
  'gail_control',
  'plugins',
])

/**
 * The same configuration with its one behaviour under the name of the environment, so that layers meet whatever they call it.
 * @throws UserError when there are several behaviours
 */
export function namedAfter(environment: string, layer: Section, where: string): Record<string, unknown> {
  const { default_settings: defaults, behaviors, ...rest } = layer
  const names = isRecord(behaviors) ? Object.keys(behaviors) : []
  if (names.length > 1) {
    throw new UserError(`${where}: a run trains one behaviour, and there are ${names.length}`, {
      usage: true,
      remedy: `keep one of ${names.join(', ')}`,
    })
  }
  const own = names.length === 0 ? undefined : (behaviors as Record<string, unknown>)[names[0]!]
  const behavior = mergeSections(isRecord(defaults) ? defaults : {}, isRecord(own) ? own : {})
  return { ...rest, behaviors: { [environment]: behavior } }
}

/** Dotted settings as a configuration. Nested values are laid over section by section; null removes a key. */
export function fromDotted(environment: string, settings: DottedSettings): Record<string, unknown> {
  let layer: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(settings)) {
    const keys = path.split('.')
    const full = TOP.has(keys[0]!) ? keys : ['behaviors', environment, ...keys]
    layer = mergeSections(layer, nestedSetting(full, value))
  }
  return layer
}

/** The lower layers first. Keys that end as null are gone. */
export function overlay(layers: readonly Section[]): Record<string, unknown> {
  const merged = layers.reduce<Record<string, unknown>>((below, layer) => mergeSections(below, layer), {})
  return withoutNull(merged)
}

function withoutNull(value: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(kept.map(([key, inner]) => [key, isRecord(inner) ? withoutNull(inner) : inner]))
}

/** Whether the behaviour of this layer says something about `key`. */
export function says(environment: string, layer: Section, key: keyof typeof behaviorSettings.shape): boolean {
  const { behaviors } = layer
  const behavior = isRecord(behaviors) ? behaviors[environment] : undefined
  return isRecord(behavior) && Object.hasOwn(behavior, key)
}

/** Nested sections as dotted paths -> plain values, arrays included whole. */
function flatten(section: Section, prefix = ''): Record<string, unknown> {
  const flat: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(section)) {
    if (isRecord(value)) Object.assign(flat, flatten(value, `${prefix}${key}.`))
    else flat[`${prefix}${key}`] = value
  }
  return flat
}

/** Every setting of a configuration with one behaviour, by dotted path from inside the behaviour or from the top. */
export function flatConfig(config: Section): Record<string, unknown> {
  const { behaviors, ...sections } = config
  const behavior = Object.values(isRecord(behaviors) ? behaviors : {})[0]
  return { ...flatten(sections), ...(isRecord(behavior) ? flatten(behavior) : {}) }
}

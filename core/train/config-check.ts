/** Checking a configuration against its schema, with an error that names the file, the place and the nearest known key. */
import { z } from 'zod'
import { nearest, UserError } from '../errors.ts'

/** Where a value stands: the file's name and the keys that lead to it. */
export interface Place {
  readonly file: string
  readonly path: readonly string[]
}

/**
 * Features of ML-Agents that this version lacks: place below a behaviour or the top -> what it is, and which values mean
 * "off" (the key is then dropped) or, where the key itself is known here, which values are the lacking feature.
 */
type Feature = { readonly path: string; readonly feature: string } & (
  | { readonly off: readonly unknown[] }
  | { readonly lacking: readonly unknown[] }
)

const BEHAVIOR_FEATURES: readonly Feature[] = [
  { path: 'network_settings.vis_encode_type', feature: 'the residual visual encoder', lacking: ['resnet'] },
  { path: 'network_settings.goal_conditioning_type', feature: 'goal conditioning', off: ['hyper', 'none'] },
  {
    path: 'reward_signals.gail.use_vail',
    feature: 'the variational bottleneck of the discriminator',
    off: [false],
  },
  { path: 'self_play', feature: 'self-play', off: [null] },
  {
    path: 'init_path',
    feature: 'a model to start from (use checkpoint_settings.initialize_from)',
    off: [null],
  },
  { path: 'threaded', feature: 'threaded training', off: [false] },
  { path: 'even_checkpoints', feature: 'evenly spread checkpoints', off: [false] },
  {
    path: 'hyperparameters.save_replay_buffer',
    feature: 'leaving the replay buffer out of checkpoints',
    off: [true],
  },
]

const TOP_FEATURES: readonly Feature[] = [
  { path: 'environment_parameters', feature: 'curricula and parameter randomisation', off: [null] },
  {
    path: 'env_settings.env_path',
    feature: 'a Unity build as environment (env_settings.env names ours)',
    off: [null],
  },
  { path: 'env_settings.env_args', feature: 'arguments for a Unity build', off: [null] },
  { path: 'env_settings.num_areas', feature: 'several areas in one environment', off: [1] },
  {
    path: 'checkpoint_settings.inference',
    feature: 'inference by the trainer (use `understudy evaluate`)',
    off: [false],
  },
  { path: 'checkpoint_settings.train_model', feature: 'a switch for training', off: [false, true] },
  { path: 'checkpoint_settings.load_model', feature: 'load_model (use resume)', off: [false] },
]

/** Returns a copy without the features of ML-Agents that are switched off. @throws UserError for one that is on */
export function refuseUnsupported(
  value: Record<string, unknown>,
  where: 'top' | 'behavior',
  place: Place,
): Record<string, unknown> {
  const copy = structuredClone(value)
  for (const entry of where === 'top' ? TOP_FEATURES : BEHAVIOR_FEATURES) {
    const { path, feature } = entry
    const keys = path.split('.')
    const last = keys.pop()!
    const parent = keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), copy)
    if (!isRecord(parent) || !(last in parent)) continue
    const value = parent[last]
    const refused =
      'off' in entry ? !entry.off.includes(value) && !isEmpty(value) : entry.lacking.includes(value)
    if (refused) {
      throw new UserError(`${at(place, ...keys, last)}: ${feature} is not supported by this version`, {
        usage: true,
        remedy: 'remove the key',
      })
    }
    if ('off' in entry) delete parent[last]
  }
  return copy
}

/** @throws UserError naming the first thing that the schema refuses */
export function checkSection<T extends z.ZodType>(schema: T, value: unknown, place: Place): z.infer<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]!
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0]!
    const known = keysAt(schema, path)
    const near = nearest(key, known)
    throw new UserError(`${at(place, ...path, key)}: unknown key`, {
      usage: true,
      remedy: near === undefined ? `known here are ${known.join(', ')}` : `did you mean "${near}"?`,
    })
  }
  throw new UserError(`${at(place, ...path)}: ${lowerFirst(issue.message)}`, { usage: true })
}

/** 'train.yaml: behaviors.Basic.max_steps' */
export function at(place: Place, ...keys: readonly string[]): string {
  const path = [...place.path, ...keys].join('.')
  return path === '' ? place.file : `${place.file}: ${path}`
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys of `over` win, section by section. */
export function mergeSections(
  base: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...base }
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key]
    merged[key] = isRecord(below) && isRecord(value) ? mergeSections(below, value) : value
  }
  return merged
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0
}

function keysAt(schema: z.ZodType, path: readonly string[]): string[] {
  let here = unwrap(schema)
  for (const key of path) {
    const below = here instanceof z.ZodObject ? here.shape[key] : undefined
    if (below === undefined) return []
    here = unwrap(below as z.ZodType)
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : []
}

function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema
  while ('innerType' in inner.def) inner = inner.def.innerType as z.ZodType
  return inner
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

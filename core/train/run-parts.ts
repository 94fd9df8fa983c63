/** What a run may have beside its algorithm: reward signals, a memory, behavioural cloning. Each is a section of the YAML. */
import type { z } from 'zod'
import { otherNames, UserError } from '../errors.ts'
import {
  type AlgorithmDefinition,
  algorithmDefinition,
  type BehaviorSettings,
  cloningSettings,
  memorySettings,
  rewardSignalDefinition,
  rewardSignalNames,
} from '../learn/index.ts'
import { isRecord } from './config-place.ts'

export interface RunPart {
  /** Of its section, inside the behaviour's. */
  readonly path: string
  readonly title: string
  /** One line of meaning. */
  readonly description: string
  readonly on: boolean
  /** Why the run cannot have it; null where it can. */
  readonly refused: string | null
}

/** Which parts are on, by path; those that are not named stay as they are. */
export type Switches = Readonly<Record<string, boolean>>
type Section = Readonly<Record<string, unknown>>

const SIGNALS = 'reward_signals'
const MEMORY = 'network_settings.memory'
const CLONING = 'behavioral_cloning'

export function describeParts(behavior: BehaviorSettings): RunPart[] {
  const algorithm = algorithmDefinition(behavior.trainer_type)
  const { without } = algorithm
  const signals = rewardSignalNames().map((name) => {
    const { title, settings } = rewardSignalDefinition(name)
    const on = behavior.reward_signals[name] != null
    return part(`${SIGNALS}.${name}`, title, settings, on, without?.signals?.message)
  })
  const { memory } = behavior.network_settings
  const { behavioral_cloning: cloning } = behavior
  return [
    ...signals,
    part(MEMORY, titleOf(memorySettings), memorySettings, memory != null, without?.memory?.message),
    part(CLONING, titleOf(cloningSettings), cloningSettings, cloning != null, cloningRefused(algorithm)),
  ]
}

/**
 * @param config  as in a file, with one behaviour
 * @returns a copy with the sections added, their defaults left to the schemas, or removed
 * @throws UserError naming the nearest part
 */
export function switchParts(config: Section, switches: Switches): Record<string, unknown> {
  const known = [...rewardSignalNames().map((name) => `${SIGNALS}.${name}`), MEMORY, CLONING]
  const unknown = Object.keys(switches).find((path) => !known.includes(path))
  if (unknown !== undefined) {
    throw new UserError(`a run has no part "${unknown}"`, { remedy: otherNames(unknown, known, 'the parts') })
  }
  const switched = structuredClone(config) as Record<string, unknown>
  const behaviors = isRecord(switched.behaviors) ? switched.behaviors : {}
  for (const behavior of Object.values(behaviors).filter(isRecord)) {
    // What the schema would fill in must stay when another is added.
    behavior[SIGNALS] ??= { extrinsic: {} }
    for (const [path, on] of Object.entries(switches)) {
      const keys = path.split('.')
      const last = keys.pop()!
      const parent = sectionAt(behavior, keys)
      if (on) parent[last] ??= {}
      else delete parent[last]
    }
  }
  return switched
}

function part(
  path: string,
  title: string,
  { description = '' }: z.ZodType,
  on: boolean,
  refused: string | undefined,
): RunPart {
  return { path, title, description, on, refused: refused ?? null }
}

function titleOf(schema: z.ZodType): string {
  return schema.meta()?.title ?? ''
}

/** Such a section of an algorithm that clones anyway can only name a file. */
function cloningRefused({ name, needsDemonstrations, without }: AlgorithmDefinition): string | undefined {
  return needsDemonstrations ? `${name} learns from demonstrations as it is` : without?.cloning?.message
}

/** Made where it is absent. */
function sectionAt(from: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  let at = from
  for (const key of keys) {
    if (!isRecord(at[key])) at[key] = {}
    at = at[key] as Record<string, unknown>
  }
  return at
}

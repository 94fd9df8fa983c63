/** What can be begun in an environment, and which of it was asked for. */
import type { EnvironmentSpec, Preset } from '../envs/index.ts'
import { otherNames, UserError } from '../errors.ts'
import { algorithmDefinition, algorithmNames, takesActions } from '../learn/index.ts'
import { presetsFor, untunedConfig } from './presets.ts'

/**
 * Its presets, then every other algorithm that takes its actions, by its own defaults.
 * @param spec  null where it is not known without starting another program; then nothing is left out
 */
export function choicesFor(environment: string, spec: EnvironmentSpec | null): Preset[] {
  const presets = presetsFor(environment)
  const known = new Set(presets.map((preset) => contentOf(preset).algorithm))
  const others = algorithmNames()
    .map((name) => algorithmDefinition(name))
    .filter(
      (definition) => !known.has(definition.name) && (spec === null || takesActions(definition, spec.action)),
    )
  return [...presets, ...others.map(({ name }) => byDefaults(environment, name, false))]
}

/** @throws UserError naming the nearest one */
export function choiceOf(environment: string, spec: EnvironmentSpec | null, id: string): Preset {
  return named(id, choicesFor(environment, spec), environment)
}

/** What somebody has asked for in words. */
export interface Wish {
  /** Id of a preset. */
  readonly preset?: string | undefined
  readonly algorithm?: string | undefined
  readonly gail?: boolean | undefined
}

/**
 * @returns the preset that is meant, the recommended one where nothing is said; where there is none for an algorithm, its own
 *   defaults, with `tuned` false
 * @throws UserError naming the nearest preset or algorithm
 */
export function wishedChoice(environment: string, wish: Wish): { choice: Preset; tuned: boolean } {
  if (wish.algorithm !== undefined) algorithmDefinition(wish.algorithm)
  const presets = presetsFor(environment)
  if (wish.preset !== undefined) return { choice: named(wish.preset, presets, environment), tuned: true }
  const recommended = presets.find((preset) => preset.recommended)!
  if (wish.algorithm === undefined && wish.gail === undefined) return { choice: recommended, tuned: true }
  const algorithm = wish.algorithm ?? contentOf(recommended).algorithm
  const gail = wish.gail === true
  const id = gail ? `${algorithm}-gail` : algorithm
  const preset = presets.find((candidate) => candidate.id === id)
  if (preset !== undefined) return { choice: preset, tuned: true }
  return { choice: byDefaults(environment, algorithm, gail), tuned: false }
}

/** What a preset consists of. */
export function contentOf({ config }: Preset): { algorithm: string; gail: boolean } {
  const [behavior = {}] = Object.values(config.behaviors as Record<string, Record<string, unknown>>)
  const signals = (behavior.reward_signals ?? {}) as Record<string, unknown>
  return { algorithm: String(behavior.trainer_type), gail: signals.gail !== undefined }
}

function named(id: string, choices: readonly Preset[], environment: string): Preset {
  const choice = choices.find((candidate) => candidate.id === id)
  if (choice !== undefined) return choice
  const known = choices.map((candidate) => candidate.id)
  throw new UserError(`there is no preset "${id}" for ${environment}`, {
    usage: true,
    remedy: otherNames(id, known, 'the presets'),
  })
}

function byDefaults(environment: string, algorithm: string, gail: boolean): Preset {
  return {
    id: algorithm,
    title: algorithmDefinition(algorithm).title,
    description: 'Default settings, not tuned for this environment.',
    recommended: false,
    config: untunedConfig(environment, algorithm, gail),
  }
}

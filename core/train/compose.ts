/** The one place that turns what a person has chosen into a configuration. */
import type { EnvironmentSpec, Preset } from '../envs/index.ts'
import { otherNames, UserError } from '../errors.ts'
import {
  type AlgorithmDefinition,
  algorithmDefinition,
  algorithmNames,
  takesActions,
} from '../learn/index.ts'
import { type RunConfig, resolveConfig } from './config.ts'
import { mergeSections } from './config-check.ts'
import type { ConfigOverrides } from './config-overrides.ts'
import { presetsFor, untunedConfig } from './presets.ts'
import { TOP_SECTIONS } from './settings-form.ts'

type Settings = Readonly<Record<string, unknown>>

/** A setting that cannot be as it was chosen. */
export interface ChoiceProblem {
  /** As `SettingDescription.path`, or a section. */
  readonly path: string
  readonly message: string
  readonly remedy: string | null
}

/**
 * What can be begun in an environment: its presets, then every other algorithm that takes its actions, by its own defaults.
 * @param spec  null where it is not known without starting another program; then nothing is left out
 */
export function choicesFor(environment: string, spec: EnvironmentSpec | null): Preset[] {
  const presets = presetsFor(environment)
  const known = new Set(presets.map(({ config }) => algorithmOf(config)))
  const others = algorithmNames()
    .map((name) => algorithmDefinition(name))
    .filter(
      (definition) => !known.has(definition.name) && (spec === null || takesActions(definition, spec.action)),
    )
  return [...presets, ...others.map((definition) => byDefaults(environment, definition))]
}

/** @throws UserError naming the nearest one */
export function choiceOf(environment: string, spec: EnvironmentSpec | null, id: string): Preset {
  const choices = choicesFor(environment, spec)
  const choice = choices.find((candidate) => candidate.id === id)
  if (choice !== undefined) return choice
  throw new UserError(`unknown preset "${id}"`, {
    remedy: otherNames(
      id,
      choices.map((candidate) => candidate.id),
      'the presets',
    ),
  })
}

/**
 * @param settings  by dotted path: inside the behaviour, or of one of the sections at the top
 * @returns the configuration with all that is sound, and what is not
 */
export function composeConfig(
  config: Settings,
  settings: Settings,
  fixed: ConfigOverrides,
): { readonly config: RunConfig; readonly problems: ChoiceProblem[] } {
  const problems: ChoiceProblem[] = []
  // One setting at a time, so that each that is out of its range is told.
  const sound: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(settings)) {
    const problem = problemOf(path, () => resolveWith(config, { [path]: value }, fixed))
    if (problem === null) sound[path] = value
    else problems.push(problem)
  }
  return { config: resolveTogether(config, sound, fixed, problems), problems }
}

function algorithmOf(config: Settings): unknown {
  const [behavior] = Object.values(config.behaviors as Record<string, Settings>)
  return behavior?.trainer_type
}

function byDefaults(environment: string, { name, title }: AlgorithmDefinition): Preset {
  return {
    id: name,
    title,
    description: 'Default settings, not tuned for this environment.',
    recommended: false,
    config: untunedConfig(environment, name, false),
  }
}

function resolveWith(config: Settings, settings: Settings, fixed: ConfigOverrides): RunConfig {
  const isTop = (path: string) => TOP_SECTIONS.some((section) => path.startsWith(`${section}.`))
  const inside = Object.entries(settings).filter(([path]) => !isTop(path))
  let layered: Record<string, unknown> = { ...config }
  for (const [path, value] of Object.entries(settings).filter(([path]) => isTop(path))) {
    const [section, key] = path.split('.') as [string, string]
    layered = mergeSections(layered, { [section]: { [key]: value } })
  }
  return resolveConfig(layered, { ...fixed, settings: Object.fromEntries(inside) })
}

/** Settings that are sound one by one may not be so together; then it is told, and the preset is shown as it is. */
function resolveTogether(
  config: Settings,
  settings: Settings,
  fixed: ConfigOverrides,
  problems: ChoiceProblem[],
): RunConfig {
  let resolved: RunConfig | undefined
  const problem = problemOf('env_settings', () => {
    resolved = resolveWith(config, settings, fixed)
  })
  if (problem !== null) problems.push(problem)
  return resolved ?? resolveConfig(config, fixed)
}

function problemOf(path: string, attempt: () => unknown): ChoiceProblem | null {
  try {
    attempt()
    return null
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // The message names the place in a file, which the form shows in its own way.
    const place = error.message.indexOf(path)
    const message = place < 0 ? error.message : error.message.slice(place + path.length).replace(/^:? /, '')
    return { path, message, remedy: error.remedy ?? null }
  }
}

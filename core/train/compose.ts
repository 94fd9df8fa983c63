/** The one place that turns what a person has chosen into a configuration. */
import { UserError } from '../errors.ts'
import { networkDefinition } from '../learn/index.ts'
import { type RunConfig, resolveConfig } from './config.ts'
import { mergeSections, nestedSetting } from './config-check.ts'
import type { ConfigOverrides } from './config-overrides.ts'
import { isRecord } from './config-place.ts'
import { type Switches, switchParts } from './run-parts.ts'
import { TOP_SECTIONS } from './settings-form.ts'

type Settings = Readonly<Record<string, unknown>>

/** A setting that cannot be as it was chosen. */
export interface ChoiceProblem {
  /** As `SettingDescription.path`, or a section. */
  readonly path: string
  readonly message: string
  readonly remedy: string | null
}

/** What is chosen beside where it begins. */
export interface Choices {
  /** As `RunPart.path`. */
  readonly parts?: Switches
  /** By dotted path: inside the behaviour, or of one of the sections at the top. */
  readonly settings?: Settings
}

/**
 * @param base  a configuration as in a file, with one behaviour: a preset's, say
 * @returns the configuration with all that is sound, and what is not
 * @throws UserError when `base` or the parts are none
 */
export function composeConfig(
  base: Settings,
  { parts = {}, settings: chosen = {} }: Choices,
  fixed: ConfigOverrides,
): { readonly config: RunConfig; readonly problems: ChoiceProblem[] } {
  const problems: ChoiceProblem[] = []
  const sections = switched(base, parts, fixed, problems)
  const settings = Object.fromEntries(
    Object.entries(chosen).filter(([path]) => !isBesideThePoint(path, parts, chosen)),
  )
  // One setting at a time, so that each that is out of its range is told.
  const sound: Record<string, unknown> = {}
  const kinds = Object.entries(settings).filter(([path]) => isKind(path))
  for (const [path, value] of Object.entries(settings)) {
    const beside = kinds.filter(([kind]) => path.startsWith(optionsOf(kind)))
    const problem = problemOf(path, () =>
      resolveWith(sections, { ...Object.fromEntries(beside), [path]: value }, fixed),
    )
    if (problem === null) sound[path] = value
    else problems.push(problem)
  }
  return { config: resolveTogether(sections, sound, fixed, problems), problems }
}

/** Parts that the algorithm refuses are told one by one, and left out. */
function switched(base: Settings, parts: Switches, fixed: ConfigOverrides, problems: ChoiceProblem[]) {
  let sections = switchParts(base, {})
  for (const [path, on] of Object.entries(parts)) {
    const next = switchParts(sections, { [path]: on })
    const problem = problemOf(path, () => resolveConfig(next, fixed))
    if (problem === null) sections = next
    else problems.push(problem)
  }
  return sections
}

function resolveWith(sections: Settings, settings: Settings, fixed: ConfigOverrides): RunConfig {
  const isTop = (path: string) => TOP_SECTIONS.some((section) => path.startsWith(`${section}.`))
  const inside = Object.entries(settings).filter(([path]) => !isTop(path))
  let layered: Record<string, unknown> = structuredClone(sections) as Record<string, unknown>
  for (const [path, value] of Object.entries(settings).filter(([path]) => isTop(path))) {
    layered = mergeSections(layered, nestedSetting(path.split('.'), value))
  }
  for (const [path] of inside.filter(([path]) => isKind(path))) dropOptions(layered, path)
  return resolveConfig(layered, { ...fixed, settings: Object.fromEntries(inside) })
}

/** Whether it chooses the kind of a network: options of another kind mean nothing to it. */
function isKind(path: string): boolean {
  return path.endsWith('network_settings.network_type')
}

/** What was set of a part that is off by now, or of another kind of network: a form keeps it for when that comes back. */
function isBesideThePoint(path: string, parts: Switches, settings: Settings): boolean {
  if (Object.entries(parts).some(([part, on]) => !on && path.startsWith(`${part}.`))) return true
  const kind = Object.keys(settings).find((other) => isKind(other) && path.startsWith(`${optionsOf(other)}.`))
  if (kind === undefined) return false
  const definition = networkDefinition(String(settings[kind]))
  return definition !== undefined && !Object.hasOwn(definition.options.shape, path.split('.').at(-1)!)
}

function optionsOf(kind: string): string {
  return kind.replace(/network_type$/, 'network_options')
}

function dropOptions({ behaviors }: Record<string, unknown>, kind: string): void {
  const keys = kind.split('.').slice(0, -1)
  for (const behavior of Object.values(isRecord(behaviors) ? behaviors : {})) {
    const network = keys.reduce<unknown>((at, key) => (isRecord(at) ? at[key] : undefined), behavior)
    if (isRecord(network)) delete network.network_options
  }
}

/** Settings that are sound one by one may not be so together; then it is told, and what they began with is shown as it is. */
function resolveTogether(
  sections: Settings,
  settings: Settings,
  fixed: ConfigOverrides,
  problems: ChoiceProblem[],
): RunConfig {
  let resolved: RunConfig | undefined
  const problem = problemOf('env_settings', () => {
    resolved = resolveWith(sections, settings, fixed)
  })
  if (problem !== null) problems.push(problem)
  return resolved ?? resolveConfig(sections, fixed)
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

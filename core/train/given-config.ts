/**
 * A configuration that somebody brings: pasted, or dropped as a file. It is checked like one of the command line, and what of it is
 * sound is kept to go on from. It may come from anybody, so it names no file of this machine and overwrites no run.
 */
import { basename } from 'node:path'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { UserError } from '../errors.ts'
import { type RunConfig, resolveConfig } from './config.ts'
import { mergeSections } from './config-check.ts'
import { upgradeLegacy } from './config-legacy.ts'
import { isRecord } from './config-place.ts'
import { parseYaml } from './yaml.ts'

type Section = Record<string, unknown>

/** What of it cannot be taken over. */
export interface GivenProblem {
  /** The keys that lead to it; empty for the whole. */
  readonly keys: readonly string[]
  /** From 1; null where the text does not have it as it is checked. */
  readonly line: number | null
  readonly message: string
  readonly remedy: string | null
}

/** What a text says before it is checked against any schema: plugins may have to be loaded for that. */
export interface GivenConfig {
  readonly text: string
  /** With one behaviour where there is one, and without plugins and cluster. */
  readonly sections: Section
  /** `env_settings.env`, or a Unity build. */
  readonly environment: string | null
  /** Files, as they stand there. */
  readonly plugins: readonly string[]
  /** Where it is to be trained, by a name or an address. */
  readonly cluster: string | null
  readonly problems: readonly GivenProblem[]
}

/** More is no file with mistakes, but another file. */
const MOST_PROBLEMS = 30
const FILE = 'configuration'

/** @throws UserError when it is no YAML, or has no sections */
export function readGiven(text: string): GivenConfig {
  const { sections: raw } = upgradeLegacy(parseYaml(text, FILE), FILE)
  const problems: GivenProblem[] = []
  const tell = (keys: readonly string[], message: string, remedy: string | null) =>
    problems.push({ keys, line: lineOf(text, keys), message, remedy })
  const env = isRecord(raw.env_settings) ? raw.env_settings : {}
  const build = typeof env.env_path === 'string' ? `unity:${env.env_path}` : null
  const environment = typeof env.env === 'string' ? env.env : build
  const { plugins, cluster, ...sections } = withOneBehavior(structuredClone(raw), environment, tell)
  refuseFiles(sections, [], tell)
  refuseOldRuns(sections, tell)
  return {
    text,
    sections,
    environment,
    plugins: Array.isArray(plugins) ? plugins.map(String) : [],
    cluster: cluster == null ? null : String(cluster),
    problems,
  }
}

/**
 * All that the schemas refuse is told, and left out.
 * @param environment  that it is to be begun in
 * @param isRun        whether networks of that run could be begun with
 * @returns null for `config` when nothing of it is sound
 */
export function soundPart(
  { sections: given, text }: Pick<GivenConfig, 'sections' | 'text'>,
  environment: string,
  isRun: (id: string) => boolean,
): { sections: Section; config: RunConfig | null; problems: GivenProblem[] } {
  const sections = structuredClone(given)
  const problems: GivenProblem[] = []
  while (problems.length < MOST_PROBLEMS) {
    try {
      const config = resolveConfig(sections, { file: FILE, environment })
      const { behaviorName: name, behavior, initializeFrom } = config
      if (initializeFrom !== null && !isRun(initializeFrom)) {
        const keys = beginningOf(sections, name)
        problems.push({
          keys,
          line: lineOf(text, keys),
          message: `there is no run "${initializeFrom}" to begin from`,
          remedy: 'train it first, or begin with new networks',
        })
        remove(sections, keys)
        continue
      }
      if (!isRecord(sections.behaviors) || sections.behaviors[name] === undefined) {
        sections.behaviors = { [name]: { trainer_type: behavior.trainer_type } }
      }
      return { sections, config, problems }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      const keys = placeOf(error.message, sections)
      const said = error.message.replace(`${FILE}: `, '').slice(keys.join('.').length)
      const message = said.replace(/^:? /, '')
      problems.push({ keys, line: lineOf(text, keys), message, remedy: error.remedy ?? null })
      if (keys.length === 0) break
      remove(sections, keys)
    }
  }
  return { sections, config: null, problems }
}

type Tell = (keys: readonly string[], message: string, remedy: string | null) => void

/** With the defaults of all behaviours; of several the one that is named after the environment, else the first, and it is told. */
function withOneBehavior(sections: Section, environment: string | null, tell: Tell): Section {
  const { default_settings: defaults = {}, behaviors, ...rest } = sections
  const some = isRecord(behaviors) ? Object.keys(behaviors) : []
  const name = some.find((one) => one === environment) ?? some[0]
  if (name === undefined || !isRecord(defaults) || !isRecord(behaviors)) return sections
  const { [name]: behavior } = behaviors
  if (!isRecord(behavior)) return sections
  if (some.length > 1 && name !== environment) {
    tell(
      ['behaviors'],
      `a run trains one behaviour, and there are ${some.length}: ${name} is taken`,
      'leave only the one that is meant',
    )
  }
  return { ...rest, behaviors: { [name]: mergeSections(defaults, behavior) } }
}

/** Wherever demonstrations are named by a path. */
function refuseFiles(section: Section, place: readonly string[], tell: Tell): void {
  for (const [key, value] of Object.entries(section)) {
    const keys = [...place, key]
    if (isRecord(value)) refuseFiles(value, keys, tell)
    if (key !== 'demo_path') continue
    delete section[key]
    if (value == null) continue
    tell(
      keys,
      `"${basename(String(value))}" is not read: a configuration that is brought here opens no file`,
      'import the demonstrations and choose them here, or write the path into the form',
    )
  }
}

/** Whatever it says of going on with a run, or of writing over one. */
function refuseOldRuns({ checkpoint_settings: saved }: Section, tell: Tell): void {
  if (!isRecord(saved)) return
  for (const key of ['resume', 'load_model', 'force']) {
    if (saved[key] === true) {
      tell(['checkpoint_settings', key], 'what is begun here is a new run', 'resume a run from its page')
    }
    delete saved[key]
  }
}

/** The place in `sections` that the message names behind the file. */
function placeOf(message: string, sections: Section): string[] {
  if (!message.startsWith(`${FILE}: `)) return []
  const said = message.slice(FILE.length + 2)
  const follow = (at: unknown, keys: string[]): string[] => {
    const next = Object.keys(isRecord(at) ? at : {}).find((key) => {
      const name = [...keys, key].join('.')
      return said.startsWith(name) && /^([.: ]|$)/.test(said.slice(name.length))
    })
    return next === undefined ? keys : follow((at as Section)[next], [...keys, next])
  }
  return follow(sections, [])
}

/** What names the run that it begins with. */
function beginningOf({ behaviors }: Section, name: string): string[] {
  const behavior = isRecord(behaviors) ? behaviors[name] : undefined
  return isRecord(behavior) && behavior.init_path != null
    ? ['behaviors', name, 'init_path']
    : ['checkpoint_settings', 'initialize_from']
}

function remove(sections: Section, keys: readonly string[]): void {
  const parent = keys.slice(0, -1).reduce<unknown>((at, key) => (at as Section)[key], sections)
  delete (parent as Section)[keys.at(-1)!]
}

/** Of the last key, or of the innermost that the text has. */
function lineOf(text: string, keys: readonly string[]): number | null {
  const lines = new LineCounter()
  let at: unknown = parseDocument(text, {
    lineCounter: lines,
    logLevel: 'silent',
    uniqueKeys: false,
  }).contents
  let line: number | null = null
  for (const key of keys) {
    const pair = isMap(at)
      ? at.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined
    if (pair === undefined || !isScalar(pair.key)) break
    line = lines.linePos(pair.key.range![0]).line
    at = pair.value
  }
  return line
}

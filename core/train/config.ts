/**
 * The configuration of a run. A file has ML-Agents' YAML layout and key names (release 21), so that an existing one
 * loads; what ML-Agents has and this version has not is refused by name, never passed over.
 *
 *     behaviors:
 *       Basic: { trainer_type: ppo, hyperparameters: {...}, network_settings: {...}, reward_signals: {...}, max_steps: 10000 }
 *     env_settings: { env: basic, num_envs: 8, seed: 1 }
 *
 * Ours at the top: engine, threads, gail_control, stop. Ours in env_settings: env, parameters, max_episode_steps.
 */
import { randomInt } from 'node:crypto'
import { parseDocument, stringify } from 'yaml'
import { z } from 'zod'
import type { ParameterValue } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import {
  algorithmDefinition,
  type BehaviorSettings,
  behaviorSettings,
  rewardSignalDefinition,
} from '../learn/index.ts'
import { checkSection, isRecord, mergeSections, type Place, refuseUnsupported } from './config-check.ts'
import { checkRewardSignals } from './config-signals.ts'
import { GAIL_CONTROLS, type GailControl } from './demonstrations.ts'
import { type StopSettings, stopSettings } from './stop-rule.ts'

/** Everything that a run depends on beside its demonstrations, every default filled in. */
export interface RunConfig {
  /** The key under `behaviors:`. */
  readonly behaviorName: string
  /** Environment id. */
  readonly environment: string
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** E, environments that step together. */
  readonly numEnvs: number
  readonly seed: number
  /** Truncates episodes of an environment that sets no limit itself; null takes the default. */
  readonly maxEpisodeSteps: number | null
  readonly behavior: BehaviorSettings
  readonly engine: 'onnxruntime' | 'tensorflow'
  /** Threads of the numeric engine; 1 makes runs comparable between machines. */
  readonly threads: number
  /** A control run learns from demonstrations of which nothing can be imitated. */
  readonly gailControl: GailControl
  /** What ends the run before max_steps. */
  readonly stop: StopSettings
  readonly runId: string | null
  readonly resume: boolean
  readonly force: boolean
  /** Run whose newest checkpoint gives the first weights. */
  readonly initializeFrom: string | null
  /** Sections that were accepted and mean nothing here, a sentence each. */
  readonly notices: readonly string[]
}

/** What beats the file: the flags of the command line, the form of the studio. */
export interface ConfigOverrides {
  /** For error messages; 'configuration' when absent. */
  readonly file?: string | undefined
  readonly environment?: string | undefined
  readonly algorithm?: string | undefined
  /** Adds GAIL (true) or takes it away (false). */
  readonly gail?: boolean | undefined
  readonly seed?: number | undefined
  readonly maxSteps?: number | undefined
  readonly numEnvs?: number | undefined
  readonly engine?: string | undefined
  readonly threads?: number | undefined
  readonly runId?: string | undefined
  readonly resume?: boolean | undefined
  readonly force?: boolean | undefined
  readonly initializeFrom?: string | undefined
  readonly gailControl?: GailControl | undefined
  readonly stop?: Partial<StopSettings> | undefined
  /** Dotted paths inside the behaviour: 'hyperparameters.learning_rate'. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

const fileSchema = z.strictObject({
  default_settings: z.record(z.string(), z.unknown()).nullish(),
  behaviors: z.record(z.string(), z.record(z.string(), z.unknown())).nullish(),
  env_settings: z
    .strictObject({
      env: z.string().optional(),
      parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
      num_envs: z.int().min(1).max(4096).default(1),
      seed: z.int().min(-1).max(4294967295).default(-1),
      max_episode_steps: z.int().min(1).nullable().default(null),
      base_port: z.unknown().optional(),
      timeout_wait: z.unknown().optional(),
      max_lifetime_restarts: z.unknown().optional(),
      restarts_rate_limit_n: z.unknown().optional(),
      restarts_rate_limit_period_s: z.unknown().optional(),
    })
    .prefault({}),
  checkpoint_settings: z
    .strictObject({
      run_id: z.string().nullable().default(null),
      initialize_from: z.string().nullable().default(null),
      resume: z.boolean().default(false),
      force: z.boolean().default(false),
      results_dir: z.unknown().optional(),
    })
    .prefault({}),
  engine_settings: z.unknown().optional(),
  torch_settings: z.unknown().optional(),
  debug: z.unknown().optional(),
  engine: z.enum(['onnxruntime', 'tensorflow']).default('onnxruntime'),
  threads: z.int().min(1).max(64).default(1),
  gail_control: z.enum(GAIL_CONTROLS).default('none'),
  stop: stopSettings,
})

const IGNORED_TOP = ['engine_settings', 'torch_settings', 'debug'] as const
const IGNORED_ENV = [
  'base_port',
  'timeout_wait',
  'max_lifetime_restarts',
  'restarts_rate_limit_n',
  'restarts_rate_limit_period_s',
] as const

/**
 * @param source  YAML text, or an object in the same layout
 * @throws UserError naming file, place and the nearest known key
 */
export function resolveConfig(
  source: string | Readonly<Record<string, unknown>>,
  overrides: ConfigOverrides = {},
): RunConfig {
  const file = overrides.file ?? 'configuration'
  const top: Place = { file, path: [] }
  const raw = typeof source === 'string' ? parseYaml(source, file) : source
  const sections = checkSection(fileSchema, refuseUnsupported(raw, 'top', top), top)
  const env = sections.env_settings
  const saved = sections.checkpoint_settings
  const environment = overrides.environment ?? env.env
  if (environment === undefined) {
    throw new UserError('no environment is named', {
      usage: true,
      remedy: 'add --env ID, or env_settings: { env: ID } to the file; `understudy envs` lists them',
    })
  }
  const { name, settings } = chooseBehavior(sections.behaviors, sections.default_settings, environment, file)
  const seed = overrides.seed ?? env.seed
  return {
    behaviorName: name,
    environment,
    parameters: env.parameters,
    numEnvs: checkSection(
      fileSchema.shape.env_settings.unwrap().shape.num_envs,
      overrides.numEnvs ?? env.num_envs,
      {
        file,
        path: ['env_settings', 'num_envs'],
      },
    ),
    seed: seed === -1 ? randomInt(2 ** 31) : seed,
    maxEpisodeSteps: env.max_episode_steps,
    behavior: resolveBehavior(settings, overrides, { file, path: ['behaviors', name] }),
    engine: checkSection(fileSchema.shape.engine, overrides.engine ?? sections.engine, {
      file,
      path: ['engine'],
    }),
    threads: checkSection(fileSchema.shape.threads, overrides.threads ?? sections.threads, {
      file,
      path: ['threads'],
    }),
    gailControl: overrides.gailControl ?? sections.gail_control,
    stop: checkSection(stopSettings, { ...sections.stop, ...overrides.stop }, { file, path: ['stop'] }),
    runId: overrides.runId ?? saved.run_id,
    resume: overrides.resume ?? saved.resume,
    force: overrides.force ?? saved.force,
    initializeFrom: overrides.initializeFrom ?? saved.initialize_from,
    notices: [
      ...IGNORED_TOP.filter((key) => raw[key] !== undefined),
      ...IGNORED_ENV.filter((key) => env[key] !== undefined).map((key) => `env_settings.${key}`),
      ...(saved.results_dir === undefined ? [] : ['checkpoint_settings.results_dir']),
    ].map((key) => `${file}: ${key} has no meaning here and is ignored`),
  }
}

/** The configuration as a file that resolves to the same one. */
export function configToYaml(config: RunConfig): string {
  return stringify({
    behaviors: { [config.behaviorName]: config.behavior },
    env_settings: {
      env: config.environment,
      ...(Object.keys(config.parameters).length > 0 ? { parameters: config.parameters } : {}),
      num_envs: config.numEnvs,
      seed: config.seed,
      ...(config.maxEpisodeSteps === null ? {} : { max_episode_steps: config.maxEpisodeSteps }),
    },
    checkpoint_settings: {
      run_id: config.runId,
      initialize_from: config.initializeFrom,
      ...(config.resume ? { resume: true } : {}),
      ...(config.force ? { force: true } : {}),
    },
    engine: config.engine,
    threads: config.threads,
    ...(config.gailControl === 'none' ? {} : { gail_control: config.gailControl }),
    stop: config.stop,
  })
}

/** Names of the reward signals, in the order of the settings. */
export function signalNames(config: RunConfig): string[] {
  return Object.keys(config.behavior.reward_signals)
}

/** The file or folder of demonstrations that the configuration names, if any. */
export function demonstrationPath({ behavior }: RunConfig): string | undefined {
  const sections = [...Object.values(behavior.reward_signals), behavior.behavioral_cloning]
  const paths = sections.map((settings) => settings?.demo_path)
  return paths.find((path) => typeof path === 'string')
}

/** Whether the run has something to learn from demonstrations. */
export function needsDemonstrations({ behavior }: RunConfig): boolean {
  const { demonstration_share: share } = behavior.hyperparameters
  return (
    behavior.trainer_type === 'bc' ||
    Object.keys(behavior.reward_signals).some((name) => rewardSignalDefinition(name).needsDemonstrations) ||
    behavior.behavioral_cloning != null ||
    (typeof share === 'number' && share > 0)
  )
}

function parseYaml(text: string, file: string): Record<string, unknown> {
  const document = parseDocument(text)
  const error = document.errors[0]
  if (error !== undefined) {
    const line = error.linePos?.[0]
    const where = line === undefined ? file : `${file}:${line.line}:${line.col}`
    throw new UserError(`${where}: ${error.message.split('\n')[0]}`, { usage: true })
  }
  const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {}
  if (!isRecord(value)) {
    throw new UserError(`${file}: expected sections such as "behaviors:", found ${typeof value}`, {
      usage: true,
    })
  }
  return value
}

type Section = Record<string, unknown>

function chooseBehavior(
  behaviors: Record<string, Section> | null | undefined,
  defaults: Section | null | undefined,
  environment: string,
  file: string,
): { name: string; settings: Section } {
  const names = Object.keys(behaviors ?? {})
  const name = names.includes(environment) ? environment : (names[0] ?? environment)
  if (names.length > 1 && name !== environment) {
    throw new UserError(`${file}: behaviors: a run trains one behaviour, and there are ${names.length}`, {
      usage: true,
      remedy: `keep one of ${names.join(', ')}, or name one after the environment "${environment}"`,
    })
  }
  return { name, settings: mergeSections(defaults ?? {}, behaviors?.[name] ?? {}) }
}

function resolveBehavior(settings: Section, overrides: ConfigOverrides, place: Place): BehaviorSettings {
  let section = refuseUnsupported(settings, 'behavior', place)
  for (const [path, value] of Object.entries(overrides.settings ?? {})) {
    const nested = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
    section = mergeSections(section, nested as Section)
  }
  const { algorithm, gail, maxSteps } = overrides
  if (algorithm !== undefined) {
    const written = section.trainer_type
    if (written !== undefined && written !== algorithm) {
      throw new UserError(`${place.file} configures ${String(written)}, not ${algorithm}`, {
        usage: true,
        remedy: 'leave --algo out, or use another file',
      })
    }
    section = { ...section, trainer_type: algorithm }
  }
  if (maxSteps !== undefined) section = { ...section, max_steps: maxSteps }
  if (gail !== undefined) section = switchGail(section, gail)
  if (section.hyperparameters !== undefined && section.trainer_type === undefined) {
    throw new UserError(`${place.file}: ${place.path.join('.')}: hyperparameters without trainer_type`, {
      usage: true,
      remedy: 'say whose they are, such as trainer_type: sac',
    })
  }
  const behavior = checkSection(behaviorSettings, section, place)
  const { hyperparameters } = algorithmDefinition(behavior.trainer_type)
  const checked = checkSection(hyperparameters, behavior.hyperparameters, {
    file: place.file,
    path: [...place.path, 'hyperparameters'],
  })
  const signals = checkRewardSignals(behavior.reward_signals, {
    file: place.file,
    path: [...place.path, 'reward_signals'],
  })
  return { ...behavior, hyperparameters: checked, reward_signals: signals }
}

function switchGail(section: Section, on: boolean): Section {
  const signals = isRecord(section.reward_signals) ? { ...section.reward_signals } : { extrinsic: {} }
  if (!on) delete (signals as Section).gail
  else (signals as Section).gail ??= {}
  return { ...section, reward_signals: signals }
}

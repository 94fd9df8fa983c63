/**
 * The configuration of a run. A file has ML-Agents' YAML layout and key names (release 21), so that an existing one
 * loads; what ML-Agents has and this version has not is refused by name, never passed over.
 *
 *     behaviors:
 *       Basic: { trainer_type: ppo, hyperparameters: {...}, network_settings: {...}, reward_signals: {...}, max_steps: 10000 }
 *     env_settings: { env: basic, num_envs: 8, seed: 1 }
 *
 * Ours at the top: engine, threads, gail_control, stop, plugins, cluster. Ours in env_settings: env, parameters, max_episode_steps,
 * workers, envs_per_worker, stepping, pace.
 */
import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { ParameterValue } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { algorithmDefinition, type BehaviorSettings, rewardSignalDefinition } from '../learn/index.ts'
import { chooseBehavior, resolveBehavior } from './config-behavior.ts'
import { checkSection } from './config-check.ts'
import { examineFeatures } from './config-features.ts'
import { upgradeLegacy } from './config-legacy.ts'
import type { ConfigOverrides } from './config-overrides.ts'
import type { Place } from './config-place.ts'
import { resolvePlugins } from './config-plugins.ts'
import { type RolloutConfig, resolveRollout, rolloutKeys, writeRollout } from './config-rollout.ts'
import { GAIL_CONTROLS, type GailControl } from './demonstrations.ts'
import {
  type EnvironmentParameters,
  lessonNotices,
  readEnvironmentParameters,
  seedSamplers,
  targetParameters,
  writeEnvironmentParameters,
} from './environment-parameters.ts'
import { type StopSettings, stopSettings } from './stop-rule.ts'
import { parseYaml, writeYaml } from './yaml.ts'

/** Everything that a run depends on beside its demonstrations, every default filled in. */
export interface RunConfig {
  /** The key under `behaviors:`. */
  readonly behaviorName: string
  /** Environment id. */
  readonly environment: string
  /** What the agent is trained for and evaluated on: with the constants and last lessons of `environmentParameters`. */
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** How parameters change while it trains. */
  readonly environmentParameters: EnvironmentParameters
  /** E, environments that step together. */
  readonly numEnvs: number
  readonly rollout: RolloutConfig
  readonly seed: number
  /** Truncates episodes of an environment that sets no limit itself; null takes the default. */
  readonly maxEpisodeSteps: number | null
  readonly behavior: BehaviorSettings
  readonly engine: 'onnxruntime' | 'tensorflow'
  /** Threads of the numeric engine; 1 makes runs comparable between machines. */
  readonly threads: number
  /** A control run learns from demonstrations of which nothing can be imitated. */
  readonly gailControl: GailControl
  /** Absolute paths of modules that register what the run needs. */
  readonly plugins: readonly string[]
  /** What ends the run before max_steps. */
  readonly stop: StopSettings
  readonly runId: string | null
  readonly resume: boolean
  readonly force: boolean
  /** Run whose newest checkpoint gives the first weights. */
  readonly initializeFrom: string | null
  /**
   * The Ray cluster that the file names, by a saved name or an address; null trains here. It is a place and no part of the run:
   * `configToYaml` leaves it out, and so does whatever is kept of the run or compared with another.
   */
  readonly cluster: string | null
  /** Sections that were accepted and mean nothing here, a sentence each. */
  readonly notices: readonly string[]
}

const fileSchema = z.strictObject({
  default_settings: z.record(z.string(), z.unknown()).nullish(),
  behaviors: z.record(z.string(), z.record(z.string(), z.unknown())).nullish(),
  env_settings: z
    .strictObject({
      env: z.string().optional(),
      env_path: z.string().nullable().default(null).describe('A Unity build; the same as env: unity:PATH'),
      parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
      ...rolloutKeys,
      seed: z.int().min(-1).max(4294967295).default(-1),
      max_episode_steps: z
        .int()
        .min(1)
        .nullable()
        .default(null)
        .describe(
          "Ours: steps after which an episode is truncated, in evaluation too; default: the environment's limit",
        ),
    })
    .prefault({}),
  checkpoint_settings: z
    .strictObject({
      run_id: z.string().nullable().default(null),
      initialize_from: z.string().nullable().default(null),
      resume: z.boolean().default(false),
      force: z.boolean().default(false),
      load_model: z.boolean().default(false),
    })
    .prefault({}),
  environment_parameters: z.unknown().optional(),
  engine: z.enum(['onnxruntime', 'tensorflow']).default('onnxruntime'),
  threads: z.int().min(1).max(64).default(1),
  gail_control: z.enum(GAIL_CONTROLS).default('none'),
  plugins: z.array(z.string()).default([]),
  stop: stopSettings,
  cluster: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(
      'Ours: the Ray cluster to train on, by the name that it was saved under or by its address; default: here',
    ),
})

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
  const raw = upgradeLegacy(typeof source === 'string' ? parseYaml(source, file) : source, file)
  const examined = examineFeatures(raw.sections, 'top', top)
  const sections = checkSection(fileSchema, examined.section, top)
  const env = sections.env_settings
  const saved = sections.checkpoint_settings
  const build = env.env_path === null ? undefined : `unity:${env.env_path}`
  const environment = overrides.environment ?? env.env ?? build
  if (environment === undefined) {
    throw new UserError('no environment is named', {
      usage: true,
      remedy: 'add --env ID, or env_settings: { env: ID } to the file; `understudy envs` lists them',
    })
  }
  const { name, settings } = chooseBehavior(
    sections,
    overrides.behavior ?? environment,
    overrides.behavior,
    top,
  )
  const { behavior, initPath, notices } = resolveBehavior(settings, environment, overrides, {
    file,
    path: ['behaviors', name],
  })
  const seed = overrides.seed ?? env.seed
  const runSeed = seed === -1 ? randomInt(2 ** 31) : seed
  const place = { file, path: ['environment_parameters'] }
  const changing = readEnvironmentParameters(sections.environment_parameters, place)
  return {
    behaviorName: name,
    environment,
    parameters: { ...env.parameters, ...targetParameters(changing) },
    environmentParameters: seedSamplers(changing, runSeed),
    ...resolveRollout(
      env,
      { ...overrides.rollout, num_envs: overrides.numEnvs },
      { file, path: ['env_settings'] },
    ),
    seed: runSeed,
    maxEpisodeSteps: env.max_episode_steps,
    behavior,
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
    plugins: resolvePlugins(sections.plugins, overrides.directory ?? '.'),
    runId: overrides.runId ?? saved.run_id,
    cluster: sections.cluster,
    ...resolveBeginning(overrides, {
      resume: saved.resume || saved.load_model,
      force: saved.force,
      initializeFrom: initPath ?? saved.initialize_from,
    }),
    notices: [...raw.notices, ...examined.notices, ...notices, ...lessonNotices(changing, name, place)],
  }
}

type Beginning = Pick<RunConfig, 'resume' | 'force' | 'initializeFrom'>

/**
 * Of the three ways to begin, the command line's puts those of the file out of force, as in ML-Agents; within the file to resume
 * comes first.
 */
function resolveBeginning(
  { resume, force, initializeFrom }: Pick<ConfigOverrides, keyof Beginning>,
  saved: Beginning,
): Beginning {
  const beginsAnew = force === true || initializeFrom !== undefined
  const resumes = resume ?? (saved.resume && !beginsAnew)
  return {
    resume: resumes,
    force: force ?? (saved.force && !resumes),
    initializeFrom: initializeFrom ?? (resumes ? null : saved.initializeFrom),
  }
}

/** The configuration as a file that resolves to the same one. */
export function configToYaml(config: RunConfig): string {
  const changing = config.environmentParameters
  const fixed = Object.entries(config.parameters).filter(([name]) => !Object.hasOwn(changing, name))
  return writeYaml({
    behaviors: { [config.behaviorName]: config.behavior },
    env_settings: {
      env: config.environment,
      ...(fixed.length > 0 ? { parameters: Object.fromEntries(fixed) } : {}),
      num_envs: config.numEnvs,
      ...writeRollout(config.rollout),
      seed: config.seed,
      ...(config.maxEpisodeSteps === null ? {} : { max_episode_steps: config.maxEpisodeSteps }),
    },
    ...(Object.keys(changing).length > 0
      ? { environment_parameters: writeEnvironmentParameters(changing) }
      : {}),
    checkpoint_settings: {
      run_id: config.runId,
      initialize_from: config.initializeFrom,
      ...(config.resume ? { resume: true } : {}),
      ...(config.force ? { force: true } : {}),
    },
    engine: config.engine,
    threads: config.threads,
    ...(config.gailControl === 'none' ? {} : { gail_control: config.gailControl }),
    ...(config.plugins.length > 0 ? { plugins: [...config.plugins] } : {}),
    stop: config.stop,
  })
}

/** Names of the reward signals, in the order of the settings. */
export function signalNames(config: RunConfig): string[] {
  return Object.keys(config.behavior.reward_signals)
}

/**
 * The file or folder of demonstrations that the configuration names, if any.
 * @throws UserError when two sections name two: a run learns from one set
 */
export function demonstrationPath({ behavior }: RunConfig): string | undefined {
  const sections = [...Object.values(behavior.reward_signals), behavior.behavioral_cloning]
  const paths = sections.flatMap((settings) => settings?.demo_path ?? []).map(String)
  const other = paths.find((path) => path !== paths[0])
  if (other !== undefined) {
    throw new UserError(`demo_path names "${paths[0]}" in one section and "${other}" in another`, {
      remedy: 'put the files in one folder, and name that in both',
    })
  }
  return paths[0]
}

/** Whether the run has something to learn from demonstrations. */
export function needsDemonstrations({ behavior }: RunConfig): boolean {
  const { demonstration_share: share } = behavior.hyperparameters
  return (
    algorithmDefinition(behavior.trainer_type).needsDemonstrations === true ||
    Object.keys(behavior.reward_signals).some((name) => rewardSignalDefinition(name).needsDemonstrations) ||
    behavior.behavioral_cloning != null ||
    (typeof share === 'number' && share > 0)
  )
}

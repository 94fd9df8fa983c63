/** What a job trains: a configuration file or a preset, and the hyperparameters that change it. */
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { completedSentence, fullEnvironmentId } from '../../envs/index.ts'
import { listed, UserError } from '../../errors.ts'
import { readRegularText } from '../../read-file.ts'
import { composeConfig, parseYaml, type RunConfig, wishedChoice, writeYaml } from '../../train/index.ts'
import type { Hyperparameters } from './hyperparameters.ts'

/** A configuration as somebody has written it. */
export interface Written {
  readonly text: string
  /** A path: its plugins lie relative to it. */
  readonly file: string
}

/**
 * The file of the channel, or the hyperparameter `config`.
 * @param folder  of the channel
 * @returns null where there is neither
 * @throws UserError when there is more than one
 */
export function writtenConfig(folder: string | undefined, { named }: Hyperparameters): Written | null {
  const files = folder === undefined ? [] : readdirSync(folder).filter((name) => /\.ya?ml$/i.test(name))
  if (folder !== undefined && files.length !== 1) {
    throw new UserError(
      files.length === 0
        ? 'the channel "config" has no file that ends in .yaml'
        : `the channel "config" has ${files.length} configurations: ${listed(files.sort())}`,
      { remedy: 'put one file there' },
    )
  }
  const { config } = named
  if (config !== undefined && folder !== undefined) {
    throw new UserError(
      'the configuration is there twice: as a hyperparameter, and in the channel "config"',
      {
        remedy: 'leave one out',
      },
    )
  }
  if (folder !== undefined) {
    const file = join(folder, files[0]!)
    return { text: readRegularText(file), file }
  }
  if (config === undefined) return null
  return { text: typeof config === 'string' ? config : writeYaml(config), file: 'the hyperparameter config' }
}

/**
 * @param runId  of the run
 * @param initializeFrom  a run that its networks come from
 * @param note  told what was supposed or means nothing here
 * @throws UserError naming the hyperparameter that cannot be as it is
 */
export function jobConfig(
  { named, settings }: Hyperparameters,
  written: Written | null,
  { runId, initializeFrom }: { runId?: string; initializeFrom?: string | undefined },
  note: (text: string) => void = () => {},
): RunConfig {
  const { env, algo: algorithm, gail, preset, behavior } = named
  const overrides = {
    environment: completed(env, note),
    seed: named.seed,
    numEnvs: named.num_envs,
    engine: named.engine,
    threads: named.threads,
    gailControl: named.gail_control,
    rollout: { workers: named.workers },
    runId,
    initializeFrom,
    resume: false,
    force: false,
  }
  let base: Readonly<Record<string, unknown>>
  let fixed: Parameters<typeof composeConfig>[2]
  if (written !== null) {
    if (preset !== undefined)
      throw new UserError('the hyperparameter preset does not go with a configuration')
    base = parseYaml(written.text, basename(written.file))
    const { file } = written
    fixed = { ...overrides, file: basename(file), directory: dirname(file), algorithm, gail, behavior }
  } else {
    const { environment } = overrides
    if (environment === undefined) {
      throw new UserError('there is neither the hyperparameter env nor a configuration', {
        remedy: 'set env, for example to basic, or put a configuration into the channel "config"',
      })
    }
    if (behavior !== undefined)
      throw new UserError('the hyperparameter behavior chooses from a configuration only')
    const { choice, tuned } = wishedChoice(environment, { preset, algorithm, gail })
    base = choice.config
    fixed = { ...overrides, file: tuned ? `the preset ${choice.id}` : 'the hyperparameters' }
  }
  const { config, problems } = composeConfig(base, { settings }, fixed)
  for (const { path, message, remedy } of problems) {
    const options = remedy === null ? {} : { remedy }
    throw new UserError(`hyperparameter ${path}: ${message}`, options)
  }
  for (const notice of config.notices) note(notice)
  return { ...config, environment: completed(config.environment, note)! }
}

function completed(id: string | undefined, note: (text: string) => void): string | undefined {
  if (id === undefined) return undefined
  const full = fullEnvironmentId(id)
  if (full !== id) note(completedSentence(id, full))
  return full
}

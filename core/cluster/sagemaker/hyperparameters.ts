/**
 * The hyperparameters of a training job. All that SageMaker hands on is text, and the Python SDK encodes each value as JSON
 * before: "\"sac\"", "20000", "true". A name with a dot is a setting of the configuration, as in a file: hyperparameters.batch_size,
 * env_settings.num_envs. So is one that begins with `rl.`, as in the examples of Ray on SageMaker.
 */
import { z } from 'zod'
import { otherNames, UserError } from '../../errors.ts'
import { behaviorSettings } from '../../learn/index.ts'
import { readBySchema, schemaSentence } from '../../schema-words.ts'
import { describeSettings, GAIL_CONTROLS } from '../../train/index.ts'

const section = z.record(z.string(), z.unknown())

/** What is no setting of a file, by its name. */
const named = z.object({
  env: z.string().optional(),
  algo: z.string().optional(),
  gail: z.boolean().optional(),
  preset: z.string().optional(),
  config: z.union([z.string(), section]).optional(),
  behavior: z.string().optional(),
  seed: z.int().min(0).max(0xffffffff).optional(),
  num_envs: z.int().min(1).max(4096).optional(),
  workers: z.int().min(0).max(256).optional(),
  engine: z.string().optional(),
  threads: z.int().min(1).max(64).optional(),
  gail_control: z.enum(GAIL_CONTROLS).optional(),
  /** Held-out boards at the end; 0 for none. */
  evaluation_episodes: z.int().min(0).max(100_000).optional(),
})
export type Named = z.infer<typeof named>

export interface Hyperparameters {
  readonly named: Named
  /** By dotted path, as `composeConfig` takes them. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** Not the person's: what the SDK and tuning jobs add. */
const PASSED_OVER = /^(sagemaker_|_)/

/** @param given  by name, encoded or not @throws UserError naming the nearest name, or what a value must be */
export function decodeHyperparameters(given: Readonly<Record<string, unknown>>): Hyperparameters {
  const values: Record<string, unknown> = {}
  const settings: Record<string, unknown> = {}
  for (const [key, encoded] of Object.entries(given)) {
    const value = decoded(encoded)
    if (PASSED_OVER.test(key) || value === null) continue
    const name = key.replace(/^rl\./, '')
    if (Object.hasOwn(named.shape, name)) values[name] = value
    else if (name.includes('.') || Object.hasOwn(behaviorSettings.shape, name)) settings[name] = value
    else throw unknown(key)
  }
  const result = readBySchema(named, values)
  if ('data' in result) return { named: result.data, settings }
  throw new UserError(schemaSentence(`hyperparameter ${result.problem.path.join('.')}`, result.problem))
}

/**
 * As JSON, or the text itself where it is none, such as a word or a file in YAML. A number that somebody has given to the SDK as
 * text is one all the same.
 */
export function decoded(encoded: unknown): unknown {
  const value = parsed(encoded)
  const inner = parsed(value)
  return typeof inner === 'number' || typeof inner === 'boolean' ? inner : value
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function unknown(name: string): UserError {
  const plain = [...Object.keys(named.shape), ...Object.keys(behaviorSettings.shape)]
  const dotted = ['ppo', 'sac'].flatMap((algorithm) => describeSettings(algorithm)).map(({ path }) => path)
  // Somebody may know a setting well and not where it stands.
  const within = dotted.find((path) => path.endsWith(`.${name}`))
  return new UserError(`there is no hyperparameter "${name}"`, {
    remedy:
      within === undefined
        ? otherNames(name, [...plain, ...dotted], 'the names')
        : `did you mean "${within}"?`,
  })
}

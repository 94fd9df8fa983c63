/**
 * What a job leaves in /opt/ml/model, and what an endpoint finds there: the policy, and what it plays.
 *
 *     agent.onnx    agent.json    plugins/<n>/<file>
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../atomic-file.ts'
import { DataError, UserError } from '../../errors.ts'
import { readRegularFile, readRegularText } from '../../read-file.ts'
import type { RunConfig } from '../../train/index.ts'

const POLICY = 'agent.onnx'
const DESCRIPTION = 'agent.json'
const MOST_POLICY_BYTES = 2 ** 31 - 1

const description = z.object({
  version: z.literal(1),
  /** Environment id. */
  environment: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** Modules that register what it needs, within the folder. */
  plugins: z.array(z.string().regex(/^plugins\/\d+\/[^/\\]+$/)),
  /** Name of the algorithm, for people. */
  algorithm: z.string(),
  /** That it was trained for. */
  step: z.int(),
})
export type AgentDescription = z.infer<typeof description>

/** @param policy  an ONNX file @throws UserError when it cannot be written */
export async function writeAgentFolder(
  folder: string,
  policy: string,
  config: RunConfig,
  step: number,
): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const plugins = config.plugins.map((path, i) => {
    const within = `plugins/${i}/${basename(path)}`
    mkdirSync(join(folder, `plugins/${i}`), { recursive: true })
    copyFileSync(path, join(folder, within))
    return within
  })
  const { environment, parameters, behavior } = config
  const described: AgentDescription = {
    version: 1,
    environment,
    parameters: { ...parameters },
    plugins,
    algorithm: behavior.trainer_type,
    step,
  }
  await writeAtomically(join(folder, POLICY), [readRegularFile(policy, MOST_POLICY_BYTES)])
  await writeAtomically(join(folder, DESCRIPTION), [Buffer.from(`${JSON.stringify(described, null, 2)}\n`)])
}

export interface AgentFolder extends Pick<AgentDescription, 'environment' | 'parameters'> {
  /** The ONNX file. */
  readonly policy: string
  /** Absolute paths. */
  readonly plugins: readonly string[]
}

/**
 * @param environment  that it plays where nothing is said of it, as of a policy that was exported by hand
 * @throws UserError when there is none, DataError when its description is none
 */
export function readAgentFolder(folder: string, environment: string | undefined): AgentFolder {
  const policy = join(folder, POLICY)
  if (!existsSync(policy)) {
    throw new UserError(`there is no ${POLICY} in ${folder}`, {
      remedy: 'give the model.tar.gz of a training job',
    })
  }
  const file = join(folder, DESCRIPTION)
  if (existsSync(file)) {
    const { plugins, ...rest } = readDescription(file)
    return { ...rest, policy, plugins: plugins.map((path) => join(folder, path)) }
  }
  if (environment !== undefined) return { policy, environment, parameters: {}, plugins: [] }
  throw new UserError(`nothing beside ${policy} says what it plays`, {
    remedy: `put the ${DESCRIPTION} of the training job there, or name the environment with UNDERSTUDY_ENV`,
  })
}

function readDescription(file: string): AgentDescription {
  let value: unknown
  try {
    value = JSON.parse(readRegularText(file))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  const result = description.safeParse(value)
  if (result.success) return result.data
  throw new DataError({
    file,
    place: result.error.issues[0]!.path.join('.') || 'content',
    expected: 'the description of an agent, version 1',
    found: 'something else',
  })
}

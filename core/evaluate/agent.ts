/** A trained policy as a player: of a run, or an ONNX file that was made elsewhere. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EnvironmentSpec, Player } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { Random } from '../random.ts'
import { requireRegularFile } from '../read-file.ts'
import { explainSystemError } from '../system-errors.ts'
import { listCheckpoints } from '../train/checkpoint.ts'
import { readPolicy } from './policy/policy.ts'

export interface AgentOptions {
  /** Step of a checkpoint; the newest policy when absent. */
  readonly checkpoint?: number | undefined
  /**
   * The most likely action, or one sampled as in training, which no seed reproduces where the file draws by itself. When
   * absent the most likely, unless the file can only sample.
   */
  readonly deterministic?: boolean | undefined
  /** How it is called in tables; 'agent' when absent. */
  readonly name?: string
  /** The output of an ONNX file that holds actions, where several could. */
  readonly output?: string | undefined
}

/** Sampling of one board has nothing to do with the board's own randomness. */
const SAMPLING = 0x53414d50

/**
 * @param source  directory of a run, or an ONNX file
 * @throws UserError when there is no policy or it does not fit the environment; DataError when the file is no ONNX model
 */
export async function agentPlayer(
  spec: EnvironmentSpec,
  source: string,
  options: AgentOptions = {},
): Promise<Player> {
  return (await openAgent(spec, source, options))()
}

/**
 * Loads a policy once for any number of players. Each plays one board at a time, since a policy with memory carries what
 * it remembers from step to step.
 *
 * @throws as `agentPlayer`
 */
export async function openAgent(
  spec: EnvironmentSpec,
  source: string,
  options: AgentOptions = {},
): Promise<() => Player> {
  const file = await policyFile(source, options.checkpoint)
  const policy = await readPolicy(spec, file, options.output)
  const { name = 'agent', deterministic = policy.canBeDeterministic } = options
  if (deterministic ? !policy.canBeDeterministic : !policy.canSample) {
    throw new UserError(
      `the policy ${file} can only ${deterministic ? 'sample its actions' : 'give its most likely action'}`,
      { remedy: deterministic ? 'sample them' : 'do not sample' },
    )
  }
  const width = spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
  return () => {
    const masks = new Uint8Array(width).fill(1)
    const random = deterministic ? null : new Random(0)
    let memory = new Float32Array(policy.memorySize)
    return {
      name,
      kind: 'agent',
      begin: (seed) => {
        random?.seed(seed ^ SAMPLING)
        memory = new Float32Array(policy.memorySize)
      },
      act: async (environment, observations, action) => {
        environment.writeActionMask?.(masks)
        const decided = await policy.act({ rows: 1, observations, masks, memory }, random)
        memory = Float32Array.from(decided.memory)
        action.discrete.set(decided.discrete)
        action.continuous.set(decided.continuous)
      },
    }
  }
}

/** The ONNX file of a run's policy, or `source` itself when it is a file. */
export async function policyFile(source: string, checkpoint?: number): Promise<string> {
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw explainSystemError(error, `${source} cannot be read`)
  })
  if (found === undefined) {
    throw new UserError(`there is no agent at ${source}`, { remedy: 'name a run or an ONNX file' })
  }
  if (!found.isDirectory()) {
    if (checkpoint !== undefined) {
      throw new UserError(`${source} is one policy and has no checkpoints`, {
        remedy: 'leave --checkpoint out',
      })
    }
    requireRegularFile(source)
    return source
  }
  const checkpoints = await listCheckpoints(source)
  const newestPolicy = join(source, 'agent.onnx')
  // A run that has lost its checkpoints can still be played.
  if (checkpoints.length === 0 && !existsSync(newestPolicy)) {
    throw new UserError(`${source} holds no policy yet`, {
      remedy: 'wait for the first checkpoint of the run',
    })
  }
  if (checkpoint === undefined) return newestPolicy
  const chosen = checkpoints.find(({ step }) => step === checkpoint)
  if (chosen === undefined) {
    throw new UserError(`the run has no checkpoint at step ${checkpoint}`, {
      remedy:
        checkpoints.length === 0
          ? 'leave the step out'
          : `there are ${checkpoints.map(({ step }) => step).join(', ')}`,
    })
  }
  return chosen.policy
}

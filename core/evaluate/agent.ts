/** A trained policy as a player: an ONNX file with ML-Agents' names, ours or another's. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type EnvironmentSpec, type Player, shapeSize } from '../envs/index.ts'
import { DataError, UserError } from '../errors.ts'
import { openModel } from '../tensor/runtimes/onnxruntime.ts'
import { listCheckpoints } from '../train/checkpoint.ts'

/** Inputs that are no observations. */
const beside = new Set(['action_masks', 'recurrent_in'])

export interface AgentOptions {
  /** Step of a checkpoint; the newest policy when absent. */
  readonly checkpoint?: number | undefined
  /** The most likely action (default), or one sampled as in training, which no seed reproduces. */
  readonly deterministic?: boolean
  /** How it is called in tables; 'agent' when absent. */
  readonly name?: string
}

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
  const { name = 'agent', deterministic = true } = options
  const model = await openModel(await readFile(file)).catch((cause: Error) => {
    throw new DataError({ file, place: 'model', expected: 'an ONNX model', found: cause.message, cause })
  })
  const inputs = new Set(model.inputs.map((input) => input.name))
  const outputs = new Set(model.outputs.map((output) => output.name))
  const refuse = (what: string) =>
    new UserError(`the policy ${file} does not fit ${spec.id}: ${what}`, {
      remedy: 'choose an agent that was trained in this environment',
    })
  let offset = 0
  const views = spec.observations.map(({ shape }, i) => {
    const input = model.inputs.find((candidate) => candidate.name === `obs_${i}`)
    if (input === undefined) throw refuse(`it has no input obs_${i}`)
    const size = shape.join(', ')
    const found = input.shape.slice(1).join(', ')
    if (found !== size) throw refuse(`obs_${i} is [${found}], the environment shows [${size}]`)
    const from = offset
    offset += shapeSize(shape)
    return { name: input.name, from, to: offset, dims: [1, ...shape] }
  })
  const unknown = [...inputs].find((input) => !/^obs_\d+$/.test(input) && !beside.has(input))
  if (unknown !== undefined) throw refuse(`its input "${unknown}" is nothing that the environment gives`)
  if ([...inputs].filter((input) => !beside.has(input)).length > views.length) {
    throw refuse(`it observes more than the environment shows`)
  }
  // [batch, 1, memory_size]
  const memorySize = Number(model.inputs.find(({ name }) => name === 'recurrent_in')?.shape[2] ?? 0)
  if (memorySize > 0 && !outputs.has('recurrent_out')) throw refuse('it has no output recurrent_out')
  const output = (kind: string) => {
    const wanted = deterministic ? `deterministic_${kind}` : kind
    if (outputs.has(wanted)) return wanted
    throw refuse(`it has no output ${wanted}`)
  }
  const discrete = spec.action.discrete.length > 0 ? output('discrete_actions') : null
  const continuous = spec.action.continuous > 0 ? output('continuous_actions') : null
  const branches = spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
  const mask = new Uint8Array(branches).fill(1)
  return () => {
    let memory = new Float32Array(memorySize)
    return {
      name,
      kind: 'agent',
      begin: () => {
        memory = new Float32Array(memorySize)
      },
      act: async (environment, observation, action) => {
        const feeds: Record<string, { data: Float32Array; dims: readonly number[] }> = {}
        for (const view of views) {
          feeds[view.name] = { data: observation.slice(view.from, view.to), dims: view.dims }
        }
        if (inputs.has('action_masks')) {
          environment.writeActionMask?.(mask)
          feeds.action_masks = { data: Float32Array.from(mask), dims: [1, branches] }
        }
        if (memorySize > 0) feeds.recurrent_in = { data: memory, dims: [1, 1, memorySize] }
        const results = await model.run(feeds)
        if (memorySize > 0) memory = Float32Array.from(results.recurrent_out!.data)
        if (discrete !== null) action.discrete.set(results[discrete]!.data)
        if (continuous !== null) action.continuous.set(results[continuous]!.data)
      },
    }
  }
}

/** The ONNX file of a run's policy, or `source` itself when it is a file. */
export async function policyFile(source: string, checkpoint?: number): Promise<string> {
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined) {
    throw new UserError(`there is no agent at ${source}`, { remedy: 'name a run or an ONNX file' })
  }
  if (found.isFile()) return source
  const checkpoints = await listCheckpoints(source)
  const newest = checkpoints.at(-1)
  if (newest === undefined) {
    throw new UserError(`${source} holds no policy yet`, {
      remedy: 'wait for the first checkpoint of the run',
    })
  }
  if (checkpoint === undefined) return join(source, 'agent.onnx')
  const chosen = checkpoints.find(({ step }) => step === checkpoint)
  if (chosen === undefined) {
    throw new UserError(`the run has no checkpoint at step ${checkpoint}`, {
      remedy: `there are ${checkpoints.map(({ step }) => step).join(', ')}`,
    })
  }
  return chosen.policy
}

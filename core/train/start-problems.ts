/**
 * What keeps a configuration from being trained on this machine, although each of its settings is in range: it is told before
 * anything is begun, with what it would take. The estimate is of what is certain: the buffer, the batch, weights and their
 * moments, processes. What it leaves out is small beside those wherever one of them is too large.
 */
import { totalmem } from 'node:os'
import {
  agentGroupFactory,
  type EnvironmentSpec,
  environmentIds,
  makeEnvironment,
  observationSize,
} from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { algorithmDefinition, networkWeights } from '../learn/index.ts'
import type { RunConfig } from './config.ts'

export interface StartProblem {
  /** The setting, inside the behaviour's section or from the top, as the studio's form has it. */
  readonly path: string
  readonly message: string
  readonly remedy: string
}

interface Part {
  readonly path: string
  /** What takes the room. */
  readonly what: string
  readonly bytes: number
}

const FLOAT = 4
/** Of the runtime, the engine and the program. */
const PROGRAM_BYTES = 150e6
/** A thread with a runtime of its own. */
const WORKER_BYTES = 25e6
/** A program of another maker, such as a Unity build: few take less. */
const BUILD_BYTES = 100e6

/**
 * @param spec    null where it is not known without starting another program: what depends on it is left out then
 * @param memory  bytes that the machine has
 */
export function startProblems(
  config: RunConfig,
  spec: EnvironmentSpec | null = listedSpec(config),
  memory = machineMemory(),
): StartProblem[] {
  return [...batchProblems(config), ...pairProblems(config), ...memoryProblems(config, spec, memory)]
}

/** @throws UserError naming the first of the `startProblems` */
export function requireStartable(config: RunConfig): void {
  refuse(startProblems(config))
}

/** Of one that goes on, which was let begin. @throws UserError when the machine has not the memory for it */
export function requireMemory(config: RunConfig, spec: EnvironmentSpec | null = listedSpec(config)): void {
  refuse(memoryProblems(config, spec, machineMemory()))
}

function refuse([problem]: readonly StartProblem[]): void {
  if (problem === undefined) return
  throw new UserError(`${problem.path}: ${problem.message}`, { usage: true, remedy: problem.remedy })
}

function batchProblems({ behavior }: RunConfig): StartProblem[] {
  const { batch_size: batch, buffer_size: buffer } = behavior.hyperparameters
  if (typeof batch !== 'number' || typeof buffer !== 'number' || batch <= buffer) return []
  return [
    {
      path: 'hyperparameters.batch_size',
      message: `a batch of ${inWords(batch)} steps cannot be drawn from a buffer of ${inWords(buffer)}`,
      remedy: 'lower batch_size, or raise buffer_size',
    },
  ]
}

/** What is sound alone and cannot be had together, or is missing altogether. */
function pairProblems({ behavior }: RunConfig): StartProblem[] {
  const { hyperparameters: h, network_settings: network, reward_signals: signals } = behavior
  const problems: StartProblem[] = []
  const { without } = algorithmDefinition(behavior.trainer_type)
  if (Object.keys(signals).length === 0 && without?.signals === undefined) {
    problems.push({
      path: 'reward_signals',
      message: 'there is no reward signal, so there is nothing to learn from',
      remedy: 'add the reward of the environment, or another signal',
    })
  }
  if (network.memory == null) return problems
  for (const [path, asked] of [
    ['behavioral_cloning', behavior.behavioral_cloning != null],
    ['hyperparameters.demonstration_share', Number(h.demonstration_share ?? 0) > 0],
    ['hyperparameters.n_step', Number(h.n_step ?? 1) > 1],
  ] as const) {
    if (!asked) continue
    problems.push({
      path,
      message: 'this does not go together with memory',
      remedy: 'take out the one or the other',
    })
  }
  return problems
}

function memoryProblems(config: RunConfig, spec: EnvironmentSpec | null, memory: number): StartProblem[] {
  const parts = memoryParts(config, spec)
  const bytes = parts.reduce((sum, part) => sum + part.bytes, PROGRAM_BYTES)
  if (bytes <= memory) return []
  const { path, what } = parts.reduce((most, part) => (part.bytes > most.bytes ? part : most))
  return [
    {
      path,
      message: `with ${what} the run needs about ${inBytes(bytes)}, and this machine has ${inBytes(memory)}`,
      remedy: `lower ${path.split('.').at(-1)}`,
    },
  ]
}

/** What processes here may have together: of the whole machine, or of the container that this one is in. */
export function machineMemory(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()
}

/** Of an environment that is made here; asking another program would mean starting it. */
function listedSpec({ environment, parameters }: RunConfig): EnvironmentSpec | null {
  return environmentIds().includes(environment) ? makeEnvironment(environment, parameters).spec : null
}

function memoryParts(config: RunConfig, spec: EnvironmentSpec | null): Part[] {
  const { behavior, numEnvs, rollout } = config
  const { hyperparameters: h, network_settings: network, max_steps: maxSteps } = behavior
  const { buffer } = algorithmDefinition(behavior.trainer_type)
  const O = spec === null ? 0 : observationSize(spec)
  const [C, D] = spec === null ? [0, 1] : [spec.action.continuous, spec.action.discrete.length]
  const parts: Part[] = []
  const add = (path: string, what: string, bytes: number) => parts.push({ path, what, bytes })
  const size = buffer === undefined ? 0 : Number(h.buffer_size)
  if (size > 0) {
    // Three references between transitions, reward, end; observations lie in a ring that grows with what is stored.
    const fixed = size * (24 + FLOAT * (C + D + 1) + 1)
    const observed = (buffer === 'grows' ? Math.min(size, maxSteps) : size) * FLOAT * O
    add('hyperparameters.buffer_size', `${inWords(size)} remembered steps`, fixed + observed)
  }
  if (typeof h.batch_size === 'number') {
    const windows = typeof h.n_step === 'number' ? h.n_step : 1
    const rows = h.batch_size * (2 * windows * O + 2 * network.num_layers * network.hidden_units)
    add('hyperparameters.batch_size', `a batch of ${inWords(h.batch_size)} steps`, rows * FLOAT)
  }
  if (spec !== null) {
    // Values, gradients and Adam's two moments.
    const bytes = 4 * FLOAT * networkWeights(spec, network)
    const what = `${inWords(network.num_layers)} layers of ${inWords(network.hidden_units)} units`
    add('network_settings.hidden_units', what, bytes)
  }
  const isBuild = agentGroupFactory(config.environment, config.parameters) !== null
  const each = isBuild ? BUILD_BYTES : 8 * FLOAT * O
  add('env_settings.num_envs', `${inWords(numEnvs)} environments`, numEnvs * each)
  add('env_settings.workers', `${inWords(rollout.workers)} workers`, rollout.workers * WORKER_BYTES)
  return parts
}

function inWords(count: number): string {
  return count.toLocaleString('en')
}

/** '38 GB' */
function inBytes(bytes: number): string {
  const [unit, size] = bytes < 1e9 ? ['MB', 1e6] : bytes < 1e12 ? ['GB', 1e9] : ['TB', 1e12]
  const value = bytes / (size as number)
  return `${inWords(value < 10 ? Number(value.toFixed(1)) : Math.round(value))} ${unit}`
}

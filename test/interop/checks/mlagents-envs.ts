/** ML-Agents' Python client starts our environments as if they were Unity builds, and sees what they show, to the last bit. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Environment,
  emptyAction,
  makeEnvironment,
  observationSize,
  type ParameterValue,
} from '../../../core/envs/index.ts'
import { Random } from '../../../core/random.ts'
import { MIXED } from '../../remote/mlagents/mixed.ts'
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'mlagents-envs',
  row: "Environments through ML-Agents' protocol",
  venv: 'mlagents-envs',
  packages: ['mlagents-envs', 'gym', 'grpcio', 'protobuf', 'numpy'],
  seconds: 600,
  run,
}

const STEPS = 2000
const SEED = 11

interface Scene {
  readonly environment: string
  readonly agents: number
  readonly steps: number
  readonly parameters?: Readonly<Record<string, ParameterValue>>
}

const SCENES: readonly Scene[] = [
  { environment: 'basic', agents: 1, steps: STEPS },
  { environment: 'basic', agents: 16, steps: 200 },
  { environment: 'bubble/25', agents: 3, steps: 300 },
  { environment: 'bubble/25', agents: 1, steps: 200, parameters: { action: 'continuous' } },
  { environment: 'grid', agents: 2, steps: 300 },
  { environment: MIXED, agents: 3, steps: 300 },
]

const PLUGIN = ['--plugin', join(import.meta.dirname, '../../remote/mlagents/mixed.ts')]

async function run(context: CheckContext): Promise<string> {
  await context.runPage("ML-Agents' protocol")
  let compared = 0
  for (const [i, scene] of SCENES.entries()) {
    const name = `scene${i}`
    await launcher(context, name, scene)
    const trace = new Trace(scene)
    await compare(context, 'scene', name, trace)
    compared += trace.values
  }
  const gym = new Trace(SCENES[0]!)
  await compare(context, 'gym', 'scene0', gym)
  compared += gym.values

  await launcher(context, 'impatient', SCENES[0]!, ['--wait', '2'])
  const lives = await context.python<Record<string, number>>('mlagents-envs-lives.py', [
    'scene0',
    'impatient',
  ])
  return (
    `UnityEnvironment took ${STEPS} steps of basic, and more of ${SCENES.length - 1} other scenes with up to 16 agents, ` +
    `UnityToGymWrapper ${STEPS}: ${compared} values bit for bit; closed and opened ${lives.opened} times, a worker in use, ` +
    `a wrong port, a killed trainer: nothing left running; parameters through the side channel; ` +
    `${lives.stepsPerSecond} steps a second of one agent, ${lives.agentStepsPerSecond} of 16`
  )
}

async function launcher(
  context: CheckContext,
  name: string,
  { environment, agents, parameters = {} }: Scene,
  args: readonly string[] = [],
): Promise<void> {
  const given = Object.entries(parameters).flatMap(([key, value]) => ['--parameter', `${key}=${value}`])
  const scene = ['--env', environment, '--agents', `${agents}`, ...given, ...args]
  await context.understudy(['env', 'launcher', ...scene, '--out', `${name}.x86_64`, ...PLUGIN])
}

/** @param through  'scene': UnityEnvironment; 'gym': UnityToGymWrapper around it */
async function compare(context: CheckContext, through: string, name: string, trace: Trace): Promise<void> {
  const file = (part: string) => join(context.folder, `${name}.${through}.${part}`)
  writeFileSync(file('actions.json'), JSON.stringify(trace.actions))
  writeFileSync(file('expected'), through === 'gym' ? trace.plain() : trace.bytes())
  await context.python('mlagents-envs.py', [through, name, `${SEED}`])
}

/** What our own code makes of chosen actions: floats of every message to the trainer. */
class Trace {
  /** [steps][agents] */
  readonly actions: { continuous: number[]; discrete: number[] }[][] = []
  readonly #rows: number[][] = []
  readonly #plain: number[][] = []
  values = 0

  constructor({ environment: id, agents, steps, parameters }: Scene) {
    const random = new Random(99)
    const own = Array.from({ length: agents }, () => ({
      environment: makeEnvironment(id, parameters),
      episode: 0,
    }))
    const { spec } = own[0]!.environment
    const observation = new Float32Array(observationSize(spec))
    const action = emptyAction(spec)
    const begin = (k: number): void => {
      own[k]!.environment.reset(SEED + k + own[k]!.episode * agents, observation)
    }
    const waiting = own.map(({ environment }, k) => {
      begin(k)
      return [0, ...observation, ...forbidden(environment)]
    })
    this.#add([], waiting)
    this.#plain.push([...observation])
    for (let step = 0; step < steps; step++) {
      const taken = own.map(() => ({
        continuous: Array.from(action.continuous, () => Math.fround(random.uniform() * 2 - 1)),
        discrete: spec.action.discrete.map((size) => random.below(size)),
      }))
      const ended: number[][] = []
      for (const [k, player] of own.entries()) {
        action.continuous.set(taken[k]!.continuous)
        action.discrete.set(taken[k]!.discrete)
        let { reward, terminated, truncated } = player.environment.step(action, observation)
        this.#plain.push([reward, Number(terminated || truncated), ...observation])
        if (terminated || truncated) {
          ended.push([reward, Number(truncated), ...observation])
          player.episode++
          begin(k)
          reward = 0
          this.#plain.push([...observation])
        }
        waiting[k] = [reward, ...observation, ...forbidden(player.environment)]
      }
      this.actions.push(taken)
      this.#add(ended, waiting)
    }
  }

  /** As Python writes down what it sees: how many have ended, those, how many wait, those. */
  bytes(): Uint8Array {
    return floats(this.#rows)
  }

  /** Of one agent as Gym shows it: an observation after each reset; reward, done and observation after each step. */
  plain(): Uint8Array {
    return floats(this.#plain)
  }

  #add(ended: readonly (readonly number[])[], waiting: readonly (readonly number[])[]): void {
    this.#rows.push([ended.length, ...ended.flat(), waiting.length, ...waiting.flat()])
    this.values += this.#rows.at(-1)!.length
  }
}

/** 1 for each action that is not allowed now. */
function forbidden(environment: Environment): number[] {
  const { discrete, masked } = environment.spec.action
  const mask = new Uint8Array(discrete.reduce((sum, size) => sum + size, 0)).fill(1)
  if (masked === true) environment.writeActionMask!(mask)
  return Array.from(mask, (allowed) => 1 - allowed)
}

function floats(rows: readonly (readonly number[])[]): Uint8Array {
  return new Uint8Array(Float32Array.from(rows.flat()).buffer)
}

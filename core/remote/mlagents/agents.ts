/** K agents of one behaviour, each in an environment of its own, stepped together as the agents of a Unity scene are. */
import {
  type Action,
  emptyAction,
  makeEnvironment,
  observationSize,
  type ParameterValue,
} from '../../envs/index.ts'
import { keepsLayout, type Samplers, VariedEnvironment } from '../../envs/varied-environment.ts'
import { DataError, UserError } from '../../errors.ts'
import { observations } from './behaviour.ts'
import type { AgentAction, AgentInfo, Written } from './messages.ts'

export interface AgentsOptions {
  /** Id of the environment. */
  readonly environment: string
  readonly parameters: Readonly<Record<string, ParameterValue>>
  readonly agents: number
  /** Episode e (0, 1, ...) of agent k of K has the seed `seed + k + e K`, modulo 2^32. */
  readonly seed: number
}

interface Agent {
  /** k */
  readonly place: number
  readonly environment: VariedEnvironment
  readonly action: Action
  /** [O] */
  readonly observation: Float32Array
  /** Of the episode under way, counted from 0. */
  episode: number
  /** Whether it has taken a step in that episode. */
  begun: boolean
  /** Names the agent in this episode, for the trainer. */
  id: number
}

export class Agents {
  readonly #options: AgentsOptions
  readonly #agents: readonly Agent[]
  /** [sum of branch sizes] */
  readonly #mask: Uint8Array
  #samplers: Samplers = {}
  #nextId = 0

  /** @throws UserError for an unknown environment or a parameter that it refuses */
  constructor(options: AgentsOptions) {
    this.#options = options
    this.#agents = Array.from({ length: options.agents }, (_, place) => {
      const environment = new VariedEnvironment(
        (drawn) => makeEnvironment(options.environment, { ...options.parameters, ...drawn }),
        {},
      )
      const { spec } = environment
      const observation = new Float32Array(observationSize(spec))
      const action = emptyAction(spec)
      return { place, environment, action, observation, episode: 0, begun: false, id: 0 }
    })
    this.#mask = new Uint8Array(this.spec.action.discrete.reduce((sum, size) => sum + size, 0))
  }

  get spec() {
    return this.#agents[0]!.environment.spec
  }

  /**
   * How parameters are drawn for the episodes that begin from now on, beside those that were given before.
   * @throws UserError when the environment refuses a value, or a parameter changes what agents see or may do
   */
  vary(samplers: Samplers): void {
    const { environment: id, parameters } = this.#options
    for (const [name, sampler] of Object.entries(samplers)) {
      if (keepsLayout({ id, parameters, samplers: { [name]: sampler } })) continue
      throw new UserError(`${id}: ${name} changes what agents see or may do, so a trainer cannot set it`, {
        remedy: `start with --parameter ${name}=VALUE`,
      })
    }
    this.#samplers = { ...this.#samplers, ...samplers }
    for (const { environment } of this.#agents) environment.vary(this.#samplers)
  }

  /** Every agent begins a new episode, without a word about the old one; one that has not begun is given again. */
  reset(): Written<AgentInfo>[] {
    return this.#agents.map((agent) => {
      if (agent.begun) agent.episode++
      return this.#begin(agent)
    })
  }

  /**
   * @param actions  one per agent
   * @returns those whose episode has ended, and all of them waiting for their next action
   * @throws DataError for actions that the behaviour does not have
   */
  step(actions: readonly AgentAction[]): Written<AgentInfo>[] {
    const count = this.#agents.length
    if (actions.length !== count) refuse('actions', `${count}, one per agent`, `${actions.length}`)
    return this.#agents.flatMap((agent, k) => {
      const { environment, action, observation } = agent
      this.#take(actions[k]!, action)
      const { reward, terminated, truncated } = environment.step(action, observation)
      agent.begun = true
      if (!terminated && !truncated) return [this.#info(agent, reward)]
      const last = {
        reward,
        done: true,
        maxStepReached: !terminated,
        id: agent.id,
        observations: observations(this.spec, observation),
      }
      agent.episode++
      return [last, this.#begin(agent)]
    })
  }

  #begin(agent: Agent): Written<AgentInfo> {
    const { seed, agents } = this.#options
    agent.environment.reset((seed + agent.place + agent.episode * agents) >>> 0, agent.observation)
    agent.begun = false
    agent.id = this.#nextId++
    return this.#info(agent, 0)
  }

  #info({ environment, id, observation }: Agent, reward: number): Written<AgentInfo> {
    const { spec } = this
    const info = { reward, id, observations: observations(spec, observation) }
    if (spec.action.masked !== true || environment.writeActionMask === undefined) return info
    environment.writeActionMask(this.#mask)
    return { ...info, actionMask: Array.from(this.#mask, (allowed) => allowed === 0) }
  }

  /** Continuous actions outside [-1, 1] are taken at the nearest end. */
  #take({ continuous, discrete }: AgentAction, action: Action): void {
    const { continuous: size, discrete: branches } = this.spec.action
    if (continuous.length !== size) refuse('continuous actions', `${size}`, `${continuous.length}`)
    if (discrete.length !== branches.length) {
      refuse('discrete actions', `${branches.length}`, `${discrete.length}`)
    }
    for (const [i, value] of continuous.entries()) {
      if (Number.isNaN(value)) refuse(`continuous action ${i}`, 'a number', 'NaN')
      action.continuous[i] = Math.min(1, Math.max(-1, value))
    }
    for (const [branch, index] of discrete.entries()) {
      if (index < 0 || index >= branches[branch]!) {
        refuse(`action in branch ${branch}`, `0 to ${branches[branch]! - 1}`, `${index}`)
      }
      action.discrete[branch] = index
    }
  }
}

function refuse(place: string, expected: string, found: string): never {
  throw new DataError({ file: 'message from the trainer', place, expected, found })
}

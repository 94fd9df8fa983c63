/**
 * Agents of one kind in a world that goes on by its own clock, as in a scene of a game engine: they come and go, and decide at
 * moments of their own. Each has a seat while its episode lasts. `Environment` is for one agent that the world waits for.
 */
import type { EnvironmentSpec } from './environment.ts'
import type { Sampler } from './sampler.ts'

export interface SeatAction {
  readonly seat: number
  /** [continuous] */
  readonly continuous: Float32Array
  /** [branches] */
  readonly discrete: Int32Array
}

/** An agent needs an action now, or its episode has ended. */
export interface SeatMoment {
  readonly seat: number
  /** The first of its episode: there is no action that led to it. */
  readonly began: boolean
  /** Since the last action. */
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
  /** At the end: whether it reached the goal; null where nobody says. */
  readonly succeeded: boolean | null
  /** [O], at the end the terminal one */
  readonly observation: Float32Array
  /** [sum of branch sizes], 1 = allowed; null when everything is */
  readonly mask: Uint8Array | null
}

export interface AgentGroup {
  readonly spec: EnvironmentSpec
  /** How many agents can be at play at once. Seats may stay empty, and agents for whom there is none do nothing. */
  readonly seats: number

  /**
   * Goes on until an agent decides or ends. The first call begins the first episodes.
   * @param actions  of every agent that has been reported to need one
   * @returns at least one; of an agent whose seat is taken anew at once, the end before the beginning
   * @throws UserError when the world has ended or does not answer
   */
  advance(actions: readonly SeatAction[]): Promise<readonly SeatMoment[]>

  /** How parameters are drawn in the episodes that begin from now on, beside those that were given before. */
  vary(samplers: Readonly<Record<string, Sampler>>): void

  close(): void
}

export interface AgentGroupOptions {
  readonly seed: number
  readonly samplers: Readonly<Record<string, Sampler>>
  /** Undefined leaves it to the world. */
  readonly seats?: number
}

/** @throws UserError when the world cannot be made */
export type AgentGroupFactory = (options: AgentGroupOptions) => Promise<AgentGroup>

/** A world of agents that decide at moments of their own: the one in seat s every s + 1 ticks, for 3 + s decisions. */
import {
  type AgentGroup,
  type AgentGroupOptions,
  type EnvironmentSpec,
  makeEnvironment,
  type SeatAction,
  type SeatMoment,
} from '../../core/envs/index.ts'

export const CLOCK_SPEC: EnvironmentSpec = {
  ...makeEnvironment('basic').spec,
  id: 'test/clock',
  observations: [{ name: 'clock', shape: [3], description: 'tick, episode, decisions made' }],
  action: { continuous: 0, discrete: [4], masked: true },
  maxEpisodeSteps: 100,
}

/** A step as the world knows it. */
export interface Lived {
  readonly seat: number
  readonly before: readonly number[]
  readonly action: number
  readonly reward: number
  readonly after: readonly number[]
  readonly end: 'terminated' | 'truncated' | null
}

interface Death {
  readonly atTick: number
  readonly error: Error
}

interface Seat {
  /** Null between two episodes. */
  observation: readonly number[] | null
  waits: boolean
  action: number
  episode: number
  age: number
}

export class ClockWorld implements AgentGroup {
  readonly spec = CLOCK_SPEC
  readonly seats: number
  readonly options: AgentGroupOptions
  readonly lived: Lived[] = []
  readonly varied: unknown[] = []
  closed = false
  #tick = 0
  readonly #seats: readonly Seat[]
  readonly #dies: Death | null

  constructor(seats: number, options: AgentGroupOptions, dies: Death | null = null) {
    this.seats = seats
    this.options = options
    this.#dies = dies
    this.#seats = Array.from({ length: seats }, () => ({
      observation: null,
      waits: false,
      action: 0,
      episode: 0,
      age: 0,
    }))
  }

  async advance(actions: readonly SeatAction[]): Promise<SeatMoment[]> {
    for (const { seat, discrete } of actions) {
      const agent = this.#seats[seat]!
      if (!agent.waits) throw new Error(`the agent in seat ${seat} was not asked`)
      agent.action = discrete[0]!
      agent.waits = false
    }
    for (const [seat, { waits }] of this.#seats.entries()) {
      if (waits) throw new Error(`the agent in seat ${seat} was left without an action`)
    }
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#tick === 0) return this.#seats.map((_, seat) => this.#begin(seat))
    for (;;) {
      this.#tick++
      if (this.#dies !== null && this.#tick > this.#dies.atTick) throw this.#dies.error
      const moments = this.#seats.flatMap((_, seat) => this.#decide(seat))
      if (moments.length > 0) return moments
    }
  }

  vary(samplers: AgentGroupOptions['samplers']): void {
    this.varied.push(samplers)
  }

  close(): void {
    this.closed = true
  }

  #begin(seat: number): SeatMoment {
    this.#tick ||= 1
    const agent = this.#seats[seat]!
    agent.age = 0
    return this.#moment(seat, { began: true, reward: 0, end: null })
  }

  #decide(seat: number): SeatMoment[] {
    if (this.#tick % (seat + 1) !== 0) return []
    const agent = this.#seats[seat]!
    if (agent.observation === null) return [this.#begin(seat)]
    const [before, action] = [agent.observation, agent.action]
    agent.age++
    const over = agent.age === 3 + seat
    const end = !over ? null : agent.episode % 2 === 0 ? 'terminated' : 'truncated'
    const moment = this.#moment(seat, { began: false, reward: action / 2, end })
    this.lived.push({ seat, before, action, reward: action / 2, after: [...moment.observation], end })
    if (!over) return [moment]
    agent.episode++
    agent.observation = null
    agent.waits = false
    // Some begin at once, in the message that ends the episode before.
    return seat % 2 === 0 ? [moment, this.#begin(seat)] : [moment]
  }

  #moment(
    seat: number,
    { began, reward, end }: { began: boolean; reward: number; end: Lived['end'] },
  ): SeatMoment {
    const agent = this.#seats[seat]!
    agent.observation = [this.#tick, agent.episode, agent.age]
    agent.waits = true
    return {
      seat,
      began,
      reward,
      terminated: end === 'terminated',
      truncated: end === 'truncated',
      // Of its goal it speaks at true ends only.
      succeeded: end === 'terminated' ? agent.episode % 4 === 0 : null,
      observation: Float32Array.from(agent.observation),
      mask: agent.age % 2 === 0 ? null : Uint8Array.of(1, 1, 0, 1),
    }
  }
}

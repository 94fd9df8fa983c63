/** All agents of the behaviour are played, each in a seat from its first decision to the end of its episode. */
import type { AgentAction, AgentInfo, Written } from '../mlagents/messages.ts'
import type { EnvironmentParameter } from '../mlagents/side-channels.ts'
import { type Actions, type Conversation, NO_ACTIONS } from './conversation.ts'
import type { SeatedMoment } from './protocol.ts'

export class Crew {
  readonly #conversation: Conversation
  /** [seats] the id of the agent; null: empty */
  readonly #seats: (number | null)[]

  /** @param conversation  in which somebody waits */
  constructor(conversation: Conversation, seats: number) {
    this.#conversation = conversation
    this.#seats = new Array<null>(seats).fill(null)
  }

  /** The first episodes. @param parameters  that they are to have */
  async begin(parameters: readonly EnvironmentParameter[]): Promise<SeatedMoment[]> {
    if (parameters.length > 0) await this.#conversation.reset(parameters)
    return this.#report()
  }

  /** @param actions  of all seats that were reported to need one */
  async advance(
    actions: ReadonlyMap<number, Written<AgentAction>>,
    parameters: readonly EnvironmentParameter[],
  ): Promise<SeatedMoment[]> {
    const byId: Actions = new Map([...actions].map(([seat, action]) => [this.#seats[seat]!, action]))
    await this.#conversation.step(byId, parameters)
    return this.#report()
  }

  async #report(): Promise<SeatedMoment[]> {
    for (;;) {
      const { done, waiting } = this.#conversation
      const moments = [
        ...done.flatMap((info) => this.#leave(info)),
        ...waiting.flatMap((info) => this.#sit(info)),
      ]
      if (moments.length > 0) return moments
      await this.#conversation.step(NO_ACTIONS)
    }
  }

  /** Of nobody in a seat, nothing: such an agent has not been asked for an action. */
  #leave(info: AgentInfo): SeatedMoment[] {
    const seat = this.#seats.indexOf(info.id)
    if (seat === -1) return []
    this.#seats[seat] = null
    return [{ seat, began: false, ...this.#conversation.momentOf(info) }]
  }

  #sit(info: AgentInfo): SeatedMoment[] {
    const known = this.#seats.indexOf(info.id)
    const seat = known === -1 ? this.#seats.indexOf(null) : known
    if (seat === -1) return []
    this.#seats[seat] = info.id
    return [{ seat, began: known === -1, ...this.#conversation.momentOf(info) }]
  }
}

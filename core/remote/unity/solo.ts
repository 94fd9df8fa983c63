/** One agent of the build is played, episode by episode; the others of its behaviour do nothing meanwhile. */
import type { AgentAction, AgentInfo, Written } from '../mlagents/messages.ts'
import type { Conversation } from './conversation.ts'
import type { Moment } from './protocol.ts'

export class Solo {
  readonly #conversation: Conversation
  /** At its decision; null between episodes. */
  #agent: AgentInfo | null
  #begun = false
  #sent: Readonly<Record<string, number>> = {}

  /** @param conversation  in which somebody waits */
  constructor(conversation: Conversation) {
    this.#conversation = conversation
    this.#agent = conversation.waiting[0]!
  }

  /** Begins an episode. @param floats  environment parameters, for those episodes that begin from now on */
  async begin(floats: Readonly<Record<string, number>>): Promise<Moment> {
    const parameters = Object.entries(floats)
      .filter(([name, value]) => this.#sent[name] !== value)
      .map(([name, value]) => ({ name, sampler: { kind: 'constant', value } as const }))
    if (this.#begun || parameters.length > 0) {
      await this.#conversation.reset(parameters)
      this.#agent = this.#conversation.waiting[0] ?? null
    }
    this.#sent = { ...this.#sent, ...floats }
    this.#begun = false
    while (this.#agent === null) {
      await this.#conversation.step()
      this.#agent = this.#conversation.waiting[0] ?? null
    }
    return this.#conversation.momentOf(this.#agent)
  }

  async step(action: Written<AgentAction>): Promise<Moment> {
    const { id } = this.#agent!
    this.#begun = true
    await this.#conversation.step(new Map([[id, action]]))
    for (;;) {
      const { done, waiting } = this.#conversation
      const ended = done.find((info) => info.id === id)
      if (ended !== undefined) {
        this.#begun = false
        this.#agent = waiting[0] ?? null
        return this.#conversation.momentOf(ended)
      }
      const again = waiting.find((info) => info.id === id)
      if (again !== undefined) {
        this.#agent = again
        return this.#conversation.momentOf(again)
      }
      // Others decide more often than our agent does.
      await this.#conversation.step()
    }
  }
}

/**
 * The trainer's side of ML-Agents' protocol, for the agents of one behaviour (facts of the order of messages: ML-Agents
 * release 21, mlagents_envs/environment.py):
 *
 *     build                                    here
 *     initialization ------------------------> versions, seed
 *     nothing -------------------------------> reset
 *     agents that wait or are done ----------> an action for each that waits        ... and so on
 */
import { UserError } from '../../errors.ts'
import {
  type AgentAction,
  type AgentInfo,
  type BrainParameters,
  COMMAND,
  type Message,
  STATUS,
  type Written,
} from '../mlagents/messages.ts'
import { COMMUNICATION_VERSION, isCompatible, PACKAGE_VERSION } from '../mlagents/protocol.ts'
import {
  CHANNELS,
  type ChannelMessage,
  type EnvironmentParameter,
  writeEnvironmentParameter,
  writeSideChannel,
} from '../mlagents/side-channels.ts'
import type { TrainerServer } from '../mlagents/trainer.ts'
import { actionSpec, momentOf, stillAction } from './moment.ts'
import type { Description, Moment } from './protocol.ts'

export interface ConversationOptions {
  /** As errors call the build. */
  readonly name: string
  readonly seed: number
  /** Without '?team=...'; undefined takes the only one. Agents of others do nothing. */
  readonly behaviour: string | undefined
  /** Of the game's clock. */
  readonly timeScale: number
}

/** Actions by the ids of their agents; the others do nothing. */
export type Actions = ReadonlyMap<number, Written<AgentAction>>

export const NO_ACTIONS: Actions = new Map()

/** Engine configuration: the kind of the message that sets the time scale. */
const TIME_SCALE = 2
/** Messages in which nobody we wait for appears, before that is an error. */
const MOST_SILENT = 100_000

export class Conversation {
  readonly #server: TrainerServer
  readonly #options: ConversationOptions
  /** By full name: 'Basic?team=0'. */
  readonly #brains = new Map<string, BrainParameters>()
  /** Who waits for an action, by behaviour, in the order of the message. */
  #waiting: Readonly<Record<string, readonly AgentInfo[]>> = {}
  #done: readonly AgentInfo[] = []
  /** Without the team: agents of all teams are of one behaviour. */
  #behaviour = ''
  #silent = 0

  constructor(server: TrainerServer, options: ConversationOptions) {
    this.#server = server
    this.#options = options
  }

  /** Until the first agent waits. @throws UserError when the build is of another age, or has not the one behaviour */
  async open(): Promise<Description> {
    const { initialization } = (await this.#hear()).output ?? {}
    if (initialization == null) throw this.#strange('an introduction', 'something else')
    if (!isCompatible(initialization.communicationVersion)) {
      throw new UserError(
        `${this.#options.name} speaks version ${initialization.communicationVersion} of ML-Agents' protocol and this is ${COMMUNICATION_VERSION}`,
        { remedy: 'build it with the Unity package com.unity.ml-agents 1.0 or newer' },
      )
    }
    const capabilities = { base: true, concatenatedPng: true, channelMapping: true, hybridActions: true }
    this.#say({
      initialization: {
        seed: this.#options.seed | 0,
        communicationVersion: COMMUNICATION_VERSION,
        packageVersion: PACKAGE_VERSION,
        capabilities,
        areas: 1,
      },
    })
    await this.#hear()
    const scale = Buffer.alloc(8)
    scale.writeInt32LE(TIME_SCALE)
    scale.writeFloatLE(this.#options.timeScale, 4)
    await this.#advance(COMMAND.reset, NO_ACTIONS, [{ channel: CHANNELS.engineConfiguration, data: scale }])
    while (this.#brains.size === 0) await this.step()
    this.#behaviour = this.#choose()
    while (this.waiting.length === 0) await this.step()
    return this.#describe()
  }

  /** Ours that wait for an action, in the order in which they were reported. */
  get waiting(): readonly AgentInfo[] {
    return Object.entries(this.#waiting).flatMap(([name, infos]) => (this.#isOurs(name) ? infos : []))
  }

  /** Ours whose episode ended with the last message. */
  get done(): readonly AgentInfo[] {
    return this.#done
  }

  momentOf(info: AgentInfo): Moment {
    return momentOf(this.#options.name, info, this.#brain())
  }

  /** Goes on by one message. @param parameters  for those episodes that begin from now on */
  async step(actions: Actions = NO_ACTIONS, parameters: readonly EnvironmentParameter[] = []): Promise<void> {
    if (this.#silent > MOST_SILENT) throw this.#strange('an agent that asks for a decision', 'none')
    await this.#advance(COMMAND.step, actions, parameters.map(channelMessage))
  }

  /** Begins all episodes anew. */
  async reset(parameters: readonly EnvironmentParameter[]): Promise<void> {
    await this.#advance(COMMAND.reset, NO_ACTIONS, parameters.map(channelMessage))
  }

  /** Answers the build and hears what has become of it. */
  async #advance(
    command: number,
    actions: Actions,
    channelMessages: readonly ChannelMessage[],
  ): Promise<void> {
    const agentActions = Object.fromEntries(
      Object.entries(this.#waiting).map(([name, infos]) => {
        const still = stillAction(actionSpec(this.#brains.get(name)!))
        const own = this.#isOurs(name)
        return [name, { value: infos.map(({ id }) => (own ? actions.get(id) : undefined) ?? still) }]
      }),
    )
    const sideChannel = writeSideChannel(channelMessages)
    this.#say({ rl: { agentActions: command === COMMAND.step ? agentActions : {}, command, sideChannel } })
    const { rl, initialization } = (await this.#hear()).output ?? {}
    for (const brain of initialization?.brainParameters ?? []) this.#brains.set(brain.name, brain)
    const infos = Object.entries(rl?.agentInfos ?? {}).filter(([name]) => this.#brains.has(name))
    this.#waiting = Object.fromEntries(
      infos.map(([name, { value }]) => [name, value.filter(({ done }) => !done)]),
    )
    this.#done = infos.flatMap(([name, { value }]) =>
      this.#isOurs(name) ? value.filter(({ done }) => done) : [],
    )
    this.#silent = this.waiting.length + this.#done.length > 0 ? 0 : this.#silent + 1
  }

  #say(input: NonNullable<Written<Message>['input']>): void {
    this.#server.answer({ header: { status: STATUS.ok }, input })
  }

  async #hear(): Promise<Message> {
    const message = await this.#server.hear()
    if (message.header?.status === STATUS.ok) return message
    const reason = message.header?.message ?? ''
    throw new UserError(`${this.#options.name} said goodbye${reason === '' ? '' : `: ${reason}`}`)
  }

  #choose(): string {
    const { name, behaviour: wanted } = this.#options
    const known = [...new Set([...this.#brains.keys()].map(withoutTeam))]
    if (wanted === undefined && known.length > 1) {
      throw new UserError(`${name} has the behaviours ${known.join(', ')}`, {
        remedy: 'choose one with the parameter behavior; agents with the others will do nothing',
      })
    }
    const chosen = known.find((behaviour) => wanted === undefined || behaviour === wanted)
    if (chosen !== undefined) return chosen
    throw new UserError(`${name} has no behaviour "${wanted}"; it has ${known.join(', ')}`)
  }

  #isOurs(name: string): boolean {
    return withoutTeam(name) === this.#behaviour
  }

  #brain(): BrainParameters {
    return [...this.#brains.values()].find(({ name }) => this.#isOurs(name))!
  }

  #describe(): Description {
    const { waiting } = this
    const { observations } = waiting[0]!
    const names = observations.map(({ name }, i) => (name === '' ? `observation_${i}` : name))
    return {
      behaviour: this.#behaviour,
      agents: waiting.length,
      observations: observations.map(({ shape }, i) => ({
        name: names.indexOf(names[i]!) === i ? names[i]! : `${names[i]}_${i}`,
        shape,
      })),
      action: actionSpec(this.#brain()),
    }
  }

  #strange(expected: string, found: string): UserError {
    return new UserError(`${this.#options.name} sent ${found} instead of ${expected}`)
  }
}

function withoutTeam(name: string): string {
  return name.split('?')[0]!
}

function channelMessage(parameter: EnvironmentParameter): ChannelMessage {
  return { channel: CHANNELS.environmentParameters, data: writeEnvironmentParameter(parameter) }
}

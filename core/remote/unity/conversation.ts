/**
 * The trainer's side of ML-Agents' protocol, for one agent of one behaviour (facts of the order of messages: ML-Agents release
 * 21, mlagents_envs/environment.py):
 *
 *     build                                    here
 *     initialization ------------------------> versions, seed
 *     nothing -------------------------------> reset
 *     agents that wait or are done ----------> an action for each that waits        ... and so on
 */
import { type ActionSpec, shapeSize } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import {
  type AgentAction,
  type AgentInfo,
  type BrainParameters,
  COMMAND,
  COMPRESSION,
  type Message,
  type Observation,
  SPACE,
  STATUS,
  type Written,
} from '../mlagents/messages.ts'
import { readPictures } from '../mlagents/pictures.ts'
import { COMMUNICATION_VERSION, isCompatible, PACKAGE_VERSION } from '../mlagents/protocol.ts'
import { CHANNELS, writeEnvironmentParameter, writeSideChannel } from '../mlagents/side-channels.ts'
import type { TrainerServer } from '../mlagents/trainer.ts'
import type { Description, Moment } from './protocol.ts'

export interface ConversationOptions {
  /** As errors call the build. */
  readonly name: string
  readonly seed: number
  /** Without '?team=...'; undefined takes the only one. */
  readonly behaviour: string | undefined
  /** Other agents are given actions that do nothing, instead of being a reason to refuse. */
  readonly idleOthers: boolean
  /** Of the game's clock. */
  readonly timeScale: number
}

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
  #behaviour = ''
  /** Ours, at its decision; null between episodes. */
  #agent: AgentInfo | null = null
  #begun = false
  #sent: Readonly<Record<string, number>> = {}

  constructor(server: TrainerServer, options: ConversationOptions) {
    this.#server = server
    this.#options = options
  }

  /** Until the first agent waits. @throws UserError when the build is of another age, or has not the one agent */
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
    await this.#advance(
      COMMAND.reset,
      null,
      writeSideChannel([{ channel: CHANNELS.engineConfiguration, data: scale }]),
    )
    for (let silent = 0; this.#brains.size === 0; silent++) await this.#wait(silent)
    this.#behaviour = this.#choose()
    this.#agent = await this.#nextEpisode()
    return this.#describe()
  }

  /** Begins an episode. @param floats  environment parameters, for those episodes that begin from now on */
  async begin(floats: Readonly<Record<string, number>>): Promise<Moment> {
    const messages = Object.entries(floats)
      .filter(([name, value]) => this.#sent[name] !== value)
      .map(([name, value]) => ({
        channel: CHANNELS.environmentParameters,
        data: writeEnvironmentParameter({ name, sampler: { kind: 'constant', value } }),
      }))
    if (this.#begun || messages.length > 0) {
      await this.#advance(COMMAND.reset, null, writeSideChannel(messages))
      this.#agent = null
    }
    this.#sent = { ...this.#sent, ...floats }
    this.#begun = false
    this.#agent ??= await this.#nextEpisode()
    return moment(this.#options.name, this.#agent, this.#brain())
  }

  async step(action: Written<AgentAction>): Promise<Moment> {
    const { id } = this.#agent!
    this.#begun = true
    await this.#advance(COMMAND.step, action)
    for (let silent = 0; ; silent++) {
      const ended = this.#done.find((info) => info.id === id)
      if (ended !== undefined) {
        this.#begun = false
        this.#agent = this.#ours()[0] ?? null
        return moment(this.#options.name, ended, this.#brain())
      }
      const again = this.#ours().find((info) => info.id === id)
      if (again !== undefined) {
        this.#agent = again
        return moment(this.#options.name, again, this.#brain())
      }
      // Others decide more often than our agent does.
      await this.#wait(silent)
    }
  }

  #ours(): readonly AgentInfo[] {
    return this.#waiting[this.#behaviour] ?? []
  }

  async #nextEpisode(): Promise<AgentInfo> {
    for (let silent = 0; ; silent++) {
      const all = Object.values(this.#waiting).reduce((sum, infos) => sum + infos.length, 0)
      const first = this.#ours()[0]
      if (first !== undefined) {
        if (all > 1 && !this.#options.idleOthers) throw this.#tooMany(all)
        return first
      }
      await this.#wait(silent)
    }
  }

  async #wait(silent: number): Promise<void> {
    if (silent > MOST_SILENT) throw this.#strange('an agent that asks for a decision', 'none')
    await this.#advance(COMMAND.step, null)
  }

  /** Answers the build and hears what has become of it. @param action  of our agent */
  async #advance(
    command: number,
    action: Written<AgentAction> | null,
    sideChannel: Uint8Array = new Uint8Array(0),
  ): Promise<void> {
    const agentActions = Object.fromEntries(
      Object.entries(this.#waiting).map(([name, infos]) => {
        const still = stillAction(actionSpec(this.#brains.get(name)!))
        const own = (info: AgentInfo) => name === this.#behaviour && info.id === this.#agent?.id
        return [name, { value: infos.map((info) => (own(info) && action !== null ? action : still)) }]
      }),
    )
    this.#say({ rl: { agentActions: command === COMMAND.step ? agentActions : {}, command, sideChannel } })
    const { rl, initialization } = (await this.#hear()).output ?? {}
    for (const brain of initialization?.brainParameters ?? []) this.#brains.set(brain.name, brain)
    const infos = Object.entries(rl?.agentInfos ?? {}).filter(([name]) => this.#brains.has(name))
    this.#waiting = Object.fromEntries(
      infos.map(([name, { value }]) => [name, value.filter(({ done }) => !done)]),
    )
    this.#done = infos.flatMap(([name, { value }]) =>
      name === this.#behaviour ? value.filter(({ done }) => done) : [],
    )
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
    const names = [...this.#brains.keys()]
    const wanted = this.#options.behaviour
    const plain = (name: string) => name.split('?')[0]!
    const known = [...new Set(names.map(plain))]
    if (wanted === undefined && names.length > 1) {
      throw new UserError(`${this.#options.name} has the behaviours ${known.join(', ')}`, {
        remedy: 'choose one by the parameter behavior',
      })
    }
    const chosen = names.find((name) => wanted === undefined || plain(name) === wanted)
    if (chosen !== undefined) return chosen
    throw new UserError(`${this.#options.name} has no behaviour "${wanted}"; it has ${known.join(', ')}`)
  }

  #brain(): BrainParameters {
    return this.#brains.get(this.#behaviour)!
  }

  #describe(): Description {
    const { observations } = this.#agent!
    const names = observations.map(({ name }, i) => (name === '' ? `observation_${i}` : name))
    return {
      behaviour: this.#behaviour.split('?')[0]!,
      observations: observations.map(({ shape }, i) => ({
        name: names.indexOf(names[i]!) === i ? names[i]! : `${names[i]}_${i}`,
        shape,
      })),
      action: actionSpec(this.#brain()),
    }
  }

  #tooMany(count: number): UserError {
    return new UserError(`${this.#options.name} has ${count} agents at once, and one is trained`, {
      remedy:
        'build a scene with one agent, or let the others do nothing with the parameter idle_others=true',
    })
  }

  #strange(expected: string, found: string): UserError {
    return new UserError(`${this.#options.name} sent ${found} where ${expected} was due`)
  }
}

/** The new form where it says anything, else the old one. */
function actionSpec(brain: BrainParameters): Pick<ActionSpec, 'continuous' | 'discrete'> {
  const { actionSpec: spec, vectorActionSize: old, vectorActionSpaceType: kind } = brain
  if (spec !== null && spec.continuous + spec.discrete > 0)
    return { continuous: spec.continuous, discrete: [...spec.branchSizes] }
  if (kind === SPACE.continuous) return { continuous: old[0] ?? 0, discrete: [] }
  return { continuous: 0, discrete: [...old] }
}

function stillAction({ continuous, discrete }: ReturnType<typeof actionSpec>): Written<AgentAction> {
  return { continuous: new Float32Array(continuous), discrete: new Int32Array(discrete.length) }
}

function moment(name: string, info: AgentInfo, brain: BrainParameters): Moment {
  const values = info.observations.map((observation, i) => valuesOf(name, observation, i))
  const all = new Float32Array(values.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of values) {
    all.set(part, at)
    at += part.length
  }
  const reward = info.reward + info.groupReward
  if (!Number.isFinite(reward) || !all.every(Number.isFinite)) {
    throw new UserError(`${name} sent an observation or a reward that is no finite number`)
  }
  const choices = actionSpec(brain).discrete.reduce((sum, size) => sum + size, 0)
  const masked = info.actionMask.length === choices && info.actionMask.some((forbidden) => forbidden)
  return {
    reward,
    terminated: info.done && !info.maxStepReached,
    truncated: info.done && info.maxStepReached,
    observation: new Uint8Array(all.buffer),
    mask: masked ? Uint8Array.from(info.actionMask, (forbidden) => (forbidden ? 0 : 1)) : null,
  }
}

function valuesOf(name: string, observation: Observation, index: number): ArrayLike<number> {
  const { shape, compression, compressedData, floatData, channelMapping } = observation
  if (compression === COMPRESSION.png && shape.length === 3) {
    const [channels, height, width] = shape as [number, number, number]
    try {
      return readPictures(compressedData, { channels, height, width }, channelMapping)
    } catch (cause) {
      throw new UserError(`${name}: observation ${index} is no picture: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
  const values = floatData?.data ?? []
  if (values.length === shapeSize(shape)) return values
  throw new UserError(
    `${name}: observation ${index} has ${values.length} numbers, not the ${shapeSize(shape)} of its shape`,
  )
}

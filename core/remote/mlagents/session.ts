/**
 * What an environment says to a trainer and how it goes on, message by message and without a wire:
 *
 *     environment                              trainer
 *     initialization ------------------------> its own, with the seed
 *     nothing -------------------------------> reset
 *     agents (first: and their behaviour) ---> step with actions, or reset        ... and so on
 *                                              goodbye
 */
import { type EnvironmentSpec, observationSize, type ParameterValue } from '../../envs/index.ts'
import type { Sampler } from '../../envs/sampler.ts'
import { DataError, UserError } from '../../errors.ts'
import { Agents } from './agents.ts'
import { behaviourName, brainParameters } from './behaviour.ts'
import {
  COMMAND,
  type InitializationInput,
  type Message,
  type RlInput,
  STATUS,
  type Written,
} from './messages.ts'
import { COMMUNICATION_VERSION, isCompatible, PACKAGE_VERSION } from './protocol.ts'
import { CHANNELS, readEnvironmentParameter, readSideChannel } from './side-channels.ts'

export interface SessionOptions {
  /** Id of the environment. */
  readonly environment: string
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** Per area; a trainer may ask for several areas. */
  readonly agents: number
  /** What the trainer configures; default: made of the id, 'bubble/25' is 'Bubble25'. */
  readonly behaviour?: string
  /** Called with what the trainer asks for and does not get, in words for people. */
  readonly note?: (text: string) => void
}

/** Bytes that a trainer takes at once: gRPC's default, which Python does not raise. */
const MOST_BYTES = 4 * 2 ** 20
const FLOAT_BYTES = 4

export class Session {
  readonly #options: SessionOptions
  readonly #behaviour: string
  readonly #unknown = new Set<string>()
  #agents: Agents | undefined
  #announced = false

  /** @throws UserError for an unknown environment or a parameter that it refuses */
  constructor(options: SessionOptions) {
    this.#options = options
    this.#behaviour = `${options.behaviour ?? behaviourName(options.environment)}?team=0`
    // Better before there is a trainer to disappoint.
    new Agents({ ...options, agents: 1, seed: 0 })
  }

  /** The first message. */
  hello(): Written<Message> {
    const initialization = {
      name: 'AcademySingleton',
      communicationVersion: COMMUNICATION_VERSION,
      packageVersion: PACKAGE_VERSION,
      capabilities: { base: true, hybridActions: true },
    }
    return { header: { status: STATUS.ok }, output: { initialization } }
  }

  /**
   * @returns the next message; null when the trainer has said goodbye
   * @throws UserError when the trainer is of another age or asks for what cannot be; DataError when its message makes no sense
   */
  answer({ header, input }: Message): Written<Message> | null {
    if (header?.status !== STATUS.ok) return null
    if (this.#agents === undefined) {
      this.#agents = this.#initialize(input?.initialization ?? null)
      return { header: { status: STATUS.ok } }
    }
    if (input?.rl == null) return refuse('input', 'a step or a reset', 'neither')
    if (input.rl.command === COMMAND.quit) return null
    return this.#report(this.#agents, input.rl)
  }

  #initialize(input: InitializationInput | null): Agents {
    if (input === null) return refuse('input', 'an initialization', 'none')
    const { communicationVersion, packageVersion, seed, areas } = input
    if (!isCompatible(communicationVersion)) {
      throw new UserError(
        `the trainer speaks version ${communicationVersion} of ML-Agents' protocol and this is ${COMMUNICATION_VERSION}`,
        { remedy: `use mlagents_envs 0.17 or newer (this is ${packageVersion || 'an unknown version'})` },
      )
    }
    const agents = this.#options.agents * Math.max(1, areas)
    const { environment, parameters } = this.#options
    const made = new Agents({ environment, parameters, agents, seed })
    checkSize(agents, made.spec)
    return made
  }

  #report(agents: Agents, { command, agentActions, sideChannel }: RlInput): Written<Message> {
    this.#listen(agents, sideChannel)
    // A trainer that steps before its first reset gets what it would have got from that.
    const infos =
      command === COMMAND.reset || !this.#announced
        ? agents.reset()
        : agents.step(agentActions[this.#behaviour]?.value ?? [])
    const initialization = { brainParameters: [brainParameters(this.#behaviour, agents.spec)] }
    const output = {
      rl: { agentInfos: { [this.#behaviour]: { value: infos } } },
      ...(this.#announced ? {} : { initialization }),
    }
    this.#announced = true
    return { header: { status: STATUS.ok }, output }
  }

  /** Of the engine nothing can be configured, and analytics are nobody's here; both are heard politely. */
  #listen(agents: Agents, sideChannel: Uint8Array): void {
    const { parameters, parameterRules } = agents.spec
    const known = Object.keys({ ...parameters, ...parameterRules })
    const samplers: Record<string, Sampler> = {}
    for (const { channel, data } of readSideChannel(sideChannel)) {
      if (channel !== CHANNELS.environmentParameters) continue
      const { name, sampler } = readEnvironmentParameter(data)
      if (known.includes(name)) samplers[name] = sampler
      else this.#noteUnknown(name, known)
    }
    agents.vary(samplers)
  }

  #noteUnknown(name: string, known: readonly string[]): void {
    if (this.#unknown.has(name)) return
    this.#unknown.add(name)
    const { environment, note } = this.#options
    note?.(
      `the trainer sets "${name}", which ${environment} does not have; it has ${known.join(', ') || 'none'}`,
    )
  }
}

/** An estimate from below, for a sentence instead of gRPC's error where the agents are far too many. */
function checkSize(agents: number, spec: EnvironmentSpec): void {
  const bytes = agents * observationSize(spec) * FLOAT_BYTES
  if (bytes <= MOST_BYTES) return
  throw new UserError(
    `${agents} agents of ${spec.id} at once need ${bytes} bytes, and a trainer takes at most ${MOST_BYTES}`,
    { remedy: 'use fewer agents and more workers (mlagents-learn --num-envs)' },
  )
}

function refuse(place: string, expected: string, found: string): never {
  throw new DataError({ file: 'message from the trainer', place, expected, found })
}

/**
 * The messages of ML-Agents' communicator as plain objects, and their bytes. Names are shortened from those of the protocol
 * (`header.status`, `output.rl.agentInfos`); `schema.ts` has the field numbers.
 *
 * As proto3 has it, a field at its default (0, '', false, empty) is not on the wire, and a field that is not on the wire
 * reads as its default, a message as null.
 */
import { messageType } from './schema.ts'

/** What is written may leave out whatever is at its default. */
export type Written<T> = {
  readonly [Key in keyof T]?: NonNullable<T[Key]> extends infer Value
    ? Value extends Uint8Array | string | number | boolean
      ? Value
      : Value extends readonly (infer Item)[]
        ? ArrayLike<Item extends object ? Written<Item> : Item>
        : Written<Value> | null
    : never
}

/** `Header.status`: anything but `ok` ends the session; both sides say `goodbye` when they leave. */
export const STATUS = { ok: 200, goodbye: 400 } as const

export const COMMAND = { step: 0, reset: 1, quit: 2 } as const

export const COMPRESSION = { none: 0, png: 1 } as const

export const OBSERVATION_TYPE = { default: 0, goalSignal: 1 } as const

/** What an agent may do with a dimension: nothing is known, nothing, shift it, expect it in any length. */
export const DIMENSION = { unspecified: 0, none: 1, translational: 2, variable: 4 } as const

/** `BrainParameters.vectorActionSpaceType` */
export const SPACE = { discrete: 0, continuous: 1 } as const

export interface Message {
  readonly header: { readonly status: number; readonly message: string } | null
  /** From the environment to the trainer. */
  readonly output: Output | null
  /** From the trainer to the environment. */
  readonly input: Input | null
}

export interface Input {
  readonly rl: RlInput | null
  readonly initialization: InitializationInput | null
}

export interface Output {
  readonly rl: RlOutput | null
  readonly initialization: InitializationOutput | null
}

export interface InitializationInput {
  readonly seed: number
  readonly communicationVersion: string
  readonly packageVersion: string
  readonly capabilities: Capabilities | null
  /** How many copies of its scene the environment should make, where it can. */
  readonly areas: number
}

export interface InitializationOutput {
  readonly name: string
  readonly communicationVersion: string
  readonly logPath: string
  /** The behaviours that are new in this message. */
  readonly brainParameters: readonly BrainParameters[]
  readonly packageVersion: string
  readonly capabilities: Capabilities | null
}

export interface Capabilities {
  readonly base: boolean
  readonly concatenatedPng: boolean
  readonly channelMapping: boolean
  readonly hybridActions: boolean
  readonly trainingAnalytics: boolean
  readonly variableLength: boolean
  readonly agentGroups: boolean
}

export interface RlInput {
  /** By behaviour: one action for each agent that waits for one, in the order in which they were reported. */
  readonly agentActions: Readonly<Record<string, { readonly value: readonly AgentAction[] }>>
  /** Of COMMAND. */
  readonly command: number
  readonly sideChannel: Uint8Array
}

export interface RlOutput {
  /** By behaviour: agents that are done and agents that wait for an action, mixed. */
  readonly agentInfos: Readonly<Record<string, { readonly value: readonly AgentInfo[] }>>
  readonly sideChannel: Uint8Array
}

export interface AgentAction {
  /** The old form, of files before communication API 1.3.0: discrete actions too are floats in it. */
  readonly vectorActions: readonly number[]
  readonly value: number
  readonly continuous: readonly number[]
  /** One index per branch. */
  readonly discrete: readonly number[]
}

export interface AgentInfo {
  /** The sum since the agent was last reported. */
  readonly reward: number
  readonly done: boolean
  /** With `done`: a time limit ended the episode, not its rules. */
  readonly maxStepReached: boolean
  /** Of the agent in this episode: the next episode has another one. */
  readonly id: number
  /** [sum of branch sizes] or empty; **true = not allowed** */
  readonly actionMask: readonly boolean[]
  readonly observations: readonly Observation[]
  /** 0 = in no group */
  readonly groupId: number
  readonly groupReward: number
}

export interface Observation {
  /** An image is [C, H, W]; before communication API 1.5.0's releases it was [H, W, C]. */
  readonly shape: readonly number[]
  /** Of COMPRESSION. */
  readonly compression: number
  /** PNGs of up to three channels each, one behind the other; a value of 255 means 1. */
  readonly compressedData: Uint8Array
  readonly floatData: { readonly data: readonly number[] } | null
  /** For each channel of the PNGs which output channel it is averaged into; -1 = none. */
  readonly channelMapping: readonly number[]
  /** Of DIMENSION, one per dimension. */
  readonly dimensionProperties: readonly number[]
  /** Of OBSERVATION_TYPE. */
  readonly type: number
  readonly name: string
}

export interface BrainParameters {
  /** With the next one: only in old files. */
  readonly vectorObservationSize: number
  readonly stackedVectorObservations: number
  /** The old form of `actionSpec`: branch sizes, or the one number of continuous actions. */
  readonly vectorActionSize: readonly number[]
  readonly vectorActionDescriptions: readonly string[]
  /** Of SPACE. */
  readonly vectorActionSpaceType: number
  /** Of the behaviour: 'Basic?team=0'. */
  readonly name: string
  readonly isTraining: boolean
  /** Absent, or with no actions at all: the old form holds. */
  readonly actionSpec: ActionSpec | null
}

export interface ActionSpec {
  readonly continuous: number
  /** How many branches. */
  readonly discrete: number
  readonly branchSizes: readonly number[]
  readonly descriptions: readonly string[]
}

export interface DemonstrationMeta {
  readonly apiVersion: number
  readonly name: string
  readonly steps: number
  readonly episodes: number
  readonly meanReward: number
}

export interface AgentInfoActionPair {
  readonly info: AgentInfo | null
  readonly action: AgentAction | null
}

export interface Codec<T> {
  encode(message: Written<T>): Uint8Array
  /** @throws Error when the bytes are no such message */
  decode(bytes: Uint8Array): T
  /** The message behind its own length, as it stands in a file among others. */
  encodeDelimited(message: Written<T>): Uint8Array
  /**
   * The message whose length stands at `offset`, and where the bytes after it begin.
   * @throws Error when the bytes end before the message does, or are no such message
   */
  decodeDelimited(bytes: Uint8Array, offset: number): { readonly message: T; readonly end: number }
}

export const messageCodec = codec<Message>('Message')
export const demonstrationMetaCodec = codec<DemonstrationMeta>('DemonstrationMeta')
export const brainParametersCodec = codec<BrainParameters>('BrainParameters')
export const agentInfoActionPairCodec = codec<AgentInfoActionPair>('AgentInfoActionPair')

function codec<T>(name: Parameters<typeof messageType>[0]): Codec<T> {
  const type = messageType(name)
  const decode = (bytes: Uint8Array): T => type.decode(bytes) as unknown as T
  return {
    encode: (message) => type.encode(message).finish(),
    decode,
    encodeDelimited: (message) => type.encodeDelimited(message).finish(),
    decodeDelimited: (bytes, offset) => {
      const { length, start } = readLength(bytes, offset)
      const end = start + length
      if (end > bytes.length)
        throw new RangeError(`a message of ${length} bytes, of which only ${bytes.length - start} are there`)
      return { message: decode(bytes.subarray(start, end)), end }
    },
  }
}

/** A base-128 varint of at most 32 bits. */
function readLength(bytes: Uint8Array, offset: number): { length: number; start: number } {
  let length = 0
  for (let i = 0; i < 5; i++) {
    const byte = bytes[offset + i]
    if (byte === undefined) throw new RangeError('the bytes end within the length of a message')
    length += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { length, start: offset + i + 1 }
  }
  throw new RangeError('the length of a message has more than 5 bytes')
}

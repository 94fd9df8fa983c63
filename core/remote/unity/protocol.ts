/** What is asked of the thread that drives the build, and what comes back, as msgpack. */
import type { ActionSpec } from '../../envs/index.ts'
import { packMessage, readMessage } from '../../msgpack.ts'
import type { EnvironmentParameter } from '../mlagents/side-channels.ts'

/** `begin` and `step` are about one agent; `join`, once, and `advance` about all of them. */
export type Request =
  | { readonly ask: 'describe' }
  | { readonly ask: 'begin'; readonly floats: Readonly<Record<string, number>> }
  | ({ readonly ask: 'step' } & PackedAction)
  | { readonly ask: 'join'; readonly seats: number; readonly parameters: readonly EnvironmentParameter[] }
  | {
      readonly ask: 'advance'
      readonly actions: readonly ({ readonly seat: number } & PackedAction)[]
      readonly parameters: readonly EnvironmentParameter[]
    }

export interface PackedAction {
  /** float32 [continuous] */
  readonly continuous: Uint8Array
  /** int32 [branches] */
  readonly discrete: Uint8Array
}

/** The chosen behaviour, as its first agent was reported. */
export interface Description {
  readonly behaviour: string
  /** How many waited at first. */
  readonly agents: number
  readonly observations: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly action: Pick<ActionSpec, 'continuous' | 'discrete'>
}

/** An agent waits for an action, or has ended its episode. */
export interface Moment {
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
  /** float32 [O] */
  readonly observation: Uint8Array
  /** [sum of branch sizes], 1 = allowed; null when everything is */
  readonly mask: Uint8Array | null
}

export interface SeatedMoment extends Moment {
  readonly seat: number
  /** The first of its episode. */
  readonly began: boolean
}

export function packRequest(request: Request): Uint8Array {
  return packMessage(request)
}

export function unpackRequest(bytes: Uint8Array): Request {
  return readMessage(bytes) as Request
}

export function packAnswer(answer: Description | Moment | readonly SeatedMoment[]): Uint8Array {
  return packMessage(answer)
}

export function unpackDescription(bytes: Uint8Array): Description {
  return readMessage(bytes) as Description
}

export function unpackMoment(bytes: Uint8Array): Moment {
  return readMessage(bytes) as Moment
}

export function unpackMoments(bytes: Uint8Array): SeatedMoment[] {
  return readMessage(bytes) as SeatedMoment[]
}

/** Views, which are to be packed before the numbers change. */
export function packedAction(
  { continuous, discrete }: { readonly continuous: Float32Array; readonly discrete: Int32Array },
  { action }: { readonly action: Pick<ActionSpec, 'continuous' | 'discrete'> },
): PackedAction {
  const bytes = (view: Float32Array | Int32Array, count: number) =>
    new Uint8Array(view.buffer, view.byteOffset, 4 * count)
  return {
    continuous: bytes(continuous, action.continuous),
    discrete: bytes(discrete, action.discrete.length),
  }
}

export function unpackedAction({ continuous, discrete }: PackedAction) {
  return {
    continuous: new Float32Array(continuous.slice().buffer),
    discrete: new Int32Array(discrete.slice().buffer),
  }
}

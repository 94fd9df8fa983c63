/** What the environment asks the thread that drives the build, and what comes back, as msgpack. */
import { Packr } from 'msgpackr'
import type { ActionSpec } from '../../envs/index.ts'

const packr = new Packr({ useRecords: false })

export type Request =
  | { readonly ask: 'describe' }
  | { readonly ask: 'begin'; readonly floats: Readonly<Record<string, number>> }
  | { readonly ask: 'step'; readonly continuous: Uint8Array; readonly discrete: Uint8Array }

/** The chosen behaviour, as its first agent was reported. */
export interface Description {
  readonly behaviour: string
  readonly observations: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly action: Pick<ActionSpec, 'continuous' | 'discrete'>
}

/** Our agent waits for an action, or has ended its episode. */
export interface Moment {
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
  /** float32 [O] */
  readonly observation: Uint8Array
  /** [sum of branch sizes], 1 = allowed; null when everything is */
  readonly mask: Uint8Array | null
}

export function packRequest(request: Request): Uint8Array {
  return packr.pack(request)
}

export function unpackRequest(bytes: Uint8Array): Request {
  return packr.unpack(bytes) as Request
}

export function packAnswer(answer: Description | Moment): Uint8Array {
  return packr.pack(answer)
}

export function unpackDescription(bytes: Uint8Array): Description {
  return packr.unpack(bytes) as Description
}

export function unpackMoment(bytes: Uint8Array): Moment {
  return packr.unpack(bytes) as Moment
}

/**
 * What a run and the workers that host its environments say to each other: the frames of remote/stdio (a head of u32 length and u8
 * kind, a body), and some requests more. All that is asked is answered by one frame.
 */
import { deserialize, serialize } from 'node:v8'
import type { Subject } from '../admission/index.ts'
import type { EnvironmentRecipe } from '../envs/varied-environment.ts'
import type { BehaviorSettings } from '../learn/index.ts'
import { emptyFrame, HEAD_BYTES } from '../remote/stdio/frames.ts'
import type { RestartSettings } from '../rollout/restart-limit.ts'
import type { RuntimeName } from '../tensor/index.ts'

export const WorkerKind = {
  /** JSON `WorkerOrder`: the first request; answered by `Kind.welcome`. */
  open: 32,
  /** The states of all environments are wanted; answered by `snapshots`. */
  save: 33,
  /** The states of all environments, empty where one keeps its own; answered by `done`. */
  restore: 34,
  /** JSON samplers; answered by `done`. */
  vary: 35,
  /** `Weights`, for workers that choose actions themselves; what follows it is answered, and it is not. */
  weights: 36,
  /** JSON `PlayOrder`, to such workers; answered by `chunk`. */
  play: 37,
  snapshots: 160,
  done: 161,
  /** A `Chunk`. */
  chunk: 162,
} as const

export interface WorkerOrder {
  readonly recipe: EnvironmentRecipe
  /** As paths in the job's package. */
  readonly plugins: readonly string[]
  readonly admitted: readonly Subject[]
  readonly environments: number
  /** Times the real game's speed; null: as fast as it goes. */
  readonly pace: number | null
  /** Where the worker chooses actions itself: `open` is answered by `done` then, and only `vary`, `weights` and `play` follow. */
  readonly actor?: ActorOrder
}

/** Whose policy a worker acts by, and what it must know to keep account of episodes. */
export interface ActorOrder {
  readonly behavior: BehaviorSettings
  readonly engine: RuntimeName
  /** Environments of the whole run. */
  readonly allEnvs: number
  readonly maxEpisodeSteps: number | null
  /** How often an environment may break down before the worker does. */
  readonly restarts: RestartSettings
}

export interface Weights {
  readonly version: number
  /** What the algorithm's `acting.save()` gave. */
  readonly state: unknown
}

export interface PlayOrder {
  /** Steps of each environment, at most. */
  readonly steps: number
  /** Begins episodes in all environments, with seeds and decisions drawn from this one; null where those under way go on. */
  readonly seed: number | null
}

/** A frame of plain data and typed arrays, for the same program at the other end. */
export function dataFrame(kind: number, value: unknown): Uint8Array {
  const body = serialize(value)
  const frame = emptyFrame(kind, body.length)
  frame.set(body, HEAD_BYTES)
  return frame
}

/** @returns arrays of which the body may be overwritten */
export function readData(body: Uint8Array): unknown {
  return deserialize(body.slice())
}

/** A frame of several runs of bytes, each behind its length. */
export function listFrame(kind: number, parts: readonly Uint8Array[]): Uint8Array {
  const frame = emptyFrame(
    kind,
    parts.reduce((sum, part) => sum + 4 + part.length, 0),
  )
  const view = new DataView(frame.buffer)
  let at = HEAD_BYTES
  for (const part of parts) {
    view.setUint32(at, part.length, true)
    frame.set(part, at + 4)
    at += 4 + part.length
  }
  return frame
}

/** @returns views of the body */
export function readList(body: Uint8Array): Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const parts: Uint8Array[] = []
  for (let at = 0; at < body.length; ) {
    const length = view.getUint32(at, true)
    parts.push(body.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return parts
}

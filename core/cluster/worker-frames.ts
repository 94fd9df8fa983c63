/**
 * What a run and the workers that host its environments say to each other: the frames of remote/stdio (a head of u32 length and u8
 * kind, a body), and four requests more. All that is asked is answered by one frame.
 */
import type { Subject } from '../admission/index.ts'
import type { EnvironmentRecipe } from '../envs/varied-environment.ts'
import { emptyFrame, HEAD_BYTES } from '../remote/stdio/frames.ts'

export const WorkerKind = {
  /** JSON `WorkerOrder`: the first request; answered by `Kind.welcome`. */
  open: 32,
  /** The states of all environments are wanted; answered by `snapshots`. */
  save: 33,
  /** The states of all environments, empty where one keeps its own; answered by `done`. */
  restore: 34,
  /** JSON samplers; answered by `done`. */
  vary: 35,
  snapshots: 160,
  done: 161,
} as const

export interface WorkerOrder {
  readonly recipe: EnvironmentRecipe
  /** As paths in the job's package. */
  readonly plugins: readonly string[]
  readonly admitted: readonly Subject[]
  readonly environments: number
  /** Times the real game's speed; null: as fast as it goes. */
  readonly pace: number | null
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

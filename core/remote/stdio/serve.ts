/** Reads requests and writes answers until the other side closes. Blocking, which halves the time of a round trip. */
import { readSync, writeSync } from 'node:fs'
import { DataError, UserError } from '../../errors.ts'
import { FrameReader, jsonFrame, Kind, type Read } from './frames.ts'
import type { StdioSession } from './session.ts'

/** Why a request was not met. */
export interface Refusal {
  /** 'Error' is a bug here, after which the process ends. */
  readonly type: 'UserError' | 'DataError' | 'Error'
  readonly message: string
  readonly remedy?: string
}

export interface Channel {
  readonly read: Read
  /** Writes all of it. @returns false when nobody reads any more */
  write(bytes: Uint8Array): boolean
}

/**
 * @throws UserError when what comes is no sequence of frames, and whatever an environment throws; the other side has
 * been told by then
 */
export function serveStdio(session: StdioSession, channel: Channel): void {
  const frames = new FrameReader(channel.read, session.mostBytes)
  for (;;) {
    let reply: Uint8Array
    try {
      const frame = frames.next()
      if (frame === null) return
      reply = answer(session, frame)
    } catch (error) {
      channel.write(refusal(error))
      throw error
    }
    if (!channel.write(reply)) return
  }
}

function answer(session: StdioSession, frame: Parameters<StdioSession['answer']>[0]): Uint8Array {
  try {
    return session.answer(frame)
  } catch (error) {
    if (error instanceof UserError || error instanceof DataError) return refusal(error)
    throw error
  }
}

/** The frame that tells of an error. */
export function refusal(error: unknown): Uint8Array {
  const told: Refusal =
    error instanceof UserError || error instanceof DataError
      ? {
          type: error instanceof UserError ? 'UserError' : 'DataError',
          message: error.message,
          ...(error instanceof UserError && error.remedy !== undefined ? { remedy: error.remedy } : {}),
        }
      : { type: 'Error', message: error instanceof Error ? error.message : String(error) }
  return jsonFrame(Kind.refusal, told)
}

/** Milliseconds to sleep where a pipe that does not block has nothing or no room. */
const PAUSE = 0.05
const sleeper = new Int32Array(new SharedArrayBuffer(4))

/** Two file descriptors, of which neither need be blocking: Node makes standard output such that it is not. */
export function fileChannel(input: number, output: number): Channel {
  return {
    // Windows says by an error that a pipe has been closed, other systems by 0 bytes.
    read: (target) => patiently(() => readSync(input, target, 0, target.length, null), 'EOF') ?? 0,
    write: (bytes) => {
      let written = 0
      while (written < bytes.length) {
        const got = patiently(() => writeSync(output, bytes, written), 'EPIPE')
        if (got === null) return false
        written += got
      }
      return true
    },
  }
}

/** @returns null when the error `end` says that the pipe has been closed */
function patiently(work: () => number, end: string): number | null {
  for (;;) {
    try {
      return work()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === end) return null
      if (code !== 'EAGAIN') throw error
      Atomics.wait(sleeper, 0, 0, PAUSE)
    }
  }
}

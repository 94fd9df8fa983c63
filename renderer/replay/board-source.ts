import type { Frame } from '../../core/studio/protocol.ts'
import type { Picture, PictureSource } from '../board/stage.tsx'
import { motionAllowed } from '../board/views.ts'
import type { Clock } from './clock.ts'

/**
 * What one board shows on a clock.
 * @param starts  [frames] milliseconds at which each frame's step begins
 */
export function boardSource(
  clock: Clock,
  frames: readonly Frame[],
  starts: readonly number[],
): PictureSource {
  return {
    subscribe: clock.subscribe,
    read: (now): Picture | null => {
      clock.advance(now)
      const index = frameAt(clock, starts)
      const frame = frames[index]
      if (frame === undefined) return null
      return {
        transition: { before: frames[index - 1]?.scene ?? null, after: frame.scene, events: frame.events },
        elapsed: motionAllowed() ? clock.time - starts[index]! : Number.POSITIVE_INFINITY,
        control: null,
        moving: clock.moving,
      }
    },
  }
}

/** The frame that a board shows now; the last one stays. */
export function frameAt(clock: Clock, starts: readonly number[]): number {
  const index = starts.findLastIndex((start) => start <= clock.time)
  return Math.max(index, 0)
}

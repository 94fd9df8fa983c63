/** When each step of each board begins, in milliseconds at speed 1. */
import type { Frame } from '../../core/studio/protocol.ts'
import { sceneView } from '../board/views.ts'

const FIRST_MS = 500
const SHORTEST_MS = 420
const PAUSE_MS = 180
const LAST_MS = 1200
/** A person who thinks for a minute is shown thinking for this long. */
const LONGEST_THOUGHT_MS = 5000

export interface Pacing {
  /** [N + 1] of the clock. */
  readonly clock: readonly number[]
  /** Per board, [frames]. */
  readonly boards: readonly (readonly number[])[]
}

/** Everyone takes a step at the same time, each step as long as its longest animation. */
export function paceByStep(boards: readonly (readonly Frame[])[]): Pacing {
  const steps = Math.max(...boards.map((frames) => frames.length))
  const starts = [0]
  for (let step = 0; step < steps; step++) {
    const length =
      step === 0
        ? FIRST_MS
        : Math.max(SHORTEST_MS, ...boards.map((frames) => durationOf(frames[step]))) + PAUSE_MS
    starts.push(starts[step]! + length)
  }
  return { clock: starts, boards: boards.map((frames) => starts.slice(0, frames.length)) }
}

/** Everyone takes their steps when they took them, long thoughts shortened. */
export function paceByTime(boards: readonly (readonly Frame[])[]): Pacing {
  const own = boards.map((frames) => {
    const starts = [0]
    for (let step = 1; step < frames.length; step++) {
      const thought = frames[step]!.timeMs - frames[step - 1]!.timeMs
      const shown = Math.min(Math.max(thought, SHORTEST_MS), LONGEST_THOUGHT_MS)
      starts.push(starts[step - 1]! + shown)
    }
    return starts
  })
  const clock = [...new Set(own.flat())].sort((a, b) => a - b)
  return { clock: [...clock, clock.at(-1)! + LAST_MS], boards: own }
}

/** The step of the clock at which every board has come to this frame, or has ended before. */
export function momentOfFrame({ clock, boards }: Pacing, frame: number): number {
  const reached = Math.max(...boards.map((starts) => starts[Math.min(frame, starts.length - 1)]!))
  return clock.findLastIndex((start) => start <= reached)
}

function durationOf(frame: Frame | undefined): number {
  if (frame === undefined) return 0
  return sceneView(frame.scene.kind)?.duration(frame.events, frame.scene) ?? 0
}

import type { Frame } from '../../core/studio/protocol.ts'
import { sceneView } from '../board/views.ts'
import type { Mark } from './scrubber.tsx'

/** The moments of all boards, by step; where two fall together the first board's stays. */
export function marksOf(boards: readonly (readonly Frame[])[]): Mark[] {
  const marks = new Map<number, Mark>()
  for (const frames of boards) {
    frames.forEach((frame, step) => {
      const moment = sceneView(frame.scene.kind)?.moment(frame.events)
      if (moment !== null && moment !== undefined && !marks.has(step)) marks.set(step, { ...moment, step })
    })
  }
  return [...marks.values()].sort((a, b) => a.step - b.step)
}

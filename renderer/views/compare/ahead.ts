import type { Board, EnvironmentSpec } from '../../../core/studio/protocol.ts'
import { sceneView } from '../../board/views.ts'

/**
 * Who leads at this moment: whoever has come further; of those who have reached the goal, whoever needed less. Empty
 * while nobody is ahead of anybody.
 * @param frames  per board, the frame that is shown
 */
export function leaders(
  boards: readonly Board[],
  frames: readonly number[],
  spec: EnvironmentSpec,
): ReadonlySet<number> {
  const merits = boards.map((board, index) => {
    const frame = frames[index]!
    const scene = board.frames[frame]!.scene
    const over = frame === board.frames.length - 1
    if (over && board.success) return 1e6 + (spec.score.measure === 'length' ? -board.score : board.score)
    return sceneView(scene.kind)?.progress(scene) ?? 0
  })
  const [least, most] = [Math.min(...merits), Math.max(...merits)]
  if (boards.length < 2 || least === most) return new Set()
  return new Set(merits.flatMap((merit, index) => (merit === most ? [index] : [])))
}

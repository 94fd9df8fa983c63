/** Lets a game go on by itself while its player holds keys: a step for each tick of its clock. */
import { useEffect } from 'react'
import type { Live, SceneView } from '../../board/scene-view.ts'
import { attempt } from '../../components/report-error.ts'
import { settings } from '../../settings.ts'
import { playSession } from './play-session.ts'

/** The key of an event as shortcuts name it, whatever else is held. */
function shortcutOf({ key }: KeyboardEvent): string {
  if (key === ' ') return 'Space'
  return key.length === 1 ? key.toLowerCase() : key
}

/** @param board  takes the keys; when it loses the focus, the game waits */
export function useLiveClock(
  board: React.RefObject<HTMLElement | null>,
  view: SceneView | undefined,
  session: string | undefined,
): void {
  const live = view?.control.live
  useEffect(() => {
    const element = board.current
    if (live === undefined || session === undefined || element === null) return
    return run(element, live)
  }, [board, live, session])
}

function run(board: HTMLElement, live: Live): () => void {
  const change = (to: (state: unknown) => unknown) => {
    const { play, control } = playSession.snapshot()
    if (play !== null) playSession.setControl(to(control))
  }
  const onKeyUp = (event: KeyboardEvent) => change((state) => live.release(state, shortcutOf(event)))
  const rest = () => change(live.rest)
  window.addEventListener('keyup', onKeyUp)
  window.addEventListener('blur', rest)
  board.addEventListener('blur', rest)
  let timer: ReturnType<typeof setTimeout>
  let stopped = false
  let due = performance.now()
  const tick = async () => {
    const { play, control } = playSession.snapshot()
    const speed = play === null ? null : live.stepsPerSecond(play.scene)
    const pause = 1000 / ((speed ?? 10) * settings().gameSpeed)
    if (play !== null && speed !== null && live.running(control) && !play.terminated && !play.truncated) {
      const { state, action } = live.next(control, play.scene)
      playSession.setControl(state)
      // A step that fails is told once: the game rests.
      const done = await attempt(() => playSession.act(action).then(() => true))
      if (done === undefined) rest()
    }
    // A step that took too long is not made up for: the game is slower then.
    due = Math.max(due + pause, performance.now())
    if (stopped) return
    timer = setTimeout(() => void tick(), due - performance.now())
  }
  timer = setTimeout(() => void tick())
  return () => {
    stopped = true
    clearTimeout(timer)
    window.removeEventListener('keyup', onKeyUp)
    window.removeEventListener('blur', rest)
    board.removeEventListener('blur', rest)
  }
}

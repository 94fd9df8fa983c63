import { useEffect, useRef } from 'react'
import { BoardFrame } from '../../board/board-frame.tsx'
import { Stage } from '../../board/stage.tsx'
import { sceneView } from '../../board/views.ts'
import { attempt } from '../../components/report-error.ts'
import { useLiveClock } from './live-clock.ts'
import classes from './play.module.css'
import { playSession } from './play-session.ts'
import { ResultCard } from './result-card.tsx'
import type { Play } from './use-play.ts'

export function PlayBoard({ play }: { play: Play }) {
  const board = useRef<HTMLDivElement>(null)
  const scene = play.play?.scene
  const view = scene === undefined ? undefined : sceneView(scene.kind)
  const session = play.play?.session
  useLiveClock(board, view, session)
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new level takes the focus
  useEffect(() => {
    const free = document.activeElement === document.body || document.activeElement?.id === 'main'
    if (free) board.current?.focus({ preventScroll: true })
  }, [session])

  if (play.play === null || scene === undefined) return <div className={classes.stage} />
  if (view === undefined) {
    return (
      <div className={classes.stage}>
        <p className="muted">{play.play.spec.title} cannot be drawn on this screen yet.</p>
      </div>
    )
  }

  const place = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height] as const
  }
  const playing = !play.finished && !play.play.terminated && !play.play.truncated
  const { control } = view
  return (
    <div className={classes.stage}>
      <BoardFrame
        ref={board}
        aspect={view.aspect(scene)}
        className={classes.board}
        data-board
        role="application"
        aria-roledescription="board"
        aria-label={`${play.play.spec.title}. Escape leaves the board.`}
        tabIndex={0}
        onPointerMove={(event) => {
          if (!playing || control.point === undefined) return
          playSession.setControl(control.point(play.control, scene, ...place(event)))
        }}
        onPointerDown={(event) => {
          if (!playing || event.button !== 0) return
          event.currentTarget.focus()
          const at = place(event)
          const pointed = control.point?.(play.control, scene, ...at) ?? play.control
          const result = control.click?.(pointed, scene, ...at)
          if (result === undefined) return
          playSession.setControl(result.state)
          const { action } = result
          if (action !== undefined) void attempt(() => playSession.act(action))
        }}
      >
        <Stage view={view} source={playSession} label={`${play.play.spec.title} board`} />
        <span className={classes.cue}>
          <kbd>Esc</kbd> leaves the board
        </span>
        <p className="spoken" aria-live="polite">
          {playing && control.describe(play.control, scene)}
        </p>
        <p className="spoken" aria-live="polite">
          {view.describe(play.lastEvents)}
        </p>
        {play.finished && <ResultCard play={play} />}
      </BoardFrame>
    </div>
  )
}

import { Button, SegmentedControl } from '@mantine/core'
import { IconGitBranch } from '@tabler/icons-react'
import { type CSSProperties, useMemo, useState } from 'react'
import type { Board, EnvironmentSpec, Result } from '../../../core/studio/protocol.ts'
import { useActions } from '../../actions/action.ts'
import { compareActions } from '../../actions/compare.ts'
import { BoardFrame } from '../../board/board-frame.tsx'
import { Stage } from '../../board/stage.tsx'
import { sceneView } from '../../board/views.ts'
import { oneScore, won } from '../../components/format.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import { boardSource, frameAt } from '../../replay/board-source.ts'
import { Clock } from '../../replay/clock.ts'
import { marksOf } from '../../replay/marks.ts'
import { paceByStep, paceByTime } from '../../replay/pacing.ts'
import { Transport } from '../../replay/transport.tsx'
import { useClock } from '../../replay/use-clock.ts'
import { leaders } from './ahead.ts'
import classes from './compare.module.css'

/** All boards on one clock. */
export function Boards({ result }: { result: Result<'compare.boards'> }) {
  const { boards, spec, firstDifference } = result
  const [by, setBy] = useState<'shot' | 'time'>('shot')
  const { clock, starts } = useMemo(() => {
    const frames = boards.map((board) => board.frames)
    const pacing = by === 'shot' ? paceByStep(frames) : paceByTime(frames)
    return { clock: new Clock(pacing.clock), starts: pacing.boards }
  }, [boards, by])
  const marks = useMemo(
    () => (by === 'shot' ? marksOf(boards.map((board) => board.frames)) : []),
    [boards, by],
  )
  useClock(clock)
  const noun = spec.score.measure === 'length' ? 'shot' : 'step'
  const frames = boards.map((_, index) => frameAt(clock, starts[index]!))
  const ahead = leaders(boards, frames, spec)
  const over = boards.every((board, index) => frames[index] === board.frames.length - 1)
  const leading = over ? (spec.score.measure === 'length' ? 'fewest' : 'most') : 'ahead'
  const goToDifference = () => {
    setBy('shot')
    if (firstDifference !== null) clock.seek(firstDifference)
  }
  useActions(useMemo(() => compareActions(clock, firstDifference), [clock, firstDifference]))
  return (
    <section className={classes.boards} aria-label="Boards">
      <div className={classes.row}>
        {boards.map((board, index) => (
          <OneBoard
            // biome-ignore lint/suspicious/noArrayIndexKey: boards stand in the order of the contenders
            key={index}
            board={board}
            spec={spec}
            clock={clock}
            starts={starts[index]!}
            frame={frames[index]!}
            decided={ahead.has(index) ? leading : null}
          />
        ))}
      </div>
      <div className={classes.controls}>
        <div className={classes.transport}>
          <Transport clock={clock} marks={marks} noun={by === 'shot' ? noun : 'moment'} />
        </div>
        <div className={classes.clockChoice}>
          <SegmentedControl
            size="xs"
            aria-label="Clock"
            value={by}
            onChange={(value) => setBy(value as 'shot' | 'time')}
            data={[
              { value: 'shot', label: `by ${noun}` },
              { value: 'time', label: 'by time' },
            ]}
          />
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconGitBranch size={15} />}
            disabled={firstDifference === null}
            onClick={goToDifference}
          >
            {firstDifference === null ? 'No difference' : `First difference: ${noun} ${firstDifference}`}
          </Button>
        </div>
      </div>
    </section>
  )
}

interface OneBoardProps {
  readonly board: Board
  readonly spec: EnvironmentSpec
  readonly clock: Clock
  readonly starts: readonly number[]
  readonly frame: number
  /** What leading is called now; null for those who do not. */
  readonly decided: string | null
}

function OneBoard({ board, spec, clock, starts, frame, decided }: OneBoardProps) {
  const source = useMemo(() => boardSource(clock, board.frames, starts), [clock, board.frames, starts])
  const view = sceneView(board.frames[0]?.scene.kind ?? '')
  if (view === undefined) return null
  const over = frame === board.frames.length - 1
  const value =
    spec.score.measure === 'length'
      ? frame
      : board.frames.slice(0, frame + 1).reduce((sum, { reward }) => sum + reward, 0)
  return (
    <article
      className={classes.one}
      aria-label={board.label}
      style={{ '--aspect': view.aspect } as CSSProperties}
    >
      <header className={classes.oneHead}>
        <PlayerName kind={board.playerKind} name={board.label} />
        {decided !== null && <span className={classes.ahead}>{decided}</span>}
      </header>
      <BoardFrame aspect={view.aspect}>
        <Stage view={view} source={source} label={`${board.label}, ${frame} of ${board.steps} steps`} />
      </BoardFrame>
      <p className={`${classes.used} figure`}>
        <strong>{oneScore(value)}</strong>
        <span className="muted">
          {value === 1 ? spec.score.unit : spec.score.units}
          {over && `, ${won(board.success)}`}
        </span>
      </p>
    </article>
  )
}

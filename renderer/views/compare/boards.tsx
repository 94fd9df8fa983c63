import { Button, SegmentedControl } from '@mantine/core'
import { IconGitBranch } from '@tabler/icons-react'
import { type CSSProperties, useMemo, useState } from 'react'
import type { Board, EnvironmentSpec } from '../../../core/studio/protocol.ts'
import { useActions } from '../../actions/action.ts'
import { compareActions } from '../../actions/compare.ts'
import { BoardFrame } from '../../board/board-frame.tsx'
import { Stage } from '../../board/stage.tsx'
import { scenePanel, sceneView } from '../../board/views.ts'
import { oneScore, won } from '../../components/format.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import { boardSource, frameAt } from '../../replay/board-source.ts'
import { Clock } from '../../replay/clock.ts'
import { marksOf } from '../../replay/marks.ts'
import { momentOfFrame, paceByStep, paceByTime } from '../../replay/pacing.ts'
import { Transport } from '../../replay/transport.tsx'
import { useClock } from '../../replay/use-clock.ts'
import { AbsentBoard } from './absent-board.tsx'
import { leaders } from './ahead.ts'
import classes from './compare.module.css'
import { describeContenders, formatContender } from './contenders.ts'
import type { Compare } from './use-compare.ts'

/** All boards on one clock, in the order of the contenders. */
export function Boards({ compare }: { compare: Compare }) {
  const { contenders, known } = compare
  const { boards, absent, spec, firstDifference } = compare.boards.value!
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
  const described = describeContenders(contenders, known)
  const noun = spec.score.measure === 'length' ? 'shot' : 'step'
  const frames = boards.map((_, index) => frameAt(clock, starts[index]!))
  const ahead = leaders(boards, frames, spec)
  const over = boards.every((board, index) => frames[index] === board.frames.length - 1)
  const leading = over ? (spec.score.measure === 'length' ? 'fewest' : 'most') : 'ahead'
  const parting =
    firstDifference === null ? null : momentOfFrame({ clock: clock.starts, boards: starts }, firstDifference)
  useActions(useMemo(() => compareActions(clock, parting), [clock, parting]))
  return (
    <section className={classes.boards} aria-label="Boards">
      <div className={classes.row}>
        {contenders.map((contender, place) => {
          const key = formatContender(contender)
          const { label, kind } = described[place]!
          const index = boards.findIndex((board) => formatContender(board.contender) === key)
          const absence = absent.find((other) => formatContender(other.contender) === key)
          if (absence !== undefined) {
            return (
              <AbsentBoard key={key} absence={absence} label={label} kind={kind} onBoard={compare.setSeed} />
            )
          }
          if (index < 0) return null
          return (
            <OneBoard
              key={key}
              board={boards[index]!}
              label={label}
              spec={spec}
              clock={clock}
              starts={starts[index]!}
              frame={frames[index]!}
              decided={ahead.has(index) ? leading : null}
            />
          )
        })}
      </div>
      {boards.length > 0 && (
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
            {boards.length > 1 && (
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconGitBranch size={15} />}
                disabled={parting === null}
                onClick={() => parting !== null && clock.seek(parting)}
              >
                {differenceWords(firstDifference, noun)}
              </Button>
            )}
          </div>
        </div>
      )}
    </section>
  )
}

function differenceWords(firstDifference: number | null, noun: string): string {
  if (firstDifference === null) return 'No difference'
  return firstDifference === 0 ? 'Different from the start' : `First difference: ${noun} ${firstDifference}`
}

interface OneBoardProps {
  readonly board: Board
  readonly label: string
  readonly spec: EnvironmentSpec
  readonly clock: Clock
  readonly starts: readonly number[]
  readonly frame: number
  /** What leading is called now; null for those who do not. */
  readonly decided: string | null
}

function OneBoard({ board, label, spec, clock, starts, frame, decided }: OneBoardProps) {
  const source = useMemo(() => boardSource(clock, board.frames, starts), [clock, board.frames, starts])
  const scene = board.frames[0]?.scene
  const view = scene && sceneView(scene.kind)
  if (view === undefined) return null
  const aspect = view.aspect(scene!)
  const now = board.frames[frame]!.scene
  const Panel = scenePanel(now.kind, 'replay')
  const over = frame === board.frames.length - 1
  const value =
    spec.score.measure === 'length'
      ? frame
      : board.frames.slice(0, frame + 1).reduce((sum, { reward }) => sum + reward, 0)
  return (
    <article className={classes.one} aria-label={label} style={{ '--aspect': aspect } as CSSProperties}>
      <header className={classes.oneHead}>
        <PlayerName kind={board.playerKind} name={label} />
        {decided !== null && <span className={classes.ahead}>{decided}</span>}
      </header>
      <BoardFrame aspect={aspect}>
        <Stage view={view} source={source} label={`${label}, ${frame} of ${board.steps} steps`} />
      </BoardFrame>
      <p className={`${classes.used} figure`}>
        <strong>{oneScore(value)}</strong>
        <span className="muted">
          {value === 1 ? spec.score.unit : spec.score.units}
          {over && `, ${won(board.success)}`}
        </span>
      </p>
      {Panel !== undefined && <Panel scene={now} />}
    </article>
  )
}

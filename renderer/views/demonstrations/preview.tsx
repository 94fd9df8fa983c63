import { Loader } from '@mantine/core'
import { useEffect, useMemo } from 'react'
import type { Demonstration, Result } from '../../../core/studio/protocol.ts'
import { BoardFrame } from '../../board/board-frame.tsx'
import { Stage } from '../../board/stage.tsx'
import { scenePanel, sceneView } from '../../board/views.ts'
import { useResource } from '../../client/resources.ts'
import { ErrorNote } from '../../components/error-note.tsx'
import { boardSource } from '../../replay/board-source.ts'
import { Clock } from '../../replay/clock.ts'
import { marksOf } from '../../replay/marks.ts'
import { paceByStep } from '../../replay/pacing.ts'
import { StepsStrip } from '../../replay/steps-strip.tsx'
import { Transport } from '../../replay/transport.tsx'
import { useClock } from '../../replay/use-clock.ts'
import { currentRoute, setRouteParams } from '../../route.ts'
import classes from './demonstrations.module.css'
import { Details } from './details.tsx'

export function Preview({ row }: { row: Demonstration }) {
  const replay = useResource('demonstrations.replay', { id: row.id })
  if (replay.error !== undefined) return <ErrorNote error={replay.error} />
  if (replay.value === undefined) return <Loader m="auto" size="sm" aria-label="Loading the replay" />
  return <Replay row={row} replay={replay.value} />
}

function Replay({ row, replay }: { row: Demonstration; replay: Result<'demonstrations.replay'> }) {
  const { frames } = replay
  const clock = useMemo(
    () => new Clock(paceByStep([frames]).clock, Number(currentRoute().params.get('step') ?? 0)),
    [frames],
  )
  const source = useMemo(() => boardSource(clock, frames, clock.starts), [clock, frames])
  const marks = useMemo(() => marksOf([frames]), [frames])
  const { step, playing } = useClock(clock)
  useEffect(() => {
    if (!playing) setRouteParams({ step: step === 0 ? null : step })
  }, [step, playing])

  const frame = frames[step]
  const view = frame === undefined ? undefined : sceneView(frame.scene.kind)
  const Panel = frame === undefined ? undefined : scenePanel(frame.scene.kind, 'replay')
  const events = frame === undefined || view === undefined ? '' : view.describe(frame.events)
  const noun = replay.spec.score.measure === 'length' ? 'shot' : 'step'
  return (
    <>
      {view !== undefined && (
        <div className={classes.board}>
          <BoardFrame aspect={view.aspect(frame!.scene)}>
            <Stage view={view} source={source} label={`${noun} ${step}: ${events}`} />
          </BoardFrame>
        </div>
      )}
      <p className={`${classes.events} small figure`}>
        {events}
        <br />
        <span className="muted">
          {frame !== undefined && step > 0
            ? `reward ${frame.reward.toFixed(3)} · ${(frame.timeMs / 1000).toFixed(1)} s`
            : `${noun} 0`}
        </span>
      </p>
      {Panel !== undefined && <Panel scene={frame!.scene} />}
      <Transport clock={clock} marks={marks} noun={noun} />
      <StepsStrip clock={clock} frames={frames} branches={(frame && view?.branches(frame.scene)) ?? []} />
      <Details
        row={row}
        verified={replay.verified}
        divergedAt={replay.divergedAt}
        notReplayed={replay.notReplayed}
      />
    </>
  )
}

/** An agent that plays one level after the other, each on a new board. */
import { Loader } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import type { Recording } from '../../core/studio/protocol.ts'
import { BoardFrame } from '../board/board-frame.tsx'
import { Stage } from '../board/stage.tsx'
import { motionAllowed, sceneView } from '../board/views.ts'
import { client } from '../client/client.ts'
import { ErrorNote } from '../components/error-note.tsx'
import { count, won } from '../components/format.ts'
import { boardSource } from './board-source.ts'
import { Clock } from './clock.ts'
import { paceByStep } from './pacing.ts'
import classes from './replay.module.css'
import { useClock } from './use-clock.ts'

/** The policy of a run, or one that was imported. */
export type Watched = { readonly runId: string } | { readonly importedId: string }

interface WatchBoardProps {
  readonly agent: Watched
  readonly name: string
  readonly speed?: number
  /** Plays one level over and over instead of ever new ones. */
  readonly loop?: boolean
}

const BETWEEN_MS = 1400

export function WatchBoard({ agent, name, speed = 1.5, loop = false }: WatchBoardProps) {
  const id = 'runId' in agent ? agent.runId : agent.importedId
  const method = 'runId' in agent ? 'runs.watch' : 'imported.watch'
  const [recording, setRecording] = useState<Recording | null>(null)
  const [error, setError] = useState<Error>()
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: every round asks anew
  useEffect(() => {
    let here = true
    const asked =
      method === 'runs.watch'
        ? client.call(method, { runId: id, seed: null })
        : client.call(method, { id, seed: null })
    asked.then(
      (answer) => here && setRecording(answer),
      (reason: Error) => here && setError(reason),
    )
    return () => {
      here = false
    }
  }, [method, id, round])
  if (error !== undefined) return <ErrorNote error={error} />
  if (recording === null) return <Loader size="sm" m="auto" aria-label="The agent is playing" />
  return (
    <Playing
      key={round}
      loop={loop}
      recording={recording}
      name={name}
      speed={speed}
      onEnd={() => setRound((now) => now + 1)}
    />
  )
}

interface PlayingProps {
  readonly recording: Recording
  readonly name: string
  readonly speed: number
  readonly loop: boolean
  readonly onEnd: () => void
}

function Playing({ recording, name, speed, loop, onEnd }: PlayingProps) {
  const { frames, spec } = recording
  const clock = useMemo(() => new Clock(paceByStep([frames]).clock), [frames])
  const source = useMemo(() => boardSource(clock, frames, clock.starts), [clock, frames])
  const { step, playing } = useClock(clock)
  useEffect(() => {
    clock.setSpeed(speed)
    // Without motion the end is shown, and nothing starts by itself.
    if (motionAllowed()) clock.toggle()
    else clock.seek(clock.last)
  }, [clock, speed])
  const over = step === clock.last && !playing
  useEffect(() => {
    if (!over || !motionAllowed()) return
    const timer = setTimeout(() => (loop ? clock.toggle() : onEnd()), BETWEEN_MS)
    return () => clearTimeout(timer)
  }, [over, onEnd, loop, clock])
  const scene = frames[0]?.scene
  const view = scene && sceneView(scene.kind)
  if (view === undefined) return null
  const units = step === 1 ? spec.score.unit : spec.score.units
  return (
    <div className={classes.watch}>
      <BoardFrame aspect={view.aspect(scene!)}>
        <Stage view={view} source={source} label={`${name} plays: ${step} steps`} />
      </BoardFrame>
      <p className="small muted figure">
        {spec.score.measure === 'length' ? `${step} ${units}` : `step ${count(step)}`}
        {over && `, ${won(recording.success)}`}
      </p>
    </div>
  )
}

import { Button, Progress } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconEye, IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import type { HealthNote, Progress as RunProgress } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'
import type { LiveRun } from '../../client/runs.ts'
import { count, duration, episodeWord, moment, percent, score, scoreWords } from '../../components/format.ts'
import { WatchBoard } from '../../replay/watch-board.tsx'
import { TimeShares } from './time-shares.tsx'
import classes from './train.module.css'
import { useSpec } from './use-spec.ts'

export function RunSide({ run, health }: { run: LiveRun; health: readonly HealthNote[] }) {
  const spec = useSpec(run.environmentId)
  const { progress } = run
  return (
    <aside className={classes.side} aria-label="Progress">
      <div>
        <p className={`${classes.sideFigure} figure`}>{run.score === null ? '–' : score(run.score)}</p>
        <p className="small muted">{scoreWords(spec?.score)} in training, last 1,000 steps</p>
      </div>
      <div>
        <Progress
          value={(100 * run.step) / run.maxSteps}
          animated={run.state === 'running'}
          aria-label={`${percent(run.step / run.maxSteps)} of the steps`}
        />
        <dl className={`${classes.facts} figure`}>
          <Fact name="step" value={`${count(run.step)} of ${count(run.maxSteps)}`} />
          {progress !== null && <LiveFacts progress={progress} episodes={`${episodeWord(spec?.score)}s`} />}
          {run.evaluation !== null && (
            <Fact
              name={`held out, mean of ${run.evaluation.episodes}`}
              value={`${score(run.evaluation.mean)} ${spec?.score.units ?? ''}`}
            />
          )}
          {run.state !== 'running' && run.finishedAtUs !== null && (
            <>
              <Fact name={run.state} value={moment(run.finishedAtUs)} />
              <Fact name="took" value={duration((run.finishedAtUs - run.createdAtUs) / 1e6)} />
            </>
          )}
        </dl>
        {[run.problem, isLeft(run) ? null : run.message].map(
          (text) =>
            text !== null && (
              <p key={text} className={classes.message}>
                {text}
              </p>
            ),
        )}
      </div>
      {progress?.shares != null && <TimeShares shares={progress.shares} />}
      {health.length > 0 && <Health notes={health} />}
      <Watch run={run} />
    </aside>
  )
}

/** What is known of it stands under its name. */
function isLeft({ elsewhere }: LiveRun): boolean {
  return elsewhere !== null && elsewhere.state !== 'followed'
}

function LiveFacts({ progress, episodes }: { progress: RunProgress; episodes: string }) {
  return (
    <>
      <Fact name={episodes} value={count(progress.episodes)} />
      <Fact name="steps per second" value={count(progress.stepsPerSecond)} />
      {progress.etaSeconds !== null && <Fact name="time left" value={duration(progress.etaSeconds)} />}
    </>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

const icons = {
  good: <IconCircleCheck size={17} color="var(--good)" aria-label="good" />,
  note: <IconInfoCircle size={17} color="var(--ink-3)" aria-label="note" />,
  warning: <IconAlertTriangle size={17} color="var(--warn)" aria-label="warning" />,
}

function Health({ notes }: { notes: readonly HealthNote[] }) {
  return (
    <ul className={classes.health}>
      {notes.map((note) => (
        <li key={note.id}>
          {icons[note.level]}
          <span>
            {note.text}
            {note.advice !== null && <span className={classes.advice}>{note.advice}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Watch({ run }: { run: LiveRun }) {
  const [watching, setWatching] = useState(false)
  const agents = useResource('agents.list', {}).value
  // Since before its first step; what has never begun to train has nothing that could play.
  const plays = agents?.some(({ runId, checkpoints }) => runId === run.id && checkpoints.length > 0) ?? false
  if (!watching) {
    return (
      <Button
        variant="default"
        leftSection={<IconEye size={17} />}
        disabled={!plays}
        title={plays ? undefined : 'There is no policy yet'}
        onClick={() => setWatching(true)}
      >
        Watch it play
      </Button>
    )
  }
  return (
    <div className={classes.watch}>
      <WatchBoard agent={{ runId: run.id }} name={run.name} />
    </div>
  )
}

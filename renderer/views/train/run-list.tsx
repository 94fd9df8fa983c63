import { IconTrophy } from '@tabler/icons-react'
import { smooth } from '../../charts/smooth.ts'
import { useCurves } from '../../client/metrics.ts'
import type { LiveRun } from '../../client/runs.ts'
import { count, score } from '../../components/format.ts'
import { Sparkline } from '../../components/sparkline.tsx'
import classes from './train.module.css'
import { useSpec } from './use-spec.ts'

const words = {
  damaged: 'damaged',
  running: 'running',
  stopped: 'stopped',
  finished: 'finished',
  failed: 'failed',
} as const

export function RunList({ runs, current }: { runs: readonly LiveRun[]; current: string | undefined }) {
  return (
    <ul className={classes.runs}>
      {runs.map((run) => (
        <li key={run.id}>
          <RunItem run={run} current={run.id === current} />
        </li>
      ))}
    </ul>
  )
}

function RunItem({ run, current }: { run: LiveRun; current: boolean }) {
  const spec = useSpec(run.environmentId)
  const state = run.problem === null ? run.state : 'damaged'
  const scores = useCurves(run.id)?.series['rollout/score']?.values ?? []
  return (
    <a className={classes.runItem} href={`#/train?run=${run.id}`} aria-current={current || undefined}>
      <span className={classes.runTitle}>
        <span className={classes.state} data-state={state} />
        <strong>{run.name}</strong>
        {run.masteredAtStep !== null && (
          <IconTrophy
            size={15}
            color="var(--good)"
            aria-label={`mastered at ${count(run.masteredAtStep)} steps`}
          />
        )}
      </span>
      {scores.length > 1 && (
        <Sparkline values={smooth(scores, 0.3)} line={spec?.score.human?.mean} height={30} dots={false} />
      )}
      <span className={`${classes.runFigures} figure`}>
        <span>
          {run.stopping ? 'stopping' : words[state]}
          {placed(run)} · {count(run.step)} steps
        </span>
        {run.score !== null && (
          <span>
            {score(run.score)} {spec?.score.units}
          </span>
        )}
      </span>
    </a>
  )
}

/** ' on lab', or that it was left there. */
function placed({ elsewhere }: LiveRun): string {
  if (elsewhere === null) return ''
  return `${elsewhere.state === 'followed' ? '' : ', left'} on ${elsewhere.cluster}`
}

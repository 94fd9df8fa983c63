import { useMemo } from 'react'
import { useActions } from '../../actions/action.ts'
import { trainingActions } from '../../actions/training.ts'
import { useCurves } from '../../client/metrics.ts'
import type { LiveRun } from '../../client/runs.ts'
import { HeroChart } from './hero-chart.tsx'
import { LeftElsewhere } from './left-elsewhere.tsx'
import { MadeWith } from './made-with.tsx'
import { MetricPanels } from './metric-panels.tsx'
import { RunHead } from './run-head.tsx'
import { RunSide } from './run-side.tsx'
import classes from './train.module.css'

export function RunView({ run }: { run: LiveRun }) {
  const curves = useCurves(run.id)
  useActions(useMemo(() => trainingActions(run), [run]))
  return (
    <div className={classes.run}>
      <div className={classes.main}>
        <RunHead run={run} />
        <LeftElsewhere run={run} />
        <HeroChart run={run} curves={curves} />
        <MetricPanels run={run} curves={curves} />
        <MadeWith run={run} />
      </div>
      <RunSide run={run} health={curves?.health ?? []} />
    </div>
  )
}

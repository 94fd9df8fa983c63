import { Button } from '@mantine/core'
import { IconChartDots3, IconPlayerStop, IconTrash, IconTrophy } from '@tabler/icons-react'
import type { LiveRun } from '../../client/runs.ts'
import { EditableName } from '../../components/editable-name.tsx'
import { count, counted, moment } from '../../components/format.ts'
import { navigate } from '../../route.ts'
import { deleteRun, renameRun, stopRun } from './commands.ts'
import { Resume } from './resume.tsx'
import classes from './train.module.css'
import { TrainOn } from './train-on.tsx'

export function RunHead({ run }: { run: LiveRun }) {
  const parts = [
    run.environmentId,
    [run.algorithm, ...run.signals.filter((signal) => signal !== 'extrinsic')].join(' + ').toUpperCase(),
    ...placeOf(run),
    run.demonstrations.length > 0 ? counted(run.demonstrations.length, 'demonstration') : 'no demonstrations',
  ]
  return (
    <header className={classes.runHead}>
      <div>
        <EditableName name={run.name} onRename={(name) => void renameRun(run, name)} />
        <p className="small muted">{parts.join(' · ')}</p>
      </div>
      {run.masteredAtStep !== null && (
        <span
          className={`${classes.mastered} figure`}
          title="The first step at which the last 1,000 steps of training were at least as good as the human average"
        >
          <IconTrophy size={15} aria-hidden /> mastered at {count(run.masteredAtStep)} steps
        </span>
      )}
      <span className={classes.runButtons}>
        {run.state === 'running' ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlayerStop size={15} />}
            loading={run.stopping}
            onClick={() => void stopRun(run)}
          >
            Stop
          </Button>
        ) : run.state === 'finished' ? (
          <TrainOn run={run} />
        ) : (
          <Resume run={run} />
        )}
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconChartDots3 size={15} />}
          onClick={() =>
            navigate('compare', { env: run.environmentId, contenders: `scripted,agent:${run.id}` })
          }
        >
          Compare
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconTrash size={15} />}
          disabled={run.state === 'running'}
          onClick={() => void deleteRun(run)}
        >
          Delete
        </Button>
      </span>
    </header>
  )
}

/** Where it works, while it does. */
function placeOf({ state, elsewhere }: LiveRun): string[] {
  if (state !== 'running') return []
  if (elsewhere === null) return ['on this machine']
  const { cluster, rejoinedAtUs } = elsewhere
  return [
    rejoinedAtUs === null ? `on ${cluster}` : `on ${cluster}, followed again since ${moment(rejoinedAtUs)}`,
  ]
}

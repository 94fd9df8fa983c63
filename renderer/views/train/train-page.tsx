import { Button } from '@mantine/core'
import { IconChartLine, IconPlus, IconServer2 } from '@tabler/icons-react'
import { useRuns } from '../../client/runs.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { navigate, useRoute } from '../../route.ts'
import { NewRun } from './new-run.tsx'
import { RunList } from './run-list.tsx'
import { RunView } from './run-view.tsx'
import classes from './train.module.css'

export default function TrainPage() {
  const { params } = useRoute()
  const runs = useRuns()
  const creating = params.has('new')
  const wanted = params.get('run')
  const run = creating ? undefined : (runs?.find(({ id }) => id === wanted) ?? runs?.[0])
  if (runs === undefined) return null
  return (
    <div className={classes.page}>
      <aside className={classes.list} aria-label="Runs">
        <Button
          fullWidth
          leftSection={<IconPlus size={18} />}
          variant={creating ? 'filled' : 'default'}
          onClick={() => navigate('train', { new: 1 })}
        >
          New run
        </Button>
        <RunList runs={runs} current={run?.id} />
        <a className={classes.clusters} href="#/clusters">
          <IconServer2 size={16} stroke={1.6} aria-hidden /> Clusters
        </a>
      </aside>
      {creating ? (
        <NewRun />
      ) : run === undefined ? (
        <EmptyState
          icon={<IconChartLine size={40} stroke={1.2} />}
          title="No runs yet"
          actions={<Button onClick={() => navigate('train', { new: 1 })}>Train your first agent</Button>}
        >
          The scripted reference player's 21 playthroughs are enough to start with: about two minutes to an
          agent at the human average.
        </EmptyState>
      ) : (
        <RunView key={run.id} run={run} />
      )}
    </div>
  )
}

import { ActionIcon, Tooltip } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { IconKeyboard, IconSearch } from '@tabler/icons-react'
import { useEffect } from 'react'
import { runAction } from '../actions/action.ts'
import { Keys } from '../actions/keys.tsx'
import { useResource } from '../client/resources.ts'
import { type LiveRun, useRuns } from '../client/runs.ts'
import { count, duration, score } from '../components/format.ts'
import type { Page } from '../route.ts'
import classes from './frame.module.css'

const titles: Record<Page, string> = {
  play: 'Play',
  demonstrations: 'Demonstrations',
  train: 'Train',
  compare: 'Compare',
  agents: 'Agents',
  clusters: 'Clusters',
  storage: 'Storage',
}

export function TopBar({ page }: { page: Page }) {
  const library = useResource('library.info', {})
  useEffect(() => {
    document.title = `${titles[page]} · Understudy`
  }, [page])
  const runs = useRuns()?.filter((run) => run.state === 'running') ?? []
  return (
    <header className={classes.top}>
      <div className={classes.title}>
        <h1>{titles[page]}</h1>
        {library.value !== undefined && (
          <span className={classes.library} title={library.value.directory}>
            Library: {library.value.name}
          </span>
        )}
      </div>
      <div className={classes.pills}>
        {runs.map((run) => (
          <RunPill key={run.id} run={run} />
        ))}
      </div>
      {/* Here, where nothing lies below: a long message makes the bar taller instead of covering what is on the page. */}
      <div className={classes.toasts}>
        <Notifications
          position="top-right"
          limit={3}
          withinPortal={false}
          classNames={{ root: classes.toastPlace, notification: classes.toast }}
        />
      </div>
      <button type="button" className={classes.search} onClick={() => runAction('app.palette')}>
        <IconSearch size={15} stroke={1.8} aria-hidden />
        Find a command
        <Keys shortcut="mod+k" />
      </button>
      <Tooltip label="All keys (?)">
        <ActionIcon aria-label="Show all keys" onClick={() => runAction('help.keys')}>
          <IconKeyboard size={20} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </header>
  )
}

/** "first · 4,120 steps · 22.8 bubbles · 0:41 left", a way back to the run from everywhere. */
function RunPill({ run }: { run: LiveRun }) {
  const left = run.progress?.etaSeconds ?? null
  const unit = useUnits(run.environmentId)
  return (
    <a className={`${classes.pill} figure`} href={`#/train?run=${run.id}`}>
      <span className={classes.pulse} />
      <strong>{run.name}</strong>
      <span>{count(run.step)} steps</span>
      {run.score !== null && (
        <span>
          {score(run.score)} {unit}
        </span>
      )}
      {run.stopping ? <span>stopping</span> : left !== null && <span>{duration(left)} left</span>}
    </a>
  )
}

function useUnits(environmentId: string): string {
  const environments = useResource('environments.list', {})
  return environments.value?.find(({ id }) => id === environmentId)?.score.units ?? ''
}

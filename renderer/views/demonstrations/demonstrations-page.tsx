import { Button, TextInput } from '@mantine/core'
import { IconFilter, IconVideo } from '@tabler/icons-react'
import { useMemo } from 'react'
import { runAction, useActions } from '../../actions/action.ts'
import { demonstrationActions } from '../../actions/demonstrations.ts'
import { useResource } from '../../client/resources.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { useScoreWords } from '../../components/first-environment.ts'
import { count, counted } from '../../components/format.ts'
import { navigate, setRouteParams, useRoute } from '../../route.ts'
import { useSettings } from '../../settings.ts'
import { BulkBar } from './bulk-bar.tsx'
import classes from './demonstrations.module.css'
import { parseFilter } from './filter.ts'
import { PlayerAverages } from './player-averages.tsx'
import { Preview } from './preview.tsx'
import { useSelection } from './selection.ts'
import { parseSort, sortRows } from './sort.ts'
import { DemonstrationTable } from './table.tsx'

const setCurrent = (id: number | null) => setRouteParams({ id, step: null, first: null })

export default function DemonstrationsPage() {
  const { params } = useRoute()
  const { playerName } = useSettings()
  const list = useResource('demonstrations.list', {})
  const query = params.get('q') ?? ''
  const sortText = params.get('sort')
  const sort = useMemo(() => parseSort(sortText), [sortText])
  const scoreWords = useScoreWords()
  const filter = useMemo(() => parseFilter(query, playerName, scoreWords), [query, playerName, scoreWords])
  const rows = useMemo(
    () => sortRows((list.value ?? []).filter(filter.test), sort),
    [list.value, filter, sort],
  )
  const order = useMemo(() => rows.map(({ id }) => id), [rows])
  const wanted = params.get('id')
  const current = wanted === null ? (params.has('first') ? (order[0] ?? null) : null) : Number(wanted)
  const selection = useSelection(order, current, setCurrent)
  const shown = list.value?.find(({ id }) => id === current)
  const marked = selection.ids.size > 0 ? selection.ids : new Set(shown === undefined ? [] : [shown.id])
  const markedRows = rows.filter(({ id }) => marked.has(id))

  useActions(demonstrationActions(markedRows, selection))

  if (list.error !== undefined && list.value === undefined) return <ErrorNote error={list.error} />
  if (list.value?.length === 0) return <NothingYet />
  return (
    <div className={classes.page}>
      <section className={classes.left} aria-label="Library">
        <div className={classes.filterRow}>
          <TextInput
            className={classes.filter}
            id="demonstration-filter"
            aria-label="Filter"
            leftSection={<IconFilter size={16} stroke={1.6} />}
            placeholder="player:me  score<20  tag:good"
            value={query}
            error={filter.unknown.length > 0 && `Not understood: ${filter.unknown.join(' ')}`}
            onChange={(event) => setRouteParams({ q: event.currentTarget.value })}
          />
          <span className="muted small figure">
            {rows.length === list.value?.length
              ? counted(rows.length, 'demonstration')
              : `${count(rows.length)} of ${count(list.value?.length ?? 0)}`}
          </span>
          <Button variant="default" onClick={() => runAction('demonstrations.import')}>
            Import
          </Button>
        </div>
        <PlayerAverages rows={rows} filtered={query.trim() !== ''} shown={shown?.environmentId} />
        <DemonstrationTable rows={rows} sort={sort} selection={selection} />
        {marked.size > 0 && <BulkBar rows={markedRows} selection={selection} />}
      </section>
      <section className={classes.right} aria-label="Replay">
        {shown === undefined ? (
          <EmptyState icon={<IconVideo size={36} stroke={1.2} />} title="Select a demonstration">
            Its replay appears here. Shift and {navigator.platform.startsWith('Mac') ? 'Cmd' : 'Ctrl'} select
            several; files dropped anywhere are imported.
          </EmptyState>
        ) : (
          <Preview key={shown.id} row={shown} />
        )}
      </section>
    </div>
  )
}

function NothingYet() {
  return (
    <EmptyState
      icon={<IconVideo size={40} stroke={1.2} />}
      title="No demonstrations yet"
      actions={
        <>
          <Button onClick={() => navigate('play')}>Play a level</Button>
          <Button variant="default" onClick={() => runAction('demonstrations.import')}>
            Import files
          </Button>
        </>
      }
    >
      Play a level and keep it, or drop files here.
    </EmptyState>
  )
}

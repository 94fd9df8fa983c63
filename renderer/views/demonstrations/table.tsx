import { IconCheck, IconChevronDown, IconChevronUp, IconStarFilled } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { moment, oneScore } from '../../components/format.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import { setRouteParams } from '../../route.ts'
import classes from './demonstrations.module.css'
import type { Selection } from './selection.ts'
import { formatSort, type Sort, type SortKey } from './sort.ts'

const ROW_HEIGHT = 38

const columns: readonly { key: SortKey | 'tags'; label: string }[] = [
  { key: 'player', label: 'Player' },
  { key: 'environment', label: 'Environment' },
  { key: 'score', label: 'Score' },
  { key: 'won', label: 'Won' },
  { key: 'when', label: 'When' },
  { key: 'tags', label: 'Tags' },
  { key: 'rating', label: 'Rating' },
]

interface TableProps {
  readonly rows: readonly Demonstration[]
  readonly sort: Sort
  readonly selection: Selection
}

export function DemonstrationTable({ rows, sort, selection }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  })
  const index = rows.findIndex(({ id }) => id === selection.current)
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index)
  }, [index, virtual])

  const move = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 }[event.key]
    if (step === undefined || rows.length === 0) return
    event.preventDefault()
    const next = Math.min(Math.max(index + step, 0), rows.length - 1)
    selection.select(rows[next]!.id, { range: event.shiftKey })
  }
  const items = virtual.getVirtualItems()
  const above = items[0]?.start ?? 0
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  return (
    <div ref={scroller} className={classes.table}>
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table whose rows are chosen
        role="grid"
        aria-label="Demonstrations; arrow keys move, Shift selects a range"
        aria-multiselectable
        aria-rowcount={rows.length}
        tabIndex={0}
        onKeyDown={move}
      >
        <thead>
          <tr>
            {columns.map(({ key, label }) => (
              <HeadCell key={key} column={key} label={label} sort={sort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} />
          {items.map(({ index: place }) => (
            <Row key={rows[place]!.id} row={rows[place]!} index={place} selection={selection} />
          ))}
          <Spacer height={below} />
        </tbody>
      </table>
    </div>
  )
}

/** Stands for the rows that are not drawn. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden>
      <td colSpan={columns.length} style={{ height, padding: 0, border: 0 }} />
    </tr>
  )
}

function HeadCell({ column, label, sort }: { column: SortKey | 'tags'; label: string; sort: Sort }) {
  if (column === 'tags') return <th data-column={column}>{label}</th>
  const active = sort.key === column
  const Arrow = sort.descending ? IconChevronDown : IconChevronUp
  return (
    <th data-column={column} aria-sort={active ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        className={classes.sort}
        onClick={() =>
          setRouteParams({ sort: formatSort({ key: column, descending: active && !sort.descending }) })
        }
      >
        {label}
        {active && <Arrow size={14} aria-hidden />}
      </button>
    </th>
  )
}

interface RowProps {
  readonly row: Demonstration
  readonly index: number
  readonly selection: Selection
}

function Row({ row, index, selection }: RowProps) {
  const current = selection.current === row.id
  return (
    <tr
      aria-rowindex={index + 1}
      aria-selected={selection.ids.has(row.id) || current}
      data-current={current || undefined}
      onMouseDown={(event) => {
        // Shift would select text.
        if (event.shiftKey) event.preventDefault()
      }}
      onClick={(event) =>
        selection.select(row.id, { range: event.shiftKey, toggle: event.ctrlKey || event.metaKey })
      }
    >
      <td data-column="player">
        <PlayerName kind={row.playerKind} name={row.playerName} />
      </td>
      <td data-column="environment" title={row.environmentId}>
        {row.environmentId}
      </td>
      <td data-column="score" className="figure">
        {oneScore(row.score)}
      </td>
      <td data-column="won">
        {row.success ? (
          <IconCheck size={16} color="var(--good)" aria-label="yes" />
        ) : (
          <span className="muted">{row.success === null ? 'unknown' : 'no'}</span>
        )}
      </td>
      <td data-column="when" className="figure muted">
        {moment(row.startedAtUs)}
      </td>
      <td data-column="tags">
        {row.damage !== null && (
          <span className={classes.damaged} title={row.damage}>
            damaged
          </span>
        )}
        {row.tags.map((tag) => (
          <span key={tag} className={classes.tag}>
            {tag}
          </span>
        ))}
      </td>
      <td data-column="rating" className="figure">
        {row.rating > 0 && (
          <>
            {row.rating} <IconStarFilled size={13} className={classes.star} aria-label="of 5 stars" />
          </>
        )}
      </td>
    </tr>
  )
}

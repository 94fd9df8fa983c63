import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useRef, useState } from 'react'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'
import { DataTable } from '../../components/data-table.tsx'
import { counted, percent, score, scoreWords } from '../../components/format.ts'
import { IntervalPlot } from '../../components/interval-plot.tsx'
import classes from './demonstrations.module.css'

/** Within which a filter is still being written. */
const WRITING_MS = 250

interface PlayerAveragesProps {
  /** What the filter leaves. */
  readonly rows: readonly Demonstration[]
  /** Whether there is a filter at all. */
  readonly filtered: boolean
  /** Environment of the row that is shown, where one is. */
  readonly shown: string | undefined
}

/** Per player: mean score with its 95% interval, against the human average. Of one environment, as no two have one scale. */
export function PlayerAverages({ rows, filtered, shown }: PlayerAveragesProps) {
  const specs = useResource('environments.list', {}).value
  const titleOf = (id: string) => specs?.find((spec) => spec.id === id)?.title ?? id
  const byEnvironment = useMemo(() => Map.groupBy(rows, (row) => row.environmentId), [rows])
  const environments = [...byEnvironment.keys()]
  const [chosen, setChosen] = useState<{ readonly environment: string; readonly while: string | undefined }>()
  // A row that is chosen afterwards brings its own environment.
  const wanted = chosen !== undefined && chosen.while === shown ? chosen.environment : shown
  const environment = environments.find((id) => id === wanted) ?? environments[0]
  const members = environment === undefined ? [] : byEnvironment.get(environment)!
  return (
    <section className={classes.averages} aria-label="Averages">
      <div className={classes.averagesHead}>
        {environments.length > 1 ? (
          <Select
            aria-label="Environment of the averages"
            size="xs"
            w={220}
            allowDeselect={false}
            value={environment ?? null}
            data={environments.map((id) => ({ value: id, label: titleOf(id) }))}
            onChange={(id) => id !== null && setChosen({ environment: id, while: shown })}
          />
        ) : (
          environment !== undefined && <span>{titleOf(environment)}</span>
        )}
        <span className="muted small figure">
          {environment !== undefined && counted(members.length, 'demonstration')}
        </span>
      </div>
      {environment !== undefined && (
        <Averages
          key={environment}
          environment={environment}
          ids={filtered ? members.map(({ id }) => id) : null}
        />
      )}
    </section>
  )
}

/** @param ids  of the episodes; null: all of the environment */
function Averages({ environment, ids }: { environment: string; ids: readonly number[] | null }) {
  const [steady] = useDebouncedValue(ids?.join(), WRITING_MS)
  const statistics = useResource('demonstrations.statistics', {
    environment,
    ...(ids === null || steady === undefined ? {} : { ids: steady.split(',').map(Number) }),
  })
  const spec = useResource('environments.list', {}).value?.find(({ id }) => id === environment)
  // Those of the filter before stay until the new ones have come.
  const last = useRef(statistics.value)
  if (statistics.value !== undefined) last.current = statistics.value
  if (last.current === undefined || last.current.players.length === 0) return null
  const { players, human } = last.current
  const unit = spec === undefined ? '' : scoreWords(spec.score)
  return (
    <>
      <IntervalPlot
        rows={players.map((player) => ({
          key: `${player.playerKind}/${player.playerName}`,
          label: player.playerName,
          kind: player.playerKind,
          sample: player.score,
        }))}
        human={human}
        unit={unit}
        rowHeight={24}
        labelWidth={330}
        axis={false}
      />
      <DataTable
        columns={['Player', unit, '95% interval', 'plays', 'won']}
        rows={() =>
          players.map(({ playerName, score: sample }) => [
            playerName,
            score(sample.mean),
            sample.low === null || sample.high === null
              ? 'needs 2 plays'
              : `${score(sample.low)} to ${score(sample.high)}`,
            sample.n,
            sample.successRate === null ? 'unknown' : percent(sample.successRate),
          ])
        }
      />
    </>
  )
}

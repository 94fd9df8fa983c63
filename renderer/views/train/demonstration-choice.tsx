import { Button, TextInput } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'
import { plural, score } from '../../components/format.ts'
import { setRouteParams, useRoute } from '../../route.ts'
import { useSettings } from '../../settings.ts'
import { parseFilter } from '../demonstrations/filter.ts'
import { parseIds } from '../demonstrations/id-list.ts'
import classes from './train.module.css'

export interface ChosenDemonstrations {
  readonly ids: number[]
  readonly rows: readonly Demonstration[]
  /** Whether they were picked in the library. */
  readonly picked: boolean
  readonly filter: string
  readonly unknown: readonly string[]
  /** Whether the environment has none at all; undefined until that is known. */
  readonly none: boolean | undefined
  setFilter(text: string): void
}

/** All of the environment's demonstrations, unless some were picked in the library or the filter leaves some out. */
export function useChosenDemonstrations(environment: string): ChosenDemonstrations {
  const { params } = useRoute()
  const { playerName } = useSettings()
  const list = useResource('demonstrations.list', { environment })
  const [filter, setFilter] = useState('')
  const picked = params.get('demonstrations')
  return useMemo(() => {
    const { test, unknown } = parseFilter(filter, playerName)
    const ids = picked === null ? null : new Set(parseIds(picked))
    const complete = list.value?.filter((row) => row.state === 'complete')
    const rows = (complete ?? []).filter((row) => (ids === null ? test(row) : ids.has(row.id)))
    const none = complete === undefined ? undefined : complete.length === 0
    return { ids: rows.map(({ id }) => id), rows, picked: picked !== null, filter, unknown, none, setFilter }
  }, [list.value, filter, playerName, picked])
}

export function DemonstrationChoice({ chosen }: { chosen: ChosenDemonstrations }) {
  const { rows } = chosen
  const mean = rows.reduce((sum, row) => sum + row.score, 0) / rows.length
  const players = [...new Set(rows.map(({ playerName }) => playerName))]
  return (
    <section className={classes.choice} aria-label="Demonstrations">
      <div>
        <h2>Learns from</h2>
        <p className="figure">
          {rows.length === 0
            ? 'no demonstration'
            : `${plural(rows.length, 'demonstration', 'demonstrations')} of ${players.join(', ')}, mean ${score(mean)}`}
        </p>
      </div>
      {chosen.picked ? (
        <Button size="compact-sm" variant="default" onClick={() => setRouteParams({ demonstrations: null })}>
          Use all instead
        </Button>
      ) : (
        <TextInput
          aria-label="Which demonstrations"
          leftSection={<IconFilter size={16} stroke={1.6} />}
          placeholder="all; or player:me  rating>=4  tag:good"
          value={chosen.filter}
          error={chosen.unknown.length > 0 && `Not understood: ${chosen.unknown.join(' ')}`}
          onChange={(event) => chosen.setFilter(event.currentTarget.value)}
        />
      )}
    </section>
  )
}

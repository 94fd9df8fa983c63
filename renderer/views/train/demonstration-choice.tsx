import { Button, TextInput } from '@mantine/core'
import { IconFilter } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'
import { useScoreWords } from '../../components/first-environment.ts'
import { counted, score } from '../../components/format.ts'
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
  /** What of the filter is not understood; then nothing is chosen. */
  readonly unknown: readonly string[]
  /** How many of those that were picked are not there any more. */
  readonly missing: number
  /** Whether the environment has none at all; undefined until that is known. */
  readonly none: boolean | undefined
  setFilter(text: string): void
}

/** All of the environment's demonstrations, unless some were picked in the library or the filter leaves some out. */
export function useChosenDemonstrations(environment: string): ChosenDemonstrations {
  const { params } = useRoute()
  const { playerName } = useSettings()
  const [filter, setFilter] = useState('')
  const picked = params.get('demonstrations')
  // What was picked may be of another environment that fits.
  const list = useResource(
    'demonstrations.list',
    picked !== null ? {} : environment === '' ? null : { environment },
  )
  const scoreWords = useScoreWords()
  return useMemo(() => {
    const { test, unknown } = parseFilter(filter, playerName, scoreWords)
    const ids = picked === null ? null : new Set(parseIds(picked))
    const complete = list.value?.filter((row) => row.state === 'complete')
    // A filter that is half understood must not choose what it was to leave out.
    const misread = ids === null && unknown.length > 0
    const rows = (misread ? [] : (complete ?? [])).filter((row) =>
      ids === null ? test(row) : ids.has(row.id),
    )
    const missing = complete === undefined || ids === null ? 0 : ids.size - rows.length
    const none = complete === undefined ? undefined : complete.length === 0
    return {
      ids: rows.map(({ id }) => id),
      rows,
      picked: picked !== null,
      filter,
      unknown: misread ? unknown : [],
      missing,
      none,
      setFilter,
    }
  }, [list.value, filter, playerName, picked, scoreWords])
}

export function DemonstrationChoice({ chosen }: { chosen: ChosenDemonstrations }) {
  const { rows, missing, unknown } = chosen
  const mean = rows.reduce((sum, row) => sum + row.score, 0) / rows.length
  const players = [...new Set(rows.map(({ playerName }) => playerName))]
  return (
    <section className={classes.choice} aria-label="Demonstrations">
      <div>
        <h2>Learns from</h2>
        <p className="figure">
          {rows.length === 0
            ? unknown.length > 0
              ? 'nothing, until the filter is understood'
              : 'no demonstration'
            : `${counted(rows.length, 'demonstration')} of ${players.join(', ')}, mean ${score(mean)}`}
          {missing > 0 && `; ${missing} of those that were picked are not there any more`}
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
          error={unknown.length > 0 && `Not understood: ${unknown.join(' ')}`}
          onChange={(event) => chosen.setFilter(event.currentTarget.value)}
        />
      )}
    </section>
  )
}

import { Button } from '@mantine/core'
import { IconLifebuoy } from '@tabler/icons-react'
import { client } from '../../client/client.ts'
import { invalidate, useResource } from '../../client/resources.ts'
import { counted } from '../../components/format.ts'

import { attempt } from '../../components/report-error.ts'
import classes from './play.module.css'

/** Plays that a crash or a power failure interrupted, offered for keeping. */
export function Recovered() {
  const recovered = useResource('play.recovered', {})
  const episodes = recovered.value ?? []
  if (episodes.length === 0) return null
  const ids = episodes.map(({ id }) => id)
  const decide = (decision: { keep: number[]; discard: number[] }) =>
    attempt(async () => {
      await client.call('play.recover', decision)
      invalidate('play.recovered', 'demonstrations.', 'library.')
    })
  return (
    <div className={classes.recovered} role="status">
      <IconLifebuoy size={20} stroke={1.6} aria-hidden />
      <span>
        Recovered: {counted(ids.length, 'play')} not yet kept or discarded (
        {episodes.map(({ length }) => counted(length, 'step')).join(', ')}).
      </span>
      <Button size="compact-sm" onClick={() => void decide({ keep: ids, discard: [] })}>
        Keep
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => void decide({ keep: [], discard: ids })}>
        Discard
      </Button>
    </div>
  )
}

import { Button, Rating, Textarea } from '@mantine/core'
import { IconAlertTriangle, IconDeviceGamepad2, IconHelpCircle, IconShieldCheck } from '@tabler/icons-react'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { moment, won } from '../../components/format.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import { navigate } from '../../route.ts'
import { changeNote, rate } from './commands.ts'
import classes from './demonstrations.module.css'

interface DetailsProps {
  readonly row: Demonstration
  readonly verified: boolean
  readonly divergedAt: number | null
  /** Why nothing was played again, where that is not for want of a seed. */
  readonly notReplayed: string | null
}

/** What is known of the demonstration, and what a person thinks of it. */
export function Details({ row, verified, divergedAt, notReplayed }: DetailsProps) {
  return (
    <div className={classes.details}>
      <div className={classes.detailsHead}>
        <PlayerName kind={row.playerKind} name={row.playerName} />
        <span className="muted small figure">
          {won(row.success)} · seed {row.seed ?? 'unknown'} · {moment(row.startedAtUs)}
        </span>
        <Rating
          aria-label="Rating"
          size={24}
          value={row.rating}
          onChange={(value) => void rate([row], value === row.rating ? 0 : value)}
          ml="auto"
        />
      </div>
      <Verdict row={row} verified={verified} divergedAt={divergedAt} notReplayed={notReplayed} />
      <Textarea
        aria-label="Note"
        placeholder="A note for later"
        autosize
        minRows={1}
        maxRows={4}
        key={`${row.id}/${row.note}`}
        defaultValue={row.note}
        onBlur={(event) => void changeNote(row, event.currentTarget.value)}
      />
      <div className={classes.detailsButtons}>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconDeviceGamepad2 size={15} />}
          disabled={row.seed === null}
          onClick={() => navigate('play', { env: row.environmentId, seed: row.seed })}
        >
          Play this board
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={row.seed === null}
          onClick={() =>
            navigate('compare', { env: row.environmentId, contenders: `episode:${row.id},scripted` })
          }
        >
          Compare
        </Button>
      </div>
    </div>
  )
}

/** Whether what is shown above is what happened. */
function Verdict({ row, verified, divergedAt, notReplayed }: DetailsProps) {
  if (verified) {
    return (
      <p className={classes.verified}>
        <IconShieldCheck size={15} aria-hidden />
        Replayed exactly as it was recorded
      </p>
    )
  }
  if (notReplayed !== null) {
    return (
      <p className={classes.unknown}>
        <IconHelpCircle size={15} aria-hidden />
        {`Not replayed because ${notReplayed}: this is the recording itself`}
      </p>
    )
  }
  if (row.seed === null) {
    return (
      <p className={classes.unknown}>
        <IconHelpCircle size={15} aria-hidden />
        Cannot be replayed because its seed is unknown: this is the recording itself
      </p>
    )
  }
  return (
    <p className={classes.diverged}>
      <IconAlertTriangle size={15} aria-hidden />
      {`Differs from the recording from step ${divergedAt ?? 0} onwards: the environment has changed since`}
    </p>
  )
}

import { Button, Loader } from '@mantine/core'
import type { Absence, PlayerKind } from '../../../core/studio/protocol.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import classes from './compare.module.css'

interface AbsentBoardProps {
  readonly absence: Absence
  readonly label: string
  readonly kind: PlayerKind
  readonly onBoard: (seed: number) => void
}

/** In the place of a board: why there is none, and the way to one. */
export function AbsentBoard({ absence, label, kind, onBoard }: AbsentBoardProps) {
  const { reason, seed, waiting } = absence
  return (
    <article className={`${classes.one} ${classes.absent}`} aria-label={label}>
      <header className={classes.oneHead}>
        <PlayerName kind={kind} name={label} />
      </header>
      <div className={classes.reason}>
        {waiting && <Loader size="sm" aria-hidden />}
        <p className="muted">{reason}</p>
        {seed !== null && (
          <Button size="compact-sm" variant="default" onClick={() => onBoard(seed)}>
            Show board {seed}
          </Button>
        )}
      </div>
    </article>
  )
}

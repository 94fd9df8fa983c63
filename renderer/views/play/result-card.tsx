import { Button } from '@mantine/core'
import { Keys } from '../../actions/keys.tsx'
import { headline, verdict } from './outcome.ts'
import classes from './play.module.css'
import type { Play } from './use-play.ts'

/** The end of a level: what it took, against the human average, and what to do with it. */
export function ResultCard({ play: { play, agentId, ...act } }: { play: Play }) {
  if (play === null) return null
  const recorded = play.episodeId !== null
  return (
    <section
      className={classes.result}
      aria-label="Result"
      onPointerDown={(event) => event.stopPropagation()}
    >
      <p className={`${classes.resultFigure} figure`}>{headline(play)}</p>
      <p className="muted">{verdict(play)}</p>
      <div className={classes.resultButtons}>
        {recorded ? (
          <>
            <Button data-autofocus onClick={act.keep} rightSection={<Keys shortcut="Enter" />}>
              Keep
            </Button>
            <Button variant="default" onClick={act.discard} rightSection={<Keys shortcut="d" />}>
              Discard
            </Button>
          </>
        ) : (
          <Button onClick={() => act.newLevel(null)} rightSection={<Keys shortcut="n" />}>
            New board
          </Button>
        )}
        <Button variant="default" onClick={act.again} rightSection={<Keys shortcut="r" />}>
          Same board again
        </Button>
        {agentId !== null && (
          <Button variant="default" onClick={act.watchAgent}>
            Watch the agent on this board
          </Button>
        )}
      </div>
      {recorded && (
        <p className="small muted">
          {agentId === null ? 'Playing on also keeps it.' : 'Playing on or watching also keeps it.'}
        </p>
      )}
    </section>
  )
}

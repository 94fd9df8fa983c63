import { Button } from '@mantine/core'
import { Keys } from '../../actions/keys.tsx'
import { oneScore } from '../../components/format.ts'
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
      {recorded && agentId !== null && <p className="small muted">Watching keeps this play.</p>}
    </section>
  )
}

type Ended = NonNullable<Play['play']>

function scoreOf(play: Ended): number {
  return play.spec.score.measure === 'length' ? play.steps : play.return
}

function headline(play: Ended): string {
  const { unit, units } = play.spec.score
  const value = scoreOf(play)
  return `${oneScore(value)} ${value === 1 ? unit : units}`
}

function verdict(play: Ended): string {
  if (!play.success) return play.truncated ? 'Not won within the limit.' : 'Not won.'
  const human = play.spec.score.human
  if (human === undefined) return 'Well done.'
  const difference = scoreOf(play) - human.mean
  const fewer = play.spec.score.measure === 'length' ? 'fewer' : 'less'
  const word = difference < 0 ? fewer : 'more'
  return `${Math.abs(difference).toFixed(2)} ${word} than the human average of ${human.mean}`
}

import { useResource } from '../../client/resources.ts'
import { score } from '../../components/format.ts'
import { Sparkline } from '../../components/sparkline.tsx'
import { useSettings } from '../../settings.ts'
import classes from './play.module.css'

const SHOWN = 10

export function RecentPlays({ environment }: { environment: string }) {
  const { playerName } = useSettings()
  const recent = useResource('play.recent', { environment, playerName, limit: SHOWN })
  const human = useResource('environments.list', {}).value?.find(({ id }) => id === environment)?.score.human
  const plays = recent.value ?? []
  if (plays.length === 0) {
    return <p className="small muted">Your last plays will appear here once you keep one.</p>
  }
  const mean = plays.reduce((sum, play) => sum + play.score, 0) / plays.length
  return (
    <div>
      <p className={classes.recentHead}>
        <span>Your last {plays.length === 1 ? 'play' : plays.length}</span>
        <span className="muted figure">
          mean {score(mean)} (n = {plays.length})
        </span>
      </p>
      <Sparkline
        values={plays.map((play) => play.score)}
        line={human?.mean}
        height={44}
        label={`Your last plays: ${plays.map((play) => play.score).join(', ')}`}
      />
    </div>
  )
}

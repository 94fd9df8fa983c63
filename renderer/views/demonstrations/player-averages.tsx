import { useResource } from '../../client/resources.ts'
import { DataTable } from '../../components/data-table.tsx'
import { percent, score } from '../../components/format.ts'
import { IntervalPlot } from '../../components/interval-plot.tsx'
import classes from './demonstrations.module.css'

/** Per player: mean score with its 95 % interval, against the human average. */
export function PlayerAverages({ environment }: { environment: string }) {
  const statistics = useResource('demonstrations.statistics', { environment })
  const spec = useResource('environments.list', {}).value?.find(({ id }) => id === environment)
  if (statistics.value === undefined || statistics.value.players.length === 0) return null
  const { players, human } = statistics.value
  const unit =
    spec === undefined
      ? ''
      : spec.score.measure === 'length'
        ? `${spec.score.units} per level`
        : spec.score.units
  return (
    <div className={classes.averages}>
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
        columns={['Player', unit, '95 % interval', 'plays', 'won']}
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
    </div>
  )
}

import type { Comparison } from '../../../core/studio/protocol.ts'
import { interval, percent, score } from '../../components/format.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import classes from './compare.module.css'

export function ComparisonTable({ comparison }: { comparison: Comparison }) {
  const { rows, human, spec } = comparison
  const fewer = spec.score.measure === 'length' ? `fewer ${spec.score.units}` : `more ${spec.score.units}`
  return (
    <div className={classes.tableRoom}>
      <table className={`${classes.table} figure`}>
        <thead>
          <tr>
            <th scope="col">Player</th>
            <th scope="col" title="Mean and bootstrap 95 % interval">
              {spec.score.units} (95 %)
            </th>
            <th scope="col" title="Mean of the middle half">
              middle half
            </th>
            <th scope="col">n</th>
            <th scope="col">won</th>
            {human !== null && (
              <th scope="col" title={`Share of episodes better than ${human.mean}`}>
                better than {human.mean}
              </th>
            )}
            {rows.map((row) => (
              <th
                key={row.label}
                scope="col"
                title={`Probability of ${fewer} than ${row.label}, ties counted half`}
              >
                <span className={classes.versus}>vs {row.label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={row.label}>
              <th scope="row">
                <PlayerName kind={row.playerKind} name={row.label} />
              </th>
              <td>{interval(row.score)}</td>
              <td>{score(row.iqm)}</td>
              <td>{row.score.n}</td>
              <td>{row.score.successRate === null ? '–' : percent(row.score.successRate)}</td>
              {human !== null && <td>{row.beatsHuman === null ? '–' : percent(row.beatsHuman)}</td>}
              {rows.map((other, place) => {
                const pair = row.against.find((candidate) => candidate.row === place)
                return <td key={other.label}>{place === index || pair === undefined ? '' : chance(pair)}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="small muted">
        The columns on the right: how likely the row's player needs {fewer} on a board than the column's, with
        its 95 % interval.
      </p>
    </div>
  )
}

interface Pair {
  readonly probabilityBetter: number | null
  readonly low: number | null
  readonly high: number | null
}

function chance({ probabilityBetter, low, high }: Pair): string {
  if (probabilityBetter === null) return '–'
  if (low === null || high === null) return percent(probabilityBetter)
  return `${percent(probabilityBetter)} (${percent(low)} to ${percent(high)})`
}

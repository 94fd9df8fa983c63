import type { Comparison } from '../../../core/studio/protocol.ts'
import { interval, percent, score } from '../../components/format.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import classes from './compare.module.css'

/** The scores of each, and below, where there are several, each against each. */
export function ComparisonTable({ comparison }: { comparison: Comparison }) {
  return (
    <>
      <Scores comparison={comparison} />
      {comparison.rows.length > 1 && <EachAgainstEach comparison={comparison} />}
    </>
  )
}

function Scores({ comparison }: { comparison: Comparison }) {
  const { rows, human, spec } = comparison
  return (
    <table className={`${classes.table} figure`}>
      <thead>
        <tr>
          <th scope="col">Player</th>
          <th scope="col" title="Mean and bootstrap 95% interval">
            {spec.score.units}, mean (95%)
          </th>
          <th
            scope="col"
            title="Interquartile mean (IQM): the mean of the middle half, without the best and the worst quarter"
          >
            mean without extremes
          </th>
          <th scope="col" title="Episodes">
            n
          </th>
          <th scope="col">won</th>
          {human !== null && (
            <th scope="col" title={`Share of episodes better than ${human.mean}`}>
              better than {human.mean}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may be alike; rows stand in the order of the contenders
          <tr key={index}>
            <th scope="row">
              <PlayerName kind={row.playerKind} name={row.label} />
            </th>
            <td>{interval(row.score)}</td>
            <td>{score(row.iqm)}</td>
            <td>{row.score.n}</td>
            <td>{row.score.successRate === null ? '–' : percent(row.score.successRate)}</td>
            {human !== null && <td>{row.beatsHuman === null ? '–' : percent(row.beatsHuman)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function EachAgainstEach({ comparison: { rows, spec } }: { comparison: Comparison }) {
  const fewer = spec.score.measure === 'length' ? `fewer ${spec.score.units}` : `more ${spec.score.units}`
  return (
    <table className={`${classes.table} figure`}>
      <caption>
        How likely each player is to need {fewer} than the other on the same board, with a 95% interval
      </caption>
      <thead>
        <tr>
          <th scope="col">Player</th>
          {rows.map((row, index) => (
            <th
              // biome-ignore lint/suspicious/noArrayIndexKey: names may be alike
              key={index}
              scope="col"
              title={`Probability of ${fewer} than ${row.label}, ties counted half`}
            >
              <span className={classes.versus}>than {row.label}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may be alike
          <tr key={index}>
            <th scope="row">
              <PlayerName kind={row.playerKind} name={row.label} />
            </th>
            {rows.map((_, place) => {
              const pair = row.against.find((candidate) => candidate.row === place)
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: names may be alike
                <td key={place}>{place === index || pair === undefined ? '' : <Chance pair={pair} />}</td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface Pair {
  readonly probabilityBetter: number | null
  readonly low: number | null
  readonly high: number | null
  readonly pairedSeeds: number
}

/** The interval below the chance, so that four players fit beside each other. */
function Chance({ pair: { probabilityBetter, low, high, pairedSeeds } }: { pair: Pair }) {
  if (probabilityBetter === null) return <span title="They have no board in common">–</span>
  const boards = `on ${pairedSeeds} ${pairedSeeds === 1 ? 'board' : 'boards'} that both played`
  return (
    <span title={boards}>
      {percent(probabilityBetter)}
      <span className={classes.range}>
        {low === null || high === null ? `n = ${pairedSeeds}` : `${percent(low)} to ${percent(high)}`}
      </span>
    </span>
  )
}

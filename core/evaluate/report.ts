/** A comparison as JSON and as one HTML file that needs nothing else. */
import { percent } from '../counted.ts'
import { printableJson } from '../printable.ts'
import type { Comparison, ComparisonRow } from './compare.ts'
import { dotPlot } from './dot-plot.ts'
import type { Interval } from './statistics.ts'
import { escapeXml, playerMark } from './svg.ts'

/** Numbers rounded to nothing: what was computed is what is written. */
export function comparisonJson(comparison: Comparison): string {
  return `${printableJson(comparison, 2)}\n`
}

export function comparisonHtml(comparison: Comparison): string {
  const { environment, units, human, rows, replication } = comparison
  const title = `Comparison in ${environment}`
  const source =
    human === null ? '' : `Human average: ${human.mean} ${units}, ${human.plays} plays. ${human.source}.`
  const heads = [
    'player',
    `mean ${units}`,
    '95% interval',
    'mean without extremes (IQM)',
    'sd',
    'episodes',
    'won',
    'beats the human average',
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 66rem; margin: 2rem auto; padding: 0 1rem; color: #1f2328; background: #fff }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0 }
th, td { text-align: right; padding: .35rem .8rem; white-space: nowrap; border-bottom: 1px solid #d0d7de }
th:first-child, td:first-child, .pairs :is(th, td):nth-child(2) { text-align: left }
thead th { white-space: normal; vertical-align: bottom; font-weight: 600 }
.wide { overflow-x: auto }
.mark { width: 12px; height: 12px; margin-right: .5rem; vertical-align: -1px }
svg { max-width: 100%; height: auto }
</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
${dotPlot(comparison)}
${table(heads, rows.map(summaryCells))}
<h2>On the same boards</h2>
${table(['player', 'against', 'boards', `difference in ${units}`, '95% interval', 'better with probability', '95% interval'], pairCells(rows), 'pairs')}
<p>${escapeXml(replication)} Ties count half. The mean without extremes leaves out the best and the worst quarter of the episodes (interquartile mean).</p>
<p>${escapeXml(source)}</p>
</body>
</html>
`
}

function summaryCells(row: ComparisonRow): Cell[] {
  const { mean, ci95, iqm, sd, n } = row.score
  return [
    player(row),
    mean.toFixed(2),
    interval(ci95),
    iqm.toFixed(2),
    sd.toFixed(2),
    `${n}`,
    row.winRate === null ? '-' : percent(row.winRate),
    row.beatsHuman === null ? '-' : percent(row.beatsHuman),
  ]
}

function pairCells(rows: readonly ComparisonRow[]): Cell[][] {
  return rows.flatMap((row, i) =>
    row.against
      .filter((pair) => pair.row > i && pair.pairedSeeds > 0)
      .map((pair) => [
        player(row),
        player(rows[pair.row]!),
        `${pair.pairedSeeds}`,
        signed(pair.difference!),
        interval(pair.differenceCi95),
        percent(pair.probabilityBetter!),
        interval(pair.probabilityCi95, percent),
      ]),
  )
}

/** Text, or markup that is safe already. */
type Cell = string | { readonly markup: string }

function player({ playerKind, label }: ComparisonRow): Cell {
  const mark = `<svg class="mark" viewBox="-6 -6 12 12" aria-hidden="true">${playerMark(playerKind, 0, 0)}</svg>`
  return { markup: `${mark}${escapeXml(label)}` }
}

function table(heads: readonly string[], rows: readonly (readonly Cell[])[], kind?: string): string {
  const name = kind === undefined ? '' : ` class="${kind}"`
  const content = (cell: Cell) => (typeof cell === 'string' ? escapeXml(cell) : cell.markup)
  const cells = (tag: string, row: readonly Cell[]) =>
    `<tr>${row.map((cell) => `<${tag}>${content(cell)}</${tag}>`).join('')}</tr>`
  return `<div class="wide"><table${name}>\n<thead>${cells('th', heads)}</thead>\n<tbody>\n${rows.map((row) => cells('td', row)).join('\n')}\n</tbody>\n</table></div>`
}

/** A dash for one episode, which bounds nothing. */
function interval(ends: Interval | null, write = (end: number) => end.toFixed(2)): string {
  return ends === null ? '-' : `${write(ends[0])} to ${write(ends[1])}`
}

function signed(value: number): string {
  return value > 0 ? `+${value.toFixed(2)}` : value.toFixed(2)
}

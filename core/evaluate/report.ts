/** A comparison as JSON and as one HTML file that needs nothing else. */
import { printableJson } from '../printable.ts'
import type { Comparison, ComparisonRow } from './compare.ts'
import { dotPlot } from './dot-plot.ts'
import { escapeXml } from './svg.ts'

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
    '',
    `mean ${units}`,
    '95 % interval',
    'IQM',
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
.wide { overflow-x: auto }
svg { max-width: 100%; height: auto }
</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
${dotPlot(comparison)}
${table(heads, rows.map(summaryCells))}
<h2>On the same boards</h2>
${table(['', 'against', 'boards', `difference in ${units}`, '95 % interval', 'better with probability', '95 % interval'], pairCells(rows), 'pairs')}
<p>${escapeXml(replication)} Ties count half.</p>
<p>${escapeXml(source)}</p>
</body>
</html>
`
}

function summaryCells(row: ComparisonRow): string[] {
  const { mean, ci95, iqm, sd, n } = row.score
  return [
    row.label,
    mean.toFixed(2),
    interval(ci95),
    iqm.toFixed(2),
    sd.toFixed(2),
    `${n}`,
    row.winRate === null ? '-' : percent(row.winRate),
    row.beatsHuman === null ? '-' : percent(row.beatsHuman),
  ]
}

function pairCells(rows: readonly ComparisonRow[]): string[][] {
  return rows.flatMap((row, i) =>
    row.against
      .filter((pair) => pair.row > i && pair.pairedSeeds > 0)
      .map((pair) => [
        row.label,
        rows[pair.row]!.label,
        `${pair.pairedSeeds}`,
        signed(pair.difference!),
        interval(pair.differenceCi95!),
        percent(pair.probabilityBetter!),
        `${percent(pair.probabilityCi95![0])} to ${percent(pair.probabilityCi95![1])}`,
      ]),
  )
}

function table(heads: readonly string[], rows: readonly (readonly string[])[], kind?: string): string {
  const name = kind === undefined ? '' : ` class="${kind}"`
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`
  return `<div class="wide"><table${name}>\n<thead>${cells('th', heads)}</thead>\n<tbody>\n${rows.map((row) => cells('td', row)).join('\n')}\n</tbody>\n</table></div>`
}

function interval([low, high]: readonly [number, number]): string {
  return `${low.toFixed(2)} to ${high.toFixed(2)}`
}

function signed(value: number): string {
  return value > 0 ? `+${value.toFixed(2)}` : value.toFixed(2)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}

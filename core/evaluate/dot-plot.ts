/** A comparison as a picture: a dot per episode, mean and interval per row, the human average as a line. */
import { scoreWords } from '../counted.ts'
import type { Comparison, ComparisonRow } from './compare.ts'
import { document, FAINT, format, INK, line, PLAYER_COLOURS, playerMark, scale, text, ticks } from './svg.ts'

const WIDTH = 860
const LABEL_WIDTH = 292
const ROW_HEIGHT = 52
const TOP = 64
const BOTTOM = 76
const DOT_SPREAD = 14

export function dotPlot(comparison: Comparison): string {
  const { rows, human, units, environment } = comparison
  const height = TOP + rows.length * ROW_HEIGHT + BOTTOM
  const scores = rows.flatMap((row) => row.episodes.map(({ score }) => score))
  const values = human === null ? scores : [...scores, human.mean]
  const marks = ticks(Math.min(...values), Math.max(...values), 8)
  const x = scale(marks[0]!, marks.at(-1)!, LABEL_WIDTH, WIDTH - 30)
  const floor = height - BOTTOM
  const body = marks.flatMap((mark) => [
    line(x(mark), TOP - 8, x(mark), floor, `stroke="${FAINT}"`),
    text(x(mark), floor + 18, format(mark), { anchor: 'middle' }),
  ])
  const [measure, better] = comparison.fewerIsBetter
    ? (['length', 'fewer'] as const)
    : (['return', 'more'] as const)
  body.push(text(LABEL_WIDTH, floor + 38, `${scoreWords({ units, measure })} (${better} is better)`))
  if (human !== null) {
    const at = x(human.mean)
    body.push(
      line(at, TOP - 8, at, floor, `stroke="${INK}" stroke-width="1.5" stroke-dasharray="5 4"`),
      text(at, TOP - 14, `human average ${human.mean} (published, ${human.plays} plays)`, {
        anchor: 'middle',
      }),
    )
  }
  rows.forEach((row, i) => {
    body.push(...drawRow(row, TOP + (i + 0.5) * ROW_HEIGHT, x))
  })
  body.push(
    text(16, 26, `Comparison in ${environment}`, { size: 15, weight: 600 }),
    text(
      16,
      height - 16,
      'Dots: episodes. Marks and bars: mean with its 95% bootstrap interval over boards; one episode has none.',
      {
        size: 11,
      },
    ),
  )
  return document(WIDTH, height, `Comparison in ${environment}`, body)
}

function drawRow(row: ComparisonRow, y: number, x: (value: number) => number): string[] {
  const colour = PLAYER_COLOURS[row.playerKind]
  const dots = row.episodes.map(({ score }, i) => {
    // Spread by the golden ratio: even, without a pattern, and the same every time.
    const offset = ((i * 0.6180339887) % 1) - 0.5
    return `<circle cx="${x(score)}" cy="${(y + offset * 2 * DOT_SPREAD).toFixed(2)}" r="2.5" fill="${colour}" fill-opacity="0.28"/>`
  })
  const { mean, ci95, n } = row.score
  const figures = [mean.toFixed(2), ci95 && `[${ci95.map((end) => end.toFixed(2)).join(', ')}]`, `n ${n}`]
  return [
    ...dots,
    ...(ci95 === null
      ? []
      : [
          line(
            x(ci95[0]),
            y,
            x(ci95[1]),
            y,
            `stroke="${colour}" stroke-width="3" stroke-linecap="round" stroke-opacity="0.55"`,
          ),
        ]),
    playerMark(row.playerKind, x(mean), y, 'stroke="#ffffff"'),
    playerMark(row.playerKind, 22, y - 6),
    text(36, y - 2, shorten(row.label), { weight: 600 }),
    text(36, y + 14, figures.filter(Boolean).join('  '), { size: 11 }),
  ]
}

function shorten(label: string): string {
  return label.length <= 36 ? label : `${label.slice(0, 35)}…`
}

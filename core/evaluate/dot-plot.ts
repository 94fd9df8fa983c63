/** A comparison as a picture: a dot per episode, mean and interval per row, the human average as a line. */
import type { Comparison, ComparisonRow } from './compare.ts'
import { document, FAINT, format, INK, line, PLAYER_COLOURS, scale, text, ticks } from './svg.ts'

const WIDTH = 820
const LABEL_WIDTH = 250
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
  const direction = comparison.fewerIsBetter ? 'fewer is better' : 'more is better'
  body.push(text(LABEL_WIDTH, floor + 38, `${units} per episode (${direction})`))
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
    text(16, height - 16, 'Dots: episodes. Bars: mean with its 95 % bootstrap interval over boards.', {
      size: 11,
    }),
  )
  return document(WIDTH, height, `Comparison in ${environment}`, body)
}

function drawRow(row: ComparisonRow, y: number, x: (value: number) => number): string[] {
  const colour = PLAYER_COLOURS[row.playerKind]
  const [low, high] = row.score.ci95
  const dots = row.episodes.map(({ score }, i) => {
    // Spread by the golden ratio: even, without a pattern, and the same every time.
    const offset = ((i * 0.6180339887) % 1) - 0.5
    return `<circle cx="${x(score)}" cy="${(y + offset * 2 * DOT_SPREAD).toFixed(2)}" r="2.5" fill="${colour}" fill-opacity="0.28"/>`
  })
  return [
    ...dots,
    line(x(low), y, x(high), y, `stroke="${colour}" stroke-width="4" stroke-linecap="round"`),
    mark(row.playerKind, x(row.score.mean), y, colour),
    text(16, y - 2, shorten(row.label), { weight: 600 }),
    text(
      16,
      y + 14,
      `${row.score.mean.toFixed(2)}  [${low.toFixed(2)}, ${high.toFixed(2)}]  n ${row.score.n}`,
      {
        size: 11,
      },
    ),
  ]
}

/** A person is a circle, a scripted player a square, an agent a diamond, and who nobody knows a ring. */
function mark(kind: ComparisonRow['playerKind'], x: number, y: number, colour: string): string {
  const style = `fill="${colour}" stroke="#ffffff" stroke-width="1.5"`
  if (kind === 'unknown') {
    return `<circle cx="${x}" cy="${y}" r="6" fill="#ffffff" stroke="${colour}" stroke-width="2.5"/>`
  }
  if (kind === 'human') return `<circle cx="${x}" cy="${y}" r="7" ${style}/>`
  const square = `<rect x="${x - 6}" y="${y - 6}" width="12" height="12" ${style}`
  return kind === 'scripted' ? `${square}/>` : `${square} transform="rotate(45 ${x} ${y})"/>`
}

function shorten(label: string): string {
  return label.length <= 33 ? label : `${label.slice(0, 32)}…`
}

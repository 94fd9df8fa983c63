/** Score against environment steps, one line per run, with the human average and where each run mastered it. */
import { COLOURS, document, FAINT, format, INK, line, scale, text, ticks } from './svg.ts'

export interface TrainingCurve {
  readonly label: string
  /** [n] environment steps, ascending */
  readonly steps: readonly number[]
  /** [n] mean score of the episodes that ended in the last window */
  readonly scores: readonly number[]
  readonly masteredAtStep: number | null
}

export interface TrainingPlot {
  readonly title: string
  readonly units: string
  readonly human: { readonly mean: number; readonly plays: number } | null
  readonly curves: readonly TrainingCurve[]
}

const WIDTH = 760
const HEIGHT = 420
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 160, 66, 56]

export function trainingCurvePlot({ title, units, human, curves }: TrainingPlot): string {
  const steps = curves.flatMap((curve) => curve.steps)
  const scores = curves.flatMap((curve) => curve.scores)
  if (scores.length === 0) throw new Error('a training curve without points')
  const xs = ticks(0, Math.max(...steps), 6)
  const levels = human === null ? scores : [...scores, human.mean]
  const ys = ticks(Math.min(...levels), Math.max(...levels), 6)
  const [right, floor] = [WIDTH - RIGHT, HEIGHT - BOTTOM]
  const x = scale(xs[0]!, xs.at(-1)!, LEFT, right)
  const y = scale(ys[0]!, ys.at(-1)!, floor, TOP)
  const body = [
    text(16, 26, title, { size: 15, weight: 600 }),
    ...ys.flatMap((mark) => [
      line(LEFT, y(mark), right, y(mark), `stroke="${FAINT}"`),
      text(LEFT - 8, y(mark) + 4, format(mark), { anchor: 'end' }),
    ]),
    ...xs.map((mark) => text(x(mark), floor + 18, format(mark), { anchor: 'middle' })),
    text(LEFT, floor + 40, 'environment steps'),
    text(LEFT, TOP - 10, `${units} per episode, mean of the last 1,000 steps`, { size: 11 }),
  ]
  if (human !== null) {
    body.push(
      line(LEFT, y(human.mean), right, y(human.mean), `stroke="${INK}" stroke-dasharray="5 4"`),
      text(right + 8, y(human.mean) + 4, `human ${human.mean}`, { size: 11 }),
    )
  }
  curves.forEach((curve, i) => {
    const colour = COLOURS[i % COLOURS.length]!
    const points = curve.steps.map((step, at) => `${x(step)},${y(curve.scores[at]!)}`).join(' ')
    body.push(
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`,
    )
    if (curve.masteredAtStep !== null && human !== null) {
      body.push(
        `<circle cx="${x(curve.masteredAtStep)}" cy="${y(human.mean)}" r="5" fill="${colour}" stroke="#ffffff" stroke-width="1.5"><title>mastered at ${format(curve.masteredAtStep)} steps</title></circle>`,
      )
    }
    const legend = TOP + 14 + i * 18
    body.push(
      line(right + 8, legend - 4, right + 26, legend - 4, `stroke="${colour}" stroke-width="3"`),
      text(right + 32, legend, curve.label, { size: 11 }),
    )
  })
  return document(WIDTH, HEIGHT, title, body)
}

/** Score against environment steps, one line per configuration: the mean over its runs and a 95% interval around it. */
import { bootstrapInterval, mean } from './statistics.ts'
import { COLOURS, document, FAINT, format, INK, line, logTicks, scale, text, ticks } from './svg.ts'

/** One run. */
export interface Curve {
  /** [n] environment steps, ascending */
  readonly steps: readonly number[]
  /** [n] mean score of the episodes that ended in the last window */
  readonly scores: readonly number[]
}

export interface Band {
  readonly label: string
  readonly curves: readonly Curve[]
  /** Where its runs reached the human average, in the median; null where half of them did not. */
  readonly reachedAtStep?: number | null
}

export interface BandPlot {
  readonly title: string
  /** What is scored: 'bubbles per level'. */
  readonly words: string
  readonly human: { readonly mean: number; readonly plays: number } | null
  readonly bands: readonly Band[]
  /** A logarithmic axis, for configurations that need ten times the steps of others. */
  readonly logSteps?: boolean
}

const WIDTH = 820
const HEIGHT = 440
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 210, 66, 72]
/** Points of a line: more cannot be told apart. */
const MOST_POINTS = 200
const RESAMPLES = 500

export function bandPlot({ title, words, human, bands, logSteps = false }: BandPlot): string {
  const courses = bands.map((band) => course(band.curves))
  const steps = courses.flatMap((points) => points.map((point) => point.step))
  if (steps.length === 0) {
    const nothing = [text(16, 26, title, { size: 15, weight: 600 }), text(16, 52, 'No episode has ended.')]
    return document(WIDTH, 72, title, nothing)
  }
  const levels = courses.flatMap((points) => points.flatMap(({ low, high }) => [low, high]))
  if (human !== null) levels.push(human.mean)
  const xs = logSteps ? logTicks(Math.min(...steps), Math.max(...steps)) : ticks(0, Math.max(...steps), 6)
  const ys = ticks(Math.min(...levels), Math.max(...levels), 6)
  const [right, floor] = [WIDTH - RIGHT, HEIGHT - BOTTOM]
  const along = logSteps ? Math.log10 : (step: number) => step
  const linear = scale(along(xs[0]!), along(xs.at(-1)!), LEFT, right)
  const x = (step: number) => linear(along(step))
  const y = scale(ys[0]!, ys.at(-1)!, floor, TOP)
  const body = [
    text(16, 26, title, { size: 15, weight: 600 }),
    ...ys.flatMap((mark) => [
      line(LEFT, y(mark), right, y(mark), `stroke="${FAINT}"`),
      text(LEFT - 8, y(mark) + 4, format(mark), { anchor: 'end' }),
    ]),
    ...xs.map((mark) => text(x(mark), floor + 18, short(mark), { anchor: 'middle' })),
    text(LEFT, floor + 40, `environment steps${logSteps ? ' (logarithmic)' : ''}`),
    text(
      LEFT,
      floor + 58,
      'Mean over the seeds, with a 95% bootstrap interval over seeds. A run that has ended keeps its last score.',
      { size: 11 },
    ),
    text(LEFT, TOP - 10, `${words}, mean of the last 1,000 steps`, { size: 11 }),
  ]
  if (human !== null) {
    body.push(
      line(LEFT, y(human.mean), right, y(human.mean), `stroke="${INK}" stroke-dasharray="5 4"`),
      text(right + 8, y(human.mean) + 4, `human ${human.mean}`, { size: 11 }),
    )
  }
  courses.forEach((points, i) => {
    const { label, reachedAtStep = null } = bands[i]!
    const colour = COLOURS[i % COLOURS.length]!
    const upper = points.map(({ step, high }) => `${x(step)},${y(high)}`)
    const lower = points.map(({ step, low }) => `${x(step)},${y(low)}`).reverse()
    const middle = points.map(({ step, mean }) => `${x(step)},${y(mean)}`)
    const legend = TOP + 14 + i * 18
    body.push(
      `<polygon points="${[...upper, ...lower].join(' ')}" fill="${colour}" fill-opacity="0.18"/>`,
      `<polyline points="${middle.join(' ')}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`,
      line(right + 8, legend - 4, right + 26, legend - 4, `stroke="${colour}" stroke-width="3"`),
      text(right + 32, legend, label, { size: 11 }),
    )
    if (reachedAtStep !== null && human !== null) {
      body.push(
        `<circle cx="${x(reachedAtStep)}" cy="${y(human.mean)}" r="5" fill="${colour}" stroke="#ffffff" stroke-width="1.5"><title>median of the seeds: ${format(reachedAtStep)} steps</title></circle>`,
      )
    }
  })
  return document(WIDTH, HEIGHT, title, body)
}

interface Point {
  readonly step: number
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** Mean and interval at the steps at which every run has a score, or has ended. */
function course(curves: readonly Curve[]): Point[] {
  const runs = curves.filter(({ steps }) => steps.length > 0)
  if (runs.length === 0) return []
  const first = Math.max(...runs.map(({ steps }) => steps[0]!))
  const all = [...new Set(runs.flatMap(({ steps }) => steps))]
    .filter((step) => step >= first)
    .sort((a, b) => a - b)
  const stride = Math.ceil(all.length / MOST_POINTS)
  const shown = all.filter((_, i) => i % stride === 0 || i === all.length - 1)
  return shown.map((step) => {
    const scores = runs.map((run) => scoreAt(run, step))
    const middle = mean(scores)
    // One run alone is a line without a band.
    const [low, high] = bootstrapInterval(scores, mean, { resamples: RESAMPLES }) ?? [middle, middle]
    return { step, mean: middle, low, high }
  })
}

/** The score last seen at or before `step`. */
function scoreAt({ steps, scores }: Curve, step: number): number {
  return scores[steps.findLastIndex((at) => at <= step)]!
}

/** Marks of a logarithmic axis stand close: 200000 -> '200k', 2000000 -> '2M'. */
function short(mark: number): string {
  if (mark >= 1e6) return `${format(mark / 1e6)}M`
  return mark >= 1e5 ? `${format(mark / 1e3)}k` : format(mark)
}

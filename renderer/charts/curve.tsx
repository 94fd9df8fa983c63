import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { count } from '../components/format.ts'
import classes from './curve.module.css'

export interface CurveLine {
  readonly label: string
  readonly steps: readonly number[]
  readonly values: readonly number[]
  /** A CSS variable: '--accent'. */
  readonly colour: string
  readonly width?: number
  readonly dash?: readonly number[]
  readonly opacity?: number
}

export interface CurveProps {
  readonly lines: readonly CurveLine[]
  readonly height: number
  /** Charts of one group move their cursors together. */
  readonly group: string
  readonly label: string
  /** End of the x axis, for a run that is not over. */
  readonly maxStep?: number
  /** A level across, dashed, with its words. */
  readonly level?: { readonly value: number; readonly label: string } | undefined
  /** A place on the x axis, with its words. */
  readonly place?: { readonly step: number; readonly label: string } | undefined
  readonly format: (value: number) => string
}

/** Curves against environment steps. The legend below reads all values under the cursor. */
export function Curve(props: CurveProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(props)
  latest.current = props
  const scheme = useComputedColorScheme()
  const shape = props.lines.map((line) => line.label).join('/')

  // biome-ignore lint/correctness/useExhaustiveDependencies: another set of lines needs another plot
  useEffect(() => {
    const element = box.current!
    const made = new uPlot(options(latest, element.clientWidth), align(latest.current), element)
    plot.current = made
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: latest.current.height })
    })
    resize.observe(element)
    return () => {
      resize.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [shape, props.group])
  useEffect(() => {
    const made = plot.current
    if (made === null) return
    if (made.height !== props.height) made.setSize({ width: made.width, height: props.height })
    made.setData(align(props))
  }, [props])
  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read again from the theme
  useEffect(() => {
    plot.current?.redraw(false)
  }, [scheme])
  return <div ref={box} className={classes.curve} role="img" aria-label={props.label} />
}

type Latest = React.RefObject<CurveProps>

function options(latest: Latest, width: number): uPlot.Options {
  const { lines, height, group } = latest.current
  return {
    width,
    height,
    padding: [18, 24, 0, 0],
    cursor: { sync: { key: group }, points: { size: 7 }, y: false, drag: { x: false, y: false } },
    legend: { live: true, markers: { width: 0, fill: (_plot, index) => markerOf(lines[index - 1]) } },
    scales: {
      x: { time: false, range: (_plot, low, high) => [Math.min(0, low ?? 0), xEnd(latest, high)] },
      y: { range: (_plot, low, high) => yRange(latest, low, high) },
    },
    axes: [axis((value) => count(value), 22, 80), axis(shortNumber, 44, 34)],
    series: [
      { label: 'step', value: (_plot, value) => (value === null ? '' : count(value)) },
      ...lines.map((line) => series(line, latest)),
    ],
    hooks: {
      draw: [(plot) => drawMarks(plot, latest.current)],
      setData: [showNewest],
      setCursor: [(plot) => plot.cursor.idx == null && showNewest(plot)],
    },
  }
}

/** Without a cursor the legend reads the newest values. */
function showNewest(plot: uPlot): void {
  plot.setLegend({ idx: plot.data[0].length - 1 })
}

/** As the line is drawn: its dashes tell it apart where colours do not. Variables follow the theme by themselves. */
function markerOf(line: CurveLine | undefined): string {
  if (line === undefined) return 'none'
  const { colour, dash = [], opacity = 1 } = line
  const ink = `color-mix(in srgb, var(${colour}) ${100 * opacity}%, transparent)`
  if (dash.length === 0) return ink
  let at = 0
  const stops = dash.map((length, index) => {
    const from = at
    at += length
    return `${index % 2 === 0 ? ink : 'transparent'} ${from}px ${at}px`
  })
  return `repeating-linear-gradient(90deg, ${stops.join(', ')})`
}

function series(line: CurveLine, latest: Latest): uPlot.Series {
  return {
    label: line.label,
    stroke: () => variable(line.colour),
    width: line.width ?? 1.75,
    ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
    ...(line.opacity === undefined ? {} : { alpha: line.opacity }),
    points: { show: line.values.length < 2 },
    spanGaps: true,
    value: (_plot, value) => (value === null ? '' : latest.current.format(value)),
  }
}

function axis(format: (value: number) => string, size: number, space: number): uPlot.Axis {
  return {
    stroke: () => variable('--ink-3'),
    font: '11px "Inter Variable", sans-serif',
    size,
    space,
    gap: 4,
    ticks: { show: false },
    grid: { stroke: () => variable('--line'), width: 1 },
    values: (_plot, values) => values.map(format),
  }
}

function xEnd(latest: Latest, high: number | null): number {
  return Math.max(high ?? 0, latest.current.maxStep ?? 0, 1)
}

function yRange(latest: Latest, low: number | null, high: number | null): [number, number] {
  const { level } = latest.current
  const values = [low, high, level?.value].filter((value) => value !== null && value !== undefined)
  if (values.length === 0) return [0, 1]
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const room = (most - least || Math.abs(most) || 1) * 0.08
  return [least - room, most + room]
}

/** All lines on the steps of any of them; a gap where a line has no value. */
function align({ lines }: CurveProps): uPlot.AlignedData {
  const tables = lines.map((line): uPlot.AlignedData => [[...line.steps], line.values.map(finite)])
  const joined = tables.length === 0 ? [[]] : uPlot.join(tables)
  return joined as uPlot.AlignedData
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function drawMarks(plot: uPlot, { level, place, lines }: CurveProps): void {
  const { ctx: context, bbox } = plot
  const ratio = uPlot.pxRatio
  context.save()
  context.font = `500 ${11 * ratio}px "Inter Variable", sans-serif`
  context.lineWidth = 1.25 * ratio
  context.setLineDash([5 * ratio, 4 * ratio])
  if (level !== undefined) {
    const y = plot.valToPos(level.value, 'y', true)
    context.strokeStyle = variable('--ink')
    line(context, bbox.left, y, bbox.left + bbox.width, y)
    context.fillStyle = variable('--ink-2')
    // At the end where no curve runs through the words.
    const [first, last] = [lines.at(-1)?.values[0], lines.at(-1)?.values.at(-1)].map((value) =>
      Math.abs((value ?? level.value) - level.value),
    )
    const right = last! >= first!
    context.textAlign = right ? 'right' : 'left'
    context.fillText(level.label, bbox.left + (right ? bbox.width - 4 * ratio : 4 * ratio), y - 6 * ratio)
  }
  if (place !== undefined) {
    const x = plot.valToPos(place.step, 'x', true)
    context.setLineDash([])
    context.strokeStyle = variable('--good')
    line(context, x, bbox.top, x, bbox.top + bbox.height)
    context.fillStyle = variable('--good')
    const right = x > bbox.left + bbox.width * 0.6
    context.textAlign = right ? 'right' : 'left'
    context.fillText(place.label, x + (right ? -6 : 6) * ratio, bbox.top + 10 * ratio)
  }
  context.restore()
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.beginPath()
  context.moveTo(x0, y0)
  context.lineTo(x1, y1)
  context.stroke()
}

function variable(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function shortNumber(value: number): string {
  return Math.abs(value) >= 1000 ? `${value / 1000}k` : String(Number(value.toPrecision(4)))
}

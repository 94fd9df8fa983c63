import { useElementSize } from '@mantine/hooks'
import type { HumanAverage, PlayerKind } from '../../core/studio/protocol.ts'
import { interval, score } from './format.ts'
import { MarkShape, markColour } from './player-mark.tsx'

export interface IntervalRow {
  readonly key: string
  readonly label: string
  readonly kind: PlayerKind
  readonly sample: {
    readonly n: number
    readonly mean: number
    readonly low: number | null
    readonly high: number | null
  }
  /** Single scores, drawn faintly. */
  readonly dots?: readonly number[]
}

interface IntervalPlotProps {
  readonly rows: readonly IntervalRow[]
  readonly human: HumanAverage | null
  readonly unit: string
  readonly rowHeight?: number
  readonly labelWidth?: number
  readonly axis?: boolean
}

const AXIS = 34
const TOP = 18
/** From this label width on, the interval is written out beside the mean. */
const WIDE = 240

/** Mean and 95% interval of each row, with the human average as the dashed line. */
export function IntervalPlot({
  rows,
  human,
  unit,
  rowHeight = 28,
  labelWidth = 150,
  axis = true,
}: IntervalPlotProps) {
  const { ref, width } = useElementSize()
  const height = TOP + rows.length * rowHeight + (axis ? AXIS : 4)
  const [low, high] = domain(rows, human)
  const x = (value: number) => labelWidth + ((value - low) * (width - labelWidth - 12)) / (high - low)
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={rows.map((row) => `${row.label}: ${interval(row.sample)} ${unit}`).join('; ')}
          display="block"
          fontSize="12"
        >
          {axis &&
            ticks(low, high).map((tick) => (
              <g key={tick}>
                <line x1={x(tick)} x2={x(tick)} y1={TOP} y2={height - AXIS + 4} stroke="var(--line)" />
                <text
                  x={x(tick)}
                  y={height - AXIS + 18}
                  textAnchor="middle"
                  fill="var(--ink-3)"
                  className="figure"
                >
                  {tick}
                </text>
              </g>
            ))}
          {axis && (
            <text x={(labelWidth + width) / 2} y={height - 2} textAnchor="middle" fill="var(--ink-3)">
              {unit}
            </text>
          )}
          {human !== null && (
            <g>
              <line
                x1={x(human.mean)}
                x2={x(human.mean)}
                y1={TOP - 4}
                y2={height - (axis ? AXIS - 4 : 0)}
                stroke="var(--ink)"
                strokeDasharray="4 3"
                strokeWidth="1.25"
              />
              <text {...humanLabel(x(human.mean), width)} y={10} fill="var(--ink-2)">
                human average {human.mean} (published, {human.plays} plays)
              </text>
            </g>
          )}
          {rows.map((row, index) => (
            <Row
              key={row.key}
              row={row}
              x={x}
              y={TOP + (index + 0.5) * rowHeight}
              spread={rowHeight * 0.5}
              labelWidth={labelWidth}
            />
          ))}
        </svg>
      )}
    </div>
  )
}

interface RowProps {
  readonly row: IntervalRow
  readonly x: (value: number) => number
  readonly y: number
  readonly spread: number
  readonly labelWidth: number
}

function Row({ row, x, y, spread, labelWidth }: RowProps) {
  const { mean, low, high } = row.sample
  const wide = labelWidth >= WIDE
  const figures = wide ? interval(row.sample) : score(mean)
  return (
    <g>
      <title>{`${row.label}: ${interval(row.sample)}, n = ${row.sample.n}`}</title>
      {row.dots?.map((dot, index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: dots have no identity but their place
          key={index}
          cx={x(dot)}
          cy={y + (((index * 7) % 11) / 10 - 0.5) * spread}
          r="2.5"
          fill={markColour(row.kind)}
          opacity="0.22"
        />
      ))}
      {low !== null && high !== null && (
        <line
          x1={x(low)}
          x2={x(high)}
          y1={y}
          y2={y}
          stroke={markColour(row.kind)}
          strokeWidth="3"
          strokeLinecap="round"
          opacity="0.55"
        />
      )}
      <g transform={`translate(${x(mean)} ${y})`}>
        <MarkShape kind={row.kind} />
      </g>
      <g transform={`translate(7 ${y})`}>
        <MarkShape kind={row.kind} />
      </g>
      <text x="20" y={y + 4} fill="var(--ink)">
        {fitLabel(row.label, labelWidth - 36 - figures.length * CHARACTER)}
      </text>
      <text x={labelWidth - 16} y={y + 4} fill="var(--ink-2)" textAnchor="end" className="figure">
        {figures}
      </text>
    </g>
  )
}

const CHARACTER = 6.4

function fitLabel(label: string, width: number): string {
  const most = Math.floor(width / CHARACTER)
  return label.length <= most ? label : `${label.slice(0, most - 1)}…`
}

function humanLabel(x: number, width: number): { x: number; textAnchor: 'start' | 'middle' | 'end' } {
  const HALF = 130
  if (x < HALF) return { x: 0, textAnchor: 'start' }
  if (x > width - HALF) return { x: width, textAnchor: 'end' }
  return { x, textAnchor: 'middle' }
}

function domain(rows: readonly IntervalRow[], human: HumanAverage | null): [number, number] {
  const values = rows.flatMap(({ sample, dots = [] }) => [
    sample.mean,
    sample.low ?? sample.mean,
    sample.high ?? sample.mean,
    ...dots,
  ])
  if (human !== null) values.push(human.mean)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = Math.max((high - low) * 0.08, 0.5)
  return [low - room, high + room]
}

function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 6
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(6)),
  )
}

import { useElementSize } from '@mantine/hooks'

interface SparklineProps {
  readonly values: readonly number[]
  /** A level to compare with, dashed. */
  readonly line?: number | undefined
  readonly height: number
  /** Absent where the figures stand beside it. */
  readonly label?: string
  /** Marks every value; for a handful of them. */
  readonly dots?: boolean
}

const PAD = 5

export function Sparkline({ values, line, height, label, dots = true }: SparklineProps) {
  const { ref, width } = useElementSize()
  const all = line === undefined ? values : [...values, line]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const x = (index: number) =>
    values.length === 1 ? width / 2 : PAD + (index * (width - 2 * PAD)) / (values.length - 1)
  const y = (value: number) =>
    high === low ? height / 2 : height - PAD - ((value - low) * (height - 2 * PAD)) / (high - low)
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  return (
    <div ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role={label === undefined ? 'presentation' : 'img'}
          aria-label={label}
          display="block"
        >
          {line !== undefined && (
            <line x1="0" x2={width} y1={y(line)} y2={y(line)} stroke="var(--ink-3)" strokeDasharray="4 3" />
          )}
          <polyline
            points={points}
            fill="none"
            stroke="var(--accent)"
            strokeWidth="1.75"
            strokeLinejoin="round"
          />
          {dots &&
            values.map((value, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the order is the identity
              <circle key={index} cx={x(index)} cy={y(value)} r="2.75" fill="var(--accent)" />
            ))}
        </svg>
      )}
    </div>
  )
}

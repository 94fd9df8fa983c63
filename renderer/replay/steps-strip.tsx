import { useId } from 'react'
import type { Frame } from '../../core/studio/protocol.ts'
import type { Clock } from './clock.ts'
import classes from './replay.module.css'
import { useClock } from './use-clock.ts'

const REWARD_HEIGHT = 34
const ACTION_HEIGHT = 20
const WIDTH = 1000

interface StepsStripProps {
  readonly clock: Clock
  readonly frames: readonly Frame[]
  /** Names of the action's discrete branches. */
  readonly branches: readonly string[]
}

interface Bar {
  readonly step: number
  readonly top: number
  readonly height: number
  readonly colour: string
}

/** Reward and actions of every step, on the clock of the scrubber above. */
export function StepsStrip({ clock, frames, branches }: StepsStripProps) {
  const { step } = useClock(clock)
  const lanes = [
    { label: 'reward', height: REWARD_HEIGHT, bars: rewardBars(frames) },
    ...branches.map((label, branch) => ({ label, height: ACTION_HEIGHT, bars: actionBars(frames, branch) })),
  ]
  return (
    <div className={classes.strip}>
      {lanes.map((lane) => (
        <Lane key={lane.label} {...lane} step={step} steps={frames.length - 1} />
      ))}
    </div>
  )
}

interface LaneProps {
  readonly label: string
  readonly height: number
  readonly bars: readonly Bar[]
  readonly step: number
  readonly steps: number
}

function Lane({ label, height, bars, step, steps }: LaneProps) {
  const id = useId()
  const x = (value: number) => (steps === 0 ? 0 : (WIDTH * value) / steps)
  const width = Math.max(3, Math.min(14, (WIDTH / Math.max(steps, 1)) * 0.55))
  return (
    <figure className={classes.lane} aria-labelledby={id}>
      <figcaption id={id}>{label}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        preserveAspectRatio="none"
        width="100%"
        height={height}
        aria-hidden
      >
        <rect x={x(step) - width} width={2 * width} y="0" height={height} fill="var(--accent-soft)" />
        {bars.map((bar) => (
          <rect
            key={bar.step}
            x={x(bar.step) - width / 2}
            width={width}
            y={bar.top}
            height={bar.height}
            fill={bar.colour}
          />
        ))}
      </svg>
    </figure>
  )
}

function rewardBars(frames: readonly Frame[]): Bar[] {
  const most = Math.max(...frames.map(({ reward }) => Math.abs(reward)), 1e-9)
  const zero = REWARD_HEIGHT * 0.78
  return frames.slice(1).map(({ reward }, index) => {
    const height = Math.max(1, (Math.abs(reward) / most) * (reward > 0 ? zero - 1 : REWARD_HEIGHT - zero))
    return {
      step: index + 1,
      top: reward > 0 ? zero - height : zero,
      height,
      colour: reward > 0 ? 'var(--accent)' : 'var(--ink-3)',
    }
  })
}

function actionBars(frames: readonly Frame[], branch: number): Bar[] {
  const values = frames.slice(1).map((frame) => frame.action?.discrete[branch] ?? 0)
  const most = Math.max(...values, 1)
  const bars = values.map((value, index) => ({
    step: index + 1,
    top: 1 + (1 - value / most) * (ACTION_HEIGHT - 6),
    height: 4,
    colour: 'var(--ink-2)',
  }))
  // A switch is drawn where it was thrown.
  return most > 1 ? bars : bars.filter((_, index) => values[index] === 1).map((bar) => ({ ...bar, top: 6 }))
}

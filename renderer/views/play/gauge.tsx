import type { HumanAverage } from '../../../core/studio/protocol.ts'
import classes from './play.module.css'

/** Fills towards the human average, which lies at two thirds, and changes when that is passed. */
export function Gauge({ value, human }: { value: number; human: HumanAverage }) {
  const end = human.mean * 1.5
  const passed = value > human.mean
  const share = (100 * Math.min(value, end)) / end
  const label = passed
    ? `${(value - human.mean).toFixed(2)} above the human average of ${human.mean}`
    : `human average ${human.mean} (published, ${human.plays} plays)`
  return (
    <div className={classes.gauge} title={human.source}>
      <svg width="100%" height="22" role="img" aria-label={`${value} used, ${label}`}>
        <rect x="0" y="9" width="100%" height="6" rx="3" fill="var(--line)" />
        <rect
          x="0"
          y="9"
          width={`${share}%`}
          height="6"
          rx="3"
          fill={passed ? 'var(--warn)' : 'var(--accent)'}
          className={classes.gaugeFill}
        />
        <line
          x1="66.67%"
          x2="66.67%"
          y1="2"
          y2="22"
          stroke="var(--ink)"
          strokeWidth="2"
          strokeDasharray="3 2"
        />
      </svg>
      <p className="small muted figure">{label}</p>
    </div>
  )
}

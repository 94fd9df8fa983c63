import type { PanelProps } from '../scene-view.ts'
import classes from './panel.module.css'
import { drawingOf } from './view.ts'

/** What an environment says of itself beside its board. */
export function DrawingPanel({ scene }: PanelProps) {
  const { panel } = drawingOf(scene)
  if (panel.length === 0) return null
  return (
    <dl className={classes.rows} aria-label="State of the game">
      {panel.map(({ label, value, share }) => (
        <div key={label}>
          <dt className="small muted">{label}</dt>
          <dd className="figure">{typeof value === 'number' ? value.toLocaleString('en') : value}</dd>
          {share !== undefined && (
            <dd className={classes.bar} aria-hidden>
              <span style={{ width: `${share * 100}%` }} />
            </dd>
          )}
        </div>
      ))}
    </dl>
  )
}

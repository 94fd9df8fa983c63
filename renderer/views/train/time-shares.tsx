import type { Progress } from '../../../core/studio/protocol.ts'
import { percent } from '../../components/format.ts'

import classes from './train.module.css'

const parts = [
  { key: 'environment', label: 'environment', colour: 'var(--person)' },
  { key: 'inference', label: 'deciding', colour: 'var(--accent)' },
  { key: 'update', label: 'learning', colour: 'var(--scripted)' },
  { key: 'waiting', label: 'waiting', colour: 'var(--line-strong)' },
] as const

/** Where the time goes. */
export function TimeShares({ shares }: { shares: NonNullable<Progress['shares']> }) {
  return (
    <div>
      <h3>Where the time goes</h3>
      <div className={classes.shares} aria-hidden>
        {parts.map(({ key, colour }) => (
          <span key={key} style={{ flexGrow: shares[key], background: colour }} />
        ))}
      </div>
      <ul className={`${classes.shareList} figure`}>
        {parts.map(({ key, label, colour }) => (
          <li key={key}>
            <span style={{ background: colour }} /> {label} {percent(shares[key])}
          </li>
        ))}
      </ul>
    </div>
  )
}

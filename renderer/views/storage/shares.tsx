import type { Storage } from '../../../core/studio/protocol.ts'
import { size } from '../../components/format.ts'
import classes from './storage.module.css'

/** The kinds of things as parts of one bar, with a legend that says the same in words. */
export function Shares({ storage }: { storage: Storage }) {
  const { library, unused, trash, runs, agents, backups } = storage
  const sum = (sizes: readonly number[]) => sizes.reduce((total, bytes) => total + bytes, 0)
  const parts = [
    {
      name: 'Demonstrations and curves',
      bytes: Math.max(0, library - unused - trash.bytes),
      colour: 'person',
    },
    { name: 'Trash', bytes: trash.bytes, colour: 'bad' },
    { name: 'Runs', bytes: sum(runs.map((run) => run.total)), colour: 'accent' },
    { name: 'Imported agents', bytes: sum(agents.map((agent) => agent.bytes)), colour: 'good' },
    { name: 'Backups', bytes: sum(backups.map((backup) => backup.bytes)), colour: 'scripted' },
    { name: 'Unused', bytes: unused, colour: 'line-strong' },
  ].filter(({ bytes }) => bytes > 0)
  return (
    <div>
      <div className={classes.bar} aria-hidden>
        {parts.map(({ name, bytes, colour }) => (
          <span key={name} style={{ flexGrow: bytes, background: `var(--${colour})` }} />
        ))}
      </div>
      <ul className={classes.legend}>
        {parts.map(({ name, bytes, colour }) => (
          <li key={name}>
            <span className={classes.dot} style={{ background: `var(--${colour})` }} aria-hidden />
            {name} <span className="figure muted">{size(bytes)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

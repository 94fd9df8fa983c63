import type { ReactNode } from 'react'
import { size } from '../../components/format.ts'
import classes from './storage.module.css'

interface SectionRow {
  readonly key: string
  readonly name: string
  readonly facts: string
  /** Of what it is made, where that is worth a line. */
  readonly parts?: string
  readonly bytes: number
  readonly action?: ReactNode
}

interface SectionProps {
  readonly title: string
  /** In place of rows. */
  readonly empty: ReactNode
  readonly rows: readonly SectionRow[]
  /** Beside the title. */
  readonly control?: ReactNode
}

/** Things of one kind, with what each takes and what can be done about it. */
export function Section({ title, empty, rows, control }: SectionProps) {
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0)
  return (
    <section className={classes.section} aria-label={title}>
      <header className={classes.sectionHead}>
        <h2>{title}</h2>
        {rows.length > 0 && <span className="figure muted">{size(total)}</span>}
        {rows.length > 0 && control}
      </header>
      {rows.length === 0 ? (
        <p className="small muted">{empty}</p>
      ) : (
        <table className={classes.table}>
          <tbody>
            {rows.map(({ key, name, facts, parts, bytes, action }) => (
              <tr key={key}>
                <th scope="row" title={name}>
                  {name}
                  {parts !== undefined && <span className="small muted">{parts}</span>}
                </th>
                <td className="muted">{facts}</td>
                <td className="figure">{size(bytes)}</td>
                <td>{action}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

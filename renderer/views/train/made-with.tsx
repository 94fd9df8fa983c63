import type { Demonstration, Run } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'
import { counted, oneScore, score } from '../../components/format.ts'
import { PlayerName } from '../../components/player-mark.tsx'
import classes from './train.module.css'
import { YamlText } from './yaml-text.tsx'

/** More than these are named by their number. */
const LISTED = 200

/** What the run was made with, so that it can be made again: seed, demonstrations, configuration. */
export function MadeWith({ run }: { run: Run }) {
  const details = useResource('runs.details', { runId: run.id }).value
  if (details === undefined) return null
  const { seed, demonstrations, demonstrationPath, gone } = details
  return (
    <section className={classes.panel} aria-label="Made with">
      <h3>Made with</h3>
      <dl className={`${classes.facts} figure`}>
        <div>
          <dt>seed</dt>
          <dd>{seed ?? 'unknown'}</dd>
        </div>
        <div>
          <dt>demonstrations</dt>
          <dd>{demonstrationPath ?? demonstrationWords(demonstrations, gone)}</dd>
        </div>
      </dl>
      {demonstrations.length > 0 && (
        <details className={classes.more}>
          <summary>Demonstrations</summary>
          <ul className={`${classes.learnedFrom} figure`}>
            {demonstrations.slice(0, LISTED).map((row) => (
              <li key={row.id}>
                <a href={`#/demonstrations?id=${row.id}`}>
                  <PlayerName kind={row.playerKind} name={row.playerName} />
                  <span className="muted">
                    {row.seed === null ? 'board unknown' : `board ${row.seed}`} · {oneScore(row.score)}
                  </span>
                </a>
              </li>
            ))}
            {demonstrations.length > LISTED && (
              <li className="muted">and {demonstrations.length - LISTED} more</li>
            )}
          </ul>
        </details>
      )}
      <details className={classes.more}>
        <summary>Configuration</summary>
        <YamlText title="As a file, for understudy train FILE.yaml" yaml={run.config} />
      </details>
    </section>
  )
}

function demonstrationWords(rows: readonly Demonstration[], gone: number): string {
  const parts: string[] = []
  if (rows.length > 0) {
    const players = [...new Set(rows.map(({ playerName }) => playerName))].join(', ')
    const mean = rows.reduce((sum, row) => sum + row.score, 0) / rows.length
    parts.push(`${counted(rows.length, 'play')} of ${players}, mean ${score(mean)}`)
  }
  if (gone > 0) parts.push(`${counted(gone, 'play')} no longer in the library`)
  return parts.join('; ') || 'none'
}

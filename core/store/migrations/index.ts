/**
 * Brings a library up to date. Migrations are never edited once released; `user_version` counts them.
 */
import type { Database } from 'better-sqlite3'
import { keepOldVersion } from '../backup.ts'
import { episodes } from './0001-episodes.ts'
import { runs } from './0002-runs.ts'
import { importedAgents } from './0003-imported-agents.ts'
import { unknownSeeds } from './0004-unknown-seeds.ts'
import { runClaims } from './0005-run-claims.ts'
import { stagedImports } from './0006-staged-imports.ts'
import { unknownPlayers } from './0007-unknown-players.ts'
import type { Migration } from './migration.ts'

export const MIGRATIONS: readonly Migration[] = [
  episodes,
  runs,
  importedAgents,
  unknownSeeds,
  runClaims,
  stagedImports,
  unknownPlayers,
]

export const LATEST_VERSION = MIGRATIONS.at(-1)!.version

/**
 * Runs every migration that is missing, all in one transaction. An existing library is copied to
 * `<file>.v<version>` first, unless it is a copy itself.
 * @throws UserError when there is no room for that; the library is then as it was
 */
export function migrate(
  sqlite: Database,
  file: string,
  applicationId: number,
  { migrations = MIGRATIONS, keepOld = true }: { migrations?: readonly Migration[]; keepOld?: boolean } = {},
): void {
  const latest = migrations.at(-1)!.version
  const before = version(sqlite)
  if (before === latest) return
  if (before > 0 && keepOld) keepOldVersion(sqlite, file, before)
  sqlite
    .transaction(() => {
      // Read again under the lock: another process may have migrated in the meantime.
      for (const migration of migrations) {
        if (migration.version > version(sqlite)) {
          sqlite.exec(migration.sql)
          sqlite.pragma(`user_version = ${migration.version}`)
        }
      }
      sqlite.pragma(`application_id = ${applicationId}`)
    })
    .immediate()
  sqlite.pragma('optimize')
}

function version(sqlite: Database): number {
  return sqlite.pragma('user_version', { simple: true }) as number
}

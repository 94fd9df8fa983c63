import type { Migration } from './migration.ts'

/**
 * Who owns what: the processes that have the library open and own something of it, and whom a run belongs to. An episode
 * names its owner in `recorder_token`, the studio's lock in `meta`. Owners of before are not in the table and count as gone.
 */
export const runClaims: Migration = {
  version: 5,
  sql: `
    CREATE TABLE owner (
      token         TEXT    NOT NULL PRIMARY KEY,
      identity      TEXT    NOT NULL CHECK (json_valid(identity)),
      lease_ms      INTEGER NOT NULL CHECK (lease_ms > 0),
      renewed_at_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE run_claim (
      run_id  TEXT NOT NULL PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,
      token   TEXT NOT NULL,
      owner   TEXT NOT NULL,
      trainer TEXT CHECK (trainer IS NULL OR json_valid(trainer))
    ) STRICT, WITHOUT ROWID;
  `,
}

import type { Migration } from './migration.ts'

/** Episodes and their steps in chunks. A chunk is the unit of commit, of seeking and of integrity. */
export const episodes: Migration = {
  version: 1,
  sql: `
    CREATE TABLE meta (
      key   TEXT NOT NULL PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE episode (
      id                  INTEGER PRIMARY KEY AUTOINCREMENT,
      environment_id      TEXT    NOT NULL,
      environment_version INTEGER NOT NULL,
      environment         TEXT    NOT NULL CHECK (json_valid(environment)),
      seed                INTEGER NOT NULL,
      player_name         TEXT    NOT NULL,
      player_kind         TEXT    NOT NULL CHECK (player_kind IN ('human', 'scripted', 'agent')),
      started_at_us       INTEGER NOT NULL,
      state               TEXT    NOT NULL CHECK (state IN ('recording', 'complete', 'interrupted')),
      length              INTEGER NOT NULL CHECK (length >= 0),
      total_reward        REAL    NOT NULL,
      success             INTEGER NOT NULL CHECK (success IN (0, 1)),
      terminated          INTEGER NOT NULL CHECK (terminated IN (0, 1)),
      truncated           INTEGER NOT NULL CHECK (truncated IN (0, 1)),
      tags                TEXT    NOT NULL CHECK (json_valid(tags)),
      note                TEXT    NOT NULL,
      rating              INTEGER NOT NULL CHECK (rating BETWEEN 0 AND 5),
      bundled             INTEGER NOT NULL CHECK (bundled IN (0, 1)),
      hash                TEXT,
      deleted_at_us       INTEGER,
      recorder_pid        INTEGER,
      recorder_token      TEXT
    ) STRICT;

    CREATE INDEX episode_by_environment ON episode (environment_id, started_at_us);
    CREATE INDEX episode_by_hash ON episode (hash);
    CREATE INDEX episode_unfinished ON episode (state) WHERE state <> 'complete';

    CREATE TABLE chunk (
      episode_id INTEGER NOT NULL REFERENCES episode (id) ON DELETE CASCADE,
      seq        INTEGER NOT NULL CHECK (seq >= 0),
      first_step INTEGER NOT NULL CHECK (first_step >= 0),
      n_steps    INTEGER NOT NULL CHECK (n_steps >= 0),
      crc32      INTEGER NOT NULL,
      payload    BLOB    NOT NULL,
      PRIMARY KEY (episode_id, seq)
    ) STRICT;
  `,
}

import type { Migration } from './migration.ts'

/** The index of training runs and their metrics. A metric without a value is not a number. */
export const runs: Migration = {
  version: 2,
  sql: `
    CREATE TABLE run (
      id               TEXT    NOT NULL PRIMARY KEY,
      environment_id   TEXT    NOT NULL,
      algorithm        TEXT    NOT NULL,
      signals          TEXT    NOT NULL CHECK (json_valid(signals)),
      state            TEXT    NOT NULL CHECK (state IN ('running', 'stopped', 'finished', 'failed')),
      created_at_us    INTEGER NOT NULL,
      finished_at_us   INTEGER,
      step             INTEGER NOT NULL,
      max_steps        INTEGER NOT NULL,
      score            REAL,
      mastered_at_step INTEGER,
      demonstrations   TEXT    NOT NULL CHECK (json_valid(demonstrations)),
      pid              INTEGER,
      message          TEXT,
      config           TEXT    NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE metric (
      run_id TEXT    NOT NULL REFERENCES run (id) ON DELETE CASCADE,
      step   INTEGER NOT NULL,
      name   TEXT    NOT NULL,
      value  REAL,
      PRIMARY KEY (run_id, step, name)
    ) STRICT, WITHOUT ROWID;
  `,
}

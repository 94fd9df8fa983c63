import type { Migration } from './migration.ts'

/** Policies that were made elsewhere. Their files lie in `agents/` beside the library. */
export const importedAgents: Migration = {
  version: 3,
  sql: `
    CREATE TABLE imported_agent (
      id             TEXT    NOT NULL PRIMARY KEY,
      name           TEXT    NOT NULL,
      environment_id TEXT    NOT NULL,
      parameters     TEXT    NOT NULL CHECK (json_valid(parameters)),
      source         TEXT    NOT NULL,
      sha256         TEXT    NOT NULL,
      bytes          INTEGER NOT NULL,
      form           TEXT    NOT NULL,
      producer       TEXT    NOT NULL,
      opset          INTEGER NOT NULL,
      output         TEXT,
      sampled_only   INTEGER NOT NULL CHECK (sampled_only IN (0, 1)),
      imported_at_us INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}

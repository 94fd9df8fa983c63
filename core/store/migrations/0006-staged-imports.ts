import type { Migration } from './migration.ts'

/**
 * Episodes of a file come in by and by, and are seen by nobody until the whole file is there. A staged import is one that is
 * under way: its episodes become visible when its row goes.
 */
export const stagedImports: Migration = {
  version: 6,
  sql: `
    CREATE TABLE staged_import (
      id    INTEGER PRIMARY KEY AUTOINCREMENT,
      owner TEXT    NOT NULL
    ) STRICT;

    ALTER TABLE episode ADD COLUMN import_id INTEGER;

    CREATE INDEX episode_by_import ON episode (import_id) WHERE import_id IS NOT NULL;
  `,
}

import type { Migration } from './migration.ts'

/**
 * An episode that was made elsewhere may have a seed that nobody knows. Until now 0 stood in for it, and the place in the
 * file for the time: no episode that was recorded here began within the first tenth of a second of 1970.
 */
export const unknownSeeds: Migration = {
  version: 4,
  sql: `
    ALTER TABLE episode ADD COLUMN seed_known INTEGER NOT NULL DEFAULT 1 CHECK (seed_known IN (0, 1));

    UPDATE episode SET seed_known = 0
     WHERE seed = 0 AND player_kind = 'agent' AND bundled = 0 AND started_at_us < 100000;
  `,
}

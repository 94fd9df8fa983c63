import type { Migration } from './migration.ts'

/**
 * Who played an episode that was made elsewhere, and whether the goal was reached, may be known to nobody. Until now an agent
 * by the name of 'unknown' stood in for the one: no episode that was recorded here began within the first tenth of a second of
 * 1970. A goal that was missed stood in for the other, which is certain of what came from a `.demo`: nothing else is named
 * after its behaviour, and no `.demo` says.
 */
export const unknownPlayers: Migration = {
  version: 7,
  sql: `
    ALTER TABLE episode ADD COLUMN player_known INTEGER NOT NULL DEFAULT 1 CHECK (player_known IN (0, 1));
    ALTER TABLE episode ADD COLUMN success_known INTEGER NOT NULL DEFAULT 1 CHECK (success_known IN (0, 1));

    UPDATE episode SET player_known = 0
     WHERE player_name = 'unknown' AND player_kind = 'agent' AND bundled = 0 AND started_at_us < 100000;

    UPDATE episode SET success_known = 0
     WHERE player_known = 0 AND success = 0 AND environment_id LIKE 'unity:%' AND environment_version = 0;
  `,
}

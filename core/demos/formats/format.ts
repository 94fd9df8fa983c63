/**
 * What a file format for demonstrations offers. Each lies in its own file; `index.ts` registers them.
 *
 * Formats that are ours keep every bit of an episode. The others hold what their own programs read, and in addition our
 * heads where the format has room, so that what we have written comes back whole; `cannotHold` names the rest. Those whose
 * columns have actions by the environment's own numbers are made by `inOwnUnits` (outgoing.ts); on the way in `assembleEpisode`
 * (head.ts) brings these back for all.
 */
import type { EnvironmentStamp, Episode } from '../episode.ts'

/** The files of a folder by their path within it, with '/': 'data/main_data.hdf5'. */
export type DemonstrationFiles = ReadonlyMap<string, Uint8Array>

/** Which action a record of a `.demo` holds: the one taken at its observation, or the one that led there. */
export type ActionAlignment = 'same' | 'previous'

export interface WriteOptions {
  /** Default 'same', which is what ML-Agents' Python trainer reads; 'previous' is what Unity's recorder writes. */
  readonly actions?: ActionAlignment
}

export interface ReadOptions {
  /** What was played. Columns must fit it; what a file says itself may be another name of the same. */
  readonly environment?: EnvironmentStamp
  /** The environment is what the episodes are for: that they are of it is noted where the file does not say. */
  readonly supposed?: boolean
  /** Default: found out from the file. */
  readonly actions?: ActionAlignment
  /** Called with what the reader had to assume or mend, in words for people. */
  readonly note?: (text: string) => void
}

/** What formats are for, as they are offered. */
export const FORMAT_GROUPS = {
  keep: 'To keep and to share',
  scripts: 'For spreadsheets and your own scripts',
  imitation: 'For imitation learning',
  offline: 'For offline reinforcement learning',
} as const

interface Format {
  /** As it is named on the command line: 'npz'. */
  readonly name: string
  /** One line for people; what stands before a colon is the name. */
  readonly title: string
  readonly group: keyof typeof FORMAT_GROUPS
  /** What of these episodes would be lost, in words for people: 'the time of each step'. */
  cannotHold(episodes: readonly Episode[]): string[]
}

/** A format of one file per export. */
export interface FileFormat extends Format {
  readonly layout: 'file'
  /** With the dot; the first one is used for new files. */
  readonly extensions: readonly string[]
  /** 'text/csv', for dialogs and downloads. */
  readonly mediaType: string
  /** Whether the first bytes say so; the file name is not asked. */
  matches(bytes: Uint8Array): boolean
  /** @throws UserError when the format cannot hold these episodes together */
  write(episodes: readonly Episode[], options?: WriteOptions): Uint8Array | Promise<Uint8Array>
  /** Absent: can be written only. @throws DataError at the first thing that is wrong */
  read?(bytes: Uint8Array, fileName: string, options?: ReadOptions): Episode[] | Promise<Episode[]>
}

/** A format of several files in a folder of their own. */
export interface FolderFormat extends Format {
  readonly layout: 'folder'
  /** Whether the paths of the files in the folder say so. */
  matches(paths: ReadonlySet<string>): boolean
  /** @throws UserError when the format cannot hold these episodes together */
  write(
    episodes: readonly Episode[],
    options?: WriteOptions,
  ): DemonstrationFiles | Promise<DemonstrationFiles>
  /** Absent: can be written only. @throws DataError at the first thing that is wrong */
  read?(files: DemonstrationFiles, folderName: string, options?: ReadOptions): Episode[] | Promise<Episode[]>
}

export type DemonstrationFormat = FileFormat | FolderFormat

/** As which a folder travels that is packed. */
export const ARCHIVE = { extension: '.zip', mediaType: 'application/zip' } as const

/** The open library, the environments and the file formats. */
import { z } from 'zod'
import { empty, environmentId, environmentSpec, taskId } from './common.ts'

export const libraryInfo = z.object({
  /** Raised when a page and a host no longer understand each other; the page then asks for a reload. */
  protocol: z.int(),
  version: z.string(),
  name: z.string(),
  directory: z.string(),
  shell: z.enum(['browser', 'desktop']),
  /** The one that is shown to somebody who has not chosen yet. */
  environment: environmentId,
  demonstrations: z.int(),
  /** How many of them came with the program (the scripted reference player's). */
  bundled: z.int(),
  runs: z.int(),
  /** Interrupted episodes that wait for a decision (`play.recovered`). */
  recovered: z.int(),
})
export type LibraryInfo = z.infer<typeof libraryInfo>

export const listedEnvironment = environmentSpec.extend({
  /** Name of the scripted player, null when the environment has none. */
  scriptedPlayer: z.string().nullable(),
})
export type ListedEnvironment = z.infer<typeof listedEnvironment>

/** A kind of environments of other programs, named by ids like `example`. */
export const environmentScheme = z.object({ example: environmentId, description: z.string() })
export type EnvironmentScheme = z.infer<typeof environmentScheme>

/** A file format of demonstrations, which all can be written. `title` is one line for people, `group` what it is for. */
export const format = z.object({
  name: z.string(),
  title: z.string(),
  group: z.string(),
  /** Of its files, with the dot; a folder comes packed. */
  extensions: z.array(z.string()),
  mediaType: z.string(),
  /** Whether it can be imported, too. */
  read: z.boolean(),
})
export type Format = z.infer<typeof format>

export const libraryMethods = {
  'library.info': { params: empty, result: libraryInfo },
  'environments.list': { params: empty, result: z.array(listedEnvironment) },
  /** Those that are not listed: ids that occur in the library, and the schemes by which any other is named. */
  'environments.others': {
    params: empty,
    result: z.object({ ids: z.array(environmentId), schemes: z.array(environmentScheme) }),
  },
  /** Makes the environment ready and lists it from now on. */
  'environments.add': { params: z.strictObject({ id: environmentId }), result: listedEnvironment },
  /** The person has said yes to what an error `asks`; `sha256` is what they were shown. Remembered. */
  'environments.admit': {
    params: z.strictObject({ name: z.string().max(4096), sha256: z.string().max(64) }),
    result: z.object({ admitted: z.boolean() }),
  },
  /** As they are offered: group by group, the most used first. */
  'formats.list': { params: empty, result: z.array(format) },
  'tasks.cancel': { params: z.strictObject({ taskId }), result: z.object({ cancelled: z.boolean() }) },
}

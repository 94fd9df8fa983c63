/** Our heads in a file of their own, for formats of several files whose programs pass over those they do not know. */
import { z } from 'zod'
import { readBySchema } from '../../../schema-words.ts'
import type { DemonstrationFiles } from '../format.ts'
import type { FileProblems } from '../problems.ts'
import { type PlainHead, parseHead } from './head.ts'
import { doubleText } from './number-text.ts'
import type { OutgoingEpisode } from './outgoing.ts'

const FORMAT = 'understudy-heads'
const VERSION = 1

const fileSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  episodes: z.array(z.unknown()),
})

/** @param extra  further lists of numbers of each episode, by name */
export function writeHeads(
  episodes: readonly OutgoingEpisode[],
  extra: (episode: OutgoingEpisode) => Readonly<Record<string, ArrayLike<number>>> = () => ({}),
): Uint8Array {
  const lines = episodes.map((episode) => {
    const head = JSON.stringify(episode.head).slice(0, -1)
    const lists = Object.entries(extra(episode)).map(
      ([name, values]) => `,${JSON.stringify(name)}:[${Array.from(values, doubleText).join(',')}]`,
    )
    return `${head}${lists.join('')}}`
  })
  return Buffer.from(`{"format":"${FORMAT}","version":${VERSION},"episodes":[\n${lines.join(',\n')}\n]}\n`)
}

export interface ReadHeads {
  readonly heads: readonly PlainHead[]
  /** The further numbers of an episode. @throws DataError when they are not there */
  numbers(episode: number, name: string): number[]
}

/**
 * @param extra  names of the further lists
 * @returns undefined when there is no such file: another program has made the folder
 * @throws DataError when it is damaged or has not one head for each of the `count` episodes
 */
export function readHeads(
  files: DemonstrationFiles,
  path: string,
  count: number,
  problems: FileProblems,
  extra: readonly string[] = [],
): ReadHeads | undefined {
  const bytes = files.get(path)
  if (bytes === undefined) return undefined
  const parsed = readBySchema(fileSchema, parseJson(bytes, path, problems))
  if ('problem' in parsed) return problems.refuseBySchema(path, parsed.problem)
  const { episodes } = parsed.data
  if (episodes.length !== count) {
    problems.refuse(
      path,
      `${count} episodes (if another program has changed the other files, delete this one)`,
      episodes.length,
    )
  }
  const lists: Record<string, unknown>[] = []
  const heads = episodes.map((episode, i) => {
    const whole = { ...(episode as Record<string, unknown>) }
    const own: Record<string, unknown> = {}
    for (const name of extra) {
      own[name] = whole[name]
      delete whole[name]
    }
    lists.push(own)
    return parseHead(whole, `${path}, episode ${i}`, problems)
  })
  return {
    heads,
    numbers: (episode, name) => {
      const list = z.array(z.number()).safeParse(lists[episode]?.[name])
      return list.success
        ? list.data
        : problems.refuse(`${path}, episode ${episode}, ${name}`, 'a list of numbers', 'something else')
    },
  }
}

/** @throws DataError when it is none */
export function parseJson(bytes: Uint8Array, place: string, problems: FileProblems): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return problems.refuse(place, 'JSON', (error as Error).message, error)
  }
}

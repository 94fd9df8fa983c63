/**
 * Has damaged files read as any other: in a process with limits, whose owner this is.
 *
 *     worker.ts FOLDER   for a library and the number of the file under way
 */
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { EnvironmentStamp } from '../../../core/demos/episode.ts'
import type { DemonstrationSource } from '../../../core/demos/formats/index.ts'
import { readDemonstrations } from '../../../core/demos/reading.ts'
import { DataError, UserError } from '../../../core/errors.ts'
import { Random } from '../../../core/random.ts'
import { SandboxEndError } from '../../../core/sandbox/sandbox.ts'
import { openLibrary } from '../../../core/store/index.ts'
import { mutateFile, mutateFolder } from './containers.ts'

/** Whole files of one format, and what was played where they do not say. */
export type Seeds = readonly {
  readonly source: DemonstrationSource
  readonly environment: EnvironmentStamp
}[]

export interface Task {
  readonly format: string
  readonly seeds: Seeds
  readonly files: number
  readonly seed: number
}

export interface Report {
  readonly format: string
  readonly read: number
  readonly refused: number
  /** Of these, because they took more than they are given. */
  readonly ended: number
  readonly imported: number
  /** What must not have happened, with what it takes to see it again. */
  readonly failures: readonly string[]
}

const SAMPLES = 20

const folder = process.argv[2]!
const progress = openSync(join(folder, 'progress'), 'w')
const library = openLibrary(folder)

process.on('message', async (task: Task) => process.send!(await work(task)))
process.on('disconnect', () => process.exit())
process.send!('ready')

async function work({ format, seeds, files, seed }: Task): Promise<Report> {
  const random = new Random(seed)
  let [read, refused, ended, imported] = [0, 0, 0, 0]
  const failures: string[] = []
  for (let i = 0; i < files && failures.length < 5; i++) {
    const { source, environment } = seeds[random.below(seeds.length)]!
    const file = await mutate(source, random)
    const given = random.below(2) === 0 ? { environment } : {}
    const fail = (what: string): void => void failures.push(`${format}, task ${seed}, file ${i}: ${what}`)
    writeSync(progress, `${i}`.padEnd(8), 0)
    const { error, episodes } = await attempt(file, given)
    if (error !== undefined) {
      refused++
      if (error instanceof DataError && error.cause instanceof SandboxEndError) ended++
      if (!(error instanceof DataError || error instanceof UserError))
        fail(`${(error as Error).stack ?? error}`)
      else if (error.message.length > 4000) fail(`a message of ${error.message.length} characters`)
      continue
    }
    read++
    if (imported >= SAMPLES) continue
    const there = library.listEpisodes().length
    try {
      const { added, known } = library.importEpisodes(episodes)
      imported++
      if (added.length + known.length !== episodes.length) fail('imported in part')
      for (const id of added) library.readEpisode(id)
      library.deleteEpisodes(added)
      await library.purge(Number.MAX_SAFE_INTEGER)
    } catch (problem) {
      if (!(problem instanceof DataError || problem instanceof UserError)) fail(`${(problem as Error).stack}`)
    }
    if (library.listEpisodes().length !== there) fail('left something in the library')
  }
  return { format, read, refused, ended, imported, failures }
}

async function mutate(source: DemonstrationSource, random: Random): Promise<DemonstrationSource> {
  const { name } = source
  return 'bytes' in source
    ? { name, bytes: await mutateFile(source.bytes, random) }
    : { name, files: await mutateFolder(source.files, random) }
}

async function attempt(file: DemonstrationSource, options: { environment?: EnvironmentStamp }) {
  try {
    const { episodes } = await readDemonstrations(file, options)
    return { episodes }
  } catch (error) {
    return { error, episodes: [] }
  }
}

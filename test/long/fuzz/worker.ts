/**
 * Reads damaged files in a process of its own, so that one that hangs, crashes or eats memory can be told and ended.
 *
 *     worker.ts FOLDER   for a library and the number of the file under way
 */
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { EnvironmentStamp } from '../../../core/demos/episode.ts'
import { type DemonstrationSource, readDemonstrationsHere } from '../../../core/demos/formats/index.ts'
import { DataError, UserError } from '../../../core/errors.ts'
import { Random } from '../../../core/random.ts'
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
  readonly imported: number
  /** Most bytes that a file took. */
  readonly grown: number
  /** What must not have happened, with what it takes to see it again. */
  readonly failures: readonly string[]
}

/** Of the process, since a busy machine is not the file's fault. */
const SECONDS = 1
const MEMORY = 256 * 2 ** 20
const SAMPLES = 20

const folder = process.argv[2]!
const progress = openSync(join(folder, 'progress'), 'w')
const library = openLibrary(folder)

process.on('message', async (task: Task) => process.send!(await work(task)))
process.on('disconnect', () => process.exit())
process.send!('ready')

async function work({ format, seeds, files, seed }: Task): Promise<Report> {
  const random = new Random(seed)
  let [read, refused, imported] = [0, 0, 0]
  const failures: string[] = []
  let grown = 0
  await warmUp(seeds)
  for (let i = 0; i < files && failures.length < 5; i++) {
    const { source, environment } = seeds[random.below(seeds.length)]!
    const file = await mutate(source, random)
    const given = random.below(2) === 0 ? { environment } : {}
    const fail = (what: string): void => void failures.push(`${format}, task ${seed}, file ${i}: ${what}`)
    writeSync(progress, `${i}`.padEnd(8), 0)
    const memory = watchMemory()
    let outcome = await attempt(file, given)
    const taken = memory()
    grown = Math.max(grown, taken)
    if (taken > MEMORY) fail(`${Math.round(taken / 2 ** 20)} MiB of memory`)
    // What the runtime does now and then is not the file's fault, so it may try again.
    for (let n = 0; n < 2 && outcome.seconds > SECONDS; n++) outcome = await attempt(file, given)
    if (outcome.seconds > SECONDS) fail(`${outcome.seconds.toFixed(1)} s`)
    const { error, episodes } = outcome
    if (error !== undefined) {
      refused++
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
      library.purge(Number.MAX_SAFE_INTEGER)
    } catch (problem) {
      if (!(problem instanceof DataError || problem instanceof UserError)) fail(`${(problem as Error).stack}`)
    }
    if (library.listEpisodes().length !== there) fail('left something in the library')
  }
  return { format, read, refused, imported, grown, failures }
}

/** What the readers load and keep is not a file's fault. */
async function warmUp(seeds: Seeds): Promise<void> {
  for (const { source, environment } of seeds) await attempt(source, { environment })
}

async function mutate(source: DemonstrationSource, random: Random): Promise<DemonstrationSource> {
  const { name } = source
  return 'bytes' in source
    ? { name, bytes: await mutateFile(source.bytes, random) }
    : { name, files: await mutateFolder(source.files, random) }
}

async function attempt(file: DemonstrationSource, options: { environment?: EnvironmentStamp }) {
  const began = process.cpuUsage()
  const seconds = (): number => {
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1e6
  }
  try {
    const { episodes } = await readDemonstrationsHere(file, options)
    return { episodes, seconds: seconds() }
  } catch (error) {
    return { error, episodes: [], seconds: seconds() }
  }
}

/**
 * From now on. What lies in the heap until it is collected counts, other threads count where the process has never been
 * larger; garbage of the files before does not.
 * @returns tells the bytes
 */
function watchMemory(): () => number {
  const peak = (): number => process.resourceUsage().maxRSS * 1024
  const used = (): number => {
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const [resident, highest, before] = [process.memoryUsage.rss(), peak(), used()]
  return () => Math.max(used() - before, peak() > highest ? peak() - resident : 0)
}

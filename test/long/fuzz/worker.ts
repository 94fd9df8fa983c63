/** Reads damaged files in a thread of its own, so that one that hangs or eats memory can be told and ended. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import type { EnvironmentStamp } from '../../../core/demos/episode.ts'
import { type DemonstrationSource, readDemonstrations } from '../../../core/demos/formats/index.ts'
import { DataError, UserError } from '../../../core/errors.ts'
import { Random } from '../../../core/random.ts'
import { openLibrary } from '../../../core/store/index.ts'
import { mutateFile, mutateFolder } from './containers.ts'

/** Whole files of one format. */
export type Seeds = readonly DemonstrationSource[]

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
  /** What must not have happened, with what it takes to see it again. */
  readonly failures: readonly string[]
}

export interface WorkerInput {
  /** For files that do not say what was played. */
  readonly environment: EnvironmentStamp
  /** Number of the file under way and when it was begun (performance.timeOrigin + now), for whoever watches. */
  readonly progress: Float64Array<SharedArrayBuffer>
}

/** A second, and what a thread that is watched may take until it is ended. */
const SECONDS = 1.5
const MEMORY = 256 * 2 ** 20
const SAMPLES = 20

const { environment, progress } = workerData as WorkerInput
const folder = mkdtempSync(join(tmpdir(), 'understudy-fuzz-'))
const library = openLibrary(folder)

parentPort!.on('message', async (task: Task | null) => {
  if (task === null) {
    library.close()
    rmSync(folder, { recursive: true, force: true })
    process.exit()
  }
  parentPort!.postMessage(await work(task))
})
parentPort!.postMessage(null)

async function work({ format, seeds, files, seed }: Task): Promise<Report> {
  const random = new Random(seed)
  let [read, refused, imported] = [0, 0, 0]
  const failures: string[] = []
  for (let i = 0; i < files && failures.length < 5; i++) {
    const file = mutate(seeds[random.below(seeds.length)]!, random)
    const given = random.below(2) === 0 ? { environment } : {}
    const fail = (what: string): void => void failures.push(`${format}, task ${seed}, file ${i}: ${what}`)
    progress[0] = i
    progress[1] = performance.timeOrigin + performance.now()
    const before = used()
    let outcome = await attempt(file, given)
    const grown = used() - before
    if (grown > MEMORY) fail(`${Math.round(grown / 2 ** 20)} MiB of memory`)
    // A busy machine is not the file's fault, so it may try again.
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
  progress[1] = 0
  return { format, read, refused, imported, failures }
}

function mutate(source: DemonstrationSource, random: Random): DemonstrationSource {
  const { name } = source
  return 'bytes' in source
    ? { name, bytes: mutateFile(source.bytes, random) }
    : { name, files: mutateFolder(source.files, random) }
}

async function attempt(file: DemonstrationSource, options: { environment?: EnvironmentStamp }) {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  try {
    const { episodes } = await readDemonstrations(file, options)
    return { episodes, seconds: seconds() }
  } catch (error) {
    return { error, episodes: [], seconds: seconds() }
  }
}

/** Of this thread, in bytes. */
function used(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

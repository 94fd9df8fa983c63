/**
 * The training process in a Ray job. It has a library of its own, made of what came along, and its owner is whoever follows the
 * job's log: what it says goes there, and so do the run's files. It ends as every job does, by SIGTERM, with a checkpoint.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { readUnderstudy } from '../demos/index.ts'
import type { Samplers } from '../envs/varied-environment.ts'
import { UserError } from '../errors.ts'
import { packMessage, readMessage } from '../msgpack.ts'
import type { Rollout } from '../rollout/rollout.ts'
import { openLibrary } from '../store/index.ts'
import type { Port, RunConfig, Start } from '../train/index.ts'
import { listCheckpoints, raiseFence, runDirectory, serveTraining, trainerMessage } from '../train/index.ts'
import { makeRollout } from '../train/rollout.ts'
import { DriverChannel } from './driver-channel.ts'
import { HomeFiles } from './home-files.ts'
import { writeLine } from './job-lines.ts'
import {
  DEMONSTRATIONS_FILE,
  JOB_FILE,
  type JobMessage,
  type JobOrder,
  jobOrder,
  RUNS_FOLDER,
} from './job-messages.ts'
import { RemoteActors } from './remote-actors.ts'
import { RemoteRollout } from './remote-rollout.ts'
import { JobStore } from './store.ts'

const STDOUT = 1
/** The pipe to the driver. */
const REQUESTS = 3

function say(message: JobMessage): void {
  const line = Buffer.from(writeLine(packMessage(message)))
  // One write, so that nobody else's line comes into the midst of it.
  for (let at = 0; at < line.length; ) at += writeSync(STDOUT, line, at)
}

/** @returns ids of the demonstrations in the library of the job */
function makeLibrary(folder: string, data: string): number[] {
  const library = openLibrary(data)
  try {
    const file = join(folder, DEMONSTRATIONS_FILE)
    if (!existsSync(file)) return []
    return readUnderstudy(readFileSync(file), file).map((episode) => library.addEpisode(episode))
  } finally {
    library.close()
  }
}

/** The end of a channel whose other end is the log. */
class LogPort implements Port {
  readonly #files: HomeFiles
  #listener: ((message: Uint8Array) => void) | undefined
  #closed: () => void

  constructor(files: HomeFiles, closed: () => void) {
    this.#files = files
    this.#closed = closed
  }

  post(frame: Uint8Array): void {
    const { type } = trainerMessage.parse(readMessage(frame))
    // Before the message that tells of it, so that whoever hears of a checkpoint has it.
    if (type === 'checkpoint') this.#files.sendCheckpoint()
    else if (type === 'finished') this.#files.sendAll()
    else if (type === 'failed') this.#sendWhatCan()
    say({ type: 'trainer', frame })
  }

  /** The reason for which the run has failed may be that nothing more can be kept. */
  #sendWhatCan(): void {
    try {
      this.#files.sendAll()
    } catch (error) {
      if (!(error instanceof UserError)) throw error
    }
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#listener = listener
  }

  deliver(message: unknown): void {
    this.#listener!(packMessage(message))
  }

  close(): void {
    this.#closed()
  }

  onClose(): void {}
}

/** On workers of the cluster, where the run has any. */
async function rolloutOf(
  config: RunConfig,
  samplers: Samplers,
  admitted: Start['admitted'],
): Promise<Rollout> {
  const { environment: id, parameters, numEnvs: count, seed, maxEpisodeSteps, rollout, plugins } = config
  if (rollout.workers === 0) return makeRollout(config, samplers)
  const channel = new DriverChannel(process.stdin, REQUESTS)
  const { workers, stepping, pace, restarts } = rollout
  const recipe = { id, parameters, samplers }
  const hosted = { recipe, plugins: plugins.map((path) => resolve(path)), admitted, count, workers, pace }
  const options = { ...hosted, restarts, seed, maxEpisodeSteps }
  if (stepping === 'sync') return await RemoteRollout.create(channel, options)
  const { behavior, engine } = config
  return await RemoteActors.create(channel, { ...options, behavior, engine })
}

/** What was too large to come home has stayed in the store. */
async function fetchReplay(store: JobStore | null, directory: string): Promise<void> {
  const newest = (await listCheckpoints(directory)).at(-1)
  if (newest !== undefined) store?.fetch([`checkpoints/${basename(newest.replay)}`])
}

async function main(): Promise<void> {
  const folder = process.cwd()
  const order: JobOrder = jobOrder.parse(readMessage(readFileSync(join(folder, JOB_FILE))))
  // The working directory is shared by all jobs that were sent the same.
  const data = mkdtempSync(join(tmpdir(), 'understudy-job-'))
  process.on('exit', () => rmSync(data, { recursive: true, force: true }))
  const demonstrations = makeLibrary(folder, data)
  const runs = join(folder, RUNS_FOLDER)
  if (existsSync(runs)) cpSync(runs, join(data, RUNS_FOLDER), { recursive: true })
  const { start } = order
  const directory = runDirectory(data, start.runId)
  raiseFence(directory, start.claim)
  const store = order.store === null ? null : new JobStore(order.store, start.runId, directory)
  if (start.resume) await fetchReplay(store, directory)
  const files = new HomeFiles(directory, order.mostBytes, say, store)
  const port = new LogPort(files, () => say({ type: 'ended', code: Number(process.exitCode ?? 0) }))
  serveTraining(port, { makeRollout: (config, samplers) => rolloutOf(config, samplers, start.admitted) })
  port.deliver({ ...start, dataDirectory: data, demonstrations })
}

await main()

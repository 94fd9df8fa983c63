/** A training process that is a job of a Ray cluster: as any other it is told what to do over a port, reports over it, and ends. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { writeAtomically } from '../atomic-file.ts'
import { UserError } from '../errors.ts'
import { packMessage, readMessage } from '../msgpack.ts'
import {
  type Elsewhere,
  type ForkTraining,
  failureOf,
  forgetElsewhere,
  ownerMessage,
  resolveConfig,
  runDirectory,
  runFence,
  type Start,
  type TrainingProcess,
  writeElsewhere,
} from '../train/index.ts'
import { ComeHome } from './come-home.ts'
import { requireFit } from './fit.ts'
import { LineReader } from './job-lines.ts'
import { jobMessage } from './job-messages.ts'
import { withJobPackage } from './job-package.ts'
import { packOnce } from './package-file.ts'
import { moduleInProgram, programFiles, SHIM } from './program-files.ts'
import type { RayClient, RayJob } from './ray-client.ts'
import { storeFolder } from './store.ts'

/** What of a run's files may come home through the log, where there is no store. */
const MOST_BYTES = 64 * 2 ** 20
/** What a job is given to write its last checkpoint. */
const STOP_SECONDS = 60
/** Between two tries to hear from a cluster that has gone quiet. */
const RETRY_MS = 2_000
/** Of the text that the job wrote, for the case that it ends without a word. */
const TAIL_LINES = 20

type Exit = Parameters<Parameters<TrainingProcess['onExit']>[0]>[0]

export interface RayTrainingOptions {
  /** Where the job keeps the run's files besides, as `parseStore` gives it. */
  readonly store?: string | undefined
  /** Told once the cluster has the job, which then goes on without this process. */
  readonly onSubmitted?: (() => void) | undefined
}

export function trainOnRay(client: RayClient, options: RayTrainingOptions = {}): ForkTraining {
  return () => new RayTraining(client, options, null)
}

/** Goes back to a job: what it has said so far is heard once more. */
export function rejoinOnRay(client: RayClient, left: Elsewhere): ForkTraining {
  return () => new RayTraining(client, {}, left)
}

class RayTraining implements TrainingProcess {
  readonly pid = undefined
  readonly port: TrainingProcess['port']
  readonly #client: RayClient
  readonly #jobId: string
  readonly #isRejoined: boolean
  readonly #options: RayTrainingOptions
  /** Nobody listens any more. */
  readonly #given = new AbortController()
  readonly #gone: Promise<undefined>
  readonly #text: string[] = []
  /** Of a store that this machine may see. */
  #folder: string | null
  #isBlind = false
  #listener: (frame: Uint8Array) => void = () => {}
  #exited: ((exit: Exit) => void) | undefined
  #closed: (() => void) | undefined
  #submitted = false
  #stopping = false
  #code: number | null = null

  /** @param left  a job that is there already; null for a new one */
  constructor(client: RayClient, options: RayTrainingOptions, left: Elsewhere | null) {
    this.#client = client
    this.#options = options
    this.#jobId = left?.job ?? `understudy-${randomBytes(6).toString('hex')}`
    this.#folder = left?.folder ?? null
    this.#isRejoined = left !== null
    this.#submitted = this.#isRejoined
    this.#gone = new Promise((resolve) => {
      this.#given.signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    this.port = {
      post: (message) => this.#told(message),
      onMessage: (listener) => {
        this.#listener = listener
      },
      close: () => {},
      onClose: (listener) => {
        this.#closed = listener
      },
    }
  }

  onExit(listener: (exit: Exit) => void): void {
    this.#exited = listener
  }

  kill(): void {
    this.#given.abort()
  }

  /** The job goes on, unless it was told to stop. Until the cluster has it there is nothing that could. */
  leave(): boolean {
    if (this.#submitted) this.#given.abort()
    return this.#submitted
  }

  #told(message: Uint8Array): void {
    const told = ownerMessage.parse(readMessage(message))
    if (told.type === 'start') void this.#train(told)
    else void this.#stop()
  }

  async #stop(): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    if (this.#submitted) await this.#client.stop(this.#jobId).catch((error: unknown) => this.#fail(error))
  }

  async #train(start: Start): Promise<void> {
    const directory = runDirectory(start.dataDirectory, start.runId)
    try {
      if (this.#isRejoined) this.#say({ type: 'resumed', step: 0, score: null, masteredAtStep: null })
      else await this.#submit(start, directory)
      await this.#follow(start, directory)
      if (!this.#given.signal.aborted) forgetElsewhere(directory)
    } catch (error) {
      this.#fail(error)
    }
    this.#closed?.()
    this.#exited?.({ code: this.#code ?? 1, signal: null, errorOutput: this.#text.join('\n') })
  }

  async #submit(start: Start, directory: string): Promise<void> {
    const config = resolveConfig(start.config, { stored: true })
    const { engine, rollout, threads } = config
    await requireFit(this.#client, config)
    const program = await packOnce(programFiles(engine))
    await this.#client.sendPackage(program)
    const note = (text: string): void => this.#say({ type: 'notice', text })
    const { store = null, onSubmitted } = this.#options
    this.#folder = store === null ? null : storeFolder(store, start.runId)
    await withJobPackage(start, { mostBytes: MOST_BYTES, store }, note, async (order) => {
      await this.#client.sendPackage(order)
      if (this.#stopping || this.#given.signal.aborted) {
        throw new UserError('the run was stopped before the cluster had it', { remedy: 'start it again' })
      }
      await this.#client.submit({
        submissionId: this.#jobId,
        entrypoint: ['python', '-m', `${SHIM}.driver`, ...entryArguments(rollout.workers)].join(' '),
        cpus: threads,
        runtimeEnv: {
          py_modules: [`gcs://${program.name}`],
          working_dir: `gcs://${order.name}`,
          env_vars: { RAY_JOB_STOP_WAIT_TIME_S: String(STOP_SECONDS) },
        },
        metadata: { understudy_run: start.runId },
      })
    })
    this.#submitted = true
    await writeAtomically(join(directory, 'config.yaml'), [Buffer.from(start.config)], {
      mayName: runFence(directory, start.claim),
    })
    writeElsewhere(directory, { address: this.#client.address, job: this.#jobId, folder: this.#folder })
    onSubmitted?.()
    // Told to stop in the meantime.
    if (this.#stopping) await this.#client.stop(this.#jobId)
  }

  /** Until the job has ended, however often the connection breaks. */
  async #follow(start: Start, directory: string): Promise<void> {
    const home = new ComeHome(directory, runFence(directory, start.claim))
    let work = Promise.resolve()
    const reader = new LineReader(
      (frame) => {
        work = work.then(() => this.#heard(frame, home))
      },
      (line) => {
        this.#text.push(line)
        if (this.#text.length > TAIL_LINES) this.#text.shift()
      },
    )
    for (;;) {
      reader.restart()
      await this.#client.follow(this.#jobId, (text) => reader.take(text), this.#given.signal)
      await work
      if (this.#code !== null) return
      const job = await Promise.race([this.#look(directory), this.#gone])
      if (this.#given.signal.aborted) return
      if (job !== undefined && hasEnded(job)) return this.#endedSilently(job)
      await wait(RETRY_MS, undefined, { signal: this.#given.signal }).catch(() => {})
    }
  }

  /** Undefined while the cluster cannot be asked. @throws UserError when it knows the job no more */
  async #look(directory: string): Promise<RayJob | undefined> {
    let job: RayJob | undefined
    try {
      job = await this.#client.job(this.#jobId)
    } catch {
      return undefined
    }
    if (job !== undefined) return job
    forgetElsewhere(directory)
    throw new UserError(`the cluster at ${this.#client.address} knows the job no more`, {
      remedy: 'what came home until then is here, and the run can be resumed from it',
    })
  }

  async #heard(frame: Uint8Array, home: ComeHome): Promise<void> {
    const message = jobMessage.parse(readMessage(frame))
    if (message.type === 'trainer') this.#listener(message.frame)
    else if (message.type === 'file') await home.file(message.path, message.bytes, message.last)
    else if (message.type === 'stored') await this.#fetch(message, home)
    else if (message.type === 'checkpoints') home.removeOther(message.names)
    else this.#code = message.code
  }

  async #fetch({ path, size }: { path: string; size: number }, home: ComeHome): Promise<void> {
    if (this.#folder === null || (await home.stored(this.#folder, path, size)) || this.#isBlind) return
    this.#isBlind = true
    this.#say({
      type: 'notice',
      text: `files of the run stay in ${this.#folder}, which is not to be seen from here`,
    })
  }

  #endedSilently(job: RayJob): void {
    if (this.#stopping && job.status === 'STOPPED') this.#code = 0
    this.#fail(new UserError(whyEnded(job, this.#client.address)))
  }

  #say(message: object): void {
    this.#listener(packMessage(message))
  }

  #fail(error: unknown): void {
    this.#say(failureOf(error))
  }
}

/** @param workers  on nodes of the cluster; 0 where the run steps its environments itself */
function entryArguments(workers: number): string[] {
  const [job, worker] = ['job', 'env-worker'].map(moduleInProgram)
  return workers === 0 ? [job!] : [job!, worker!, String(workers)]
}

function hasEnded({ status }: RayJob): boolean {
  return status !== 'PENDING' && status !== 'RUNNING'
}

function whyEnded({ message, error_type, status }: RayJob, address: string): string {
  const said = (message ?? '').trim().split('\n').at(-1)
  return `the job at ${address} ended (${error_type ?? status}): ${said}`
}

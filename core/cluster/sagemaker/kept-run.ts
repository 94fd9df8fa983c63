/**
 * The run in /opt/ml/checkpoints, which outlasts an interruption. SageMaker copies files from there while the run goes on, so
 * nothing there is ever half written or written to: the run and its library are elsewhere, and each file that is complete is
 * copied, its checkpoint last. The two newest checkpoints are there, since the copy of one may be cut off.
 *
 *     config.yaml, events.out.tfevents.*, checkpoints/<step>.{replay,onnx,checkpoint}
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory, withTemporary, writeAtomically } from '../../atomic-file.ts'
import { UserError } from '../../errors.ts'
import type { Library, RunRow } from '../../store/index.ts'
import { explainWriteError } from '../../system-errors.ts'
import {
  configToYaml,
  listCheckpoints,
  type RunConfig,
  repairRun,
  requireRun,
  runDirectory,
} from '../../train/index.ts'

const KEPT_CHECKPOINTS = 2
const CONFIG = 'config.yaml'
const EVENTS = /^events\.out\.tfevents\./

export class KeptRun {
  readonly #library: Library
  readonly #id: string
  readonly #run: string
  readonly #kept: string
  /** By path, what was copied: size and time of a file. */
  readonly #copied = new Map<string, string>()
  #work: Promise<void> = Promise.resolve()

  /** @param kept  the folder where it is kept */
  constructor(library: Library, id: string, kept: string) {
    this.#library = library
    this.#id = id
    this.#run = runDirectory(library.dir, id)
    this.#kept = kept
  }

  /** One after the other. @throws UserError when the copy cannot be written */
  save(): Promise<void> {
    this.#work = this.#work.then(() => this.#save())
    return this.#work
  }

  async #save(): Promise<void> {
    try {
      await mkdir(join(this.#kept, 'checkpoints'), { recursive: true })
      const newest = (await listCheckpoints(this.#run)).slice(-KEPT_CHECKPOINTS)
      const events = (await readdir(this.#run)).filter((name) => EVENTS.test(name))
      await this.#copyConfig()
      for (const name of events) await this.#copy(name)
      for (const { path, replay, policy } of newest) {
        for (const file of [replay, policy, path]) await this.#copy(join('checkpoints', basename(file)))
      }
      await this.#forget(newest.map(({ step }) => `${step}`))
    } catch (error) {
      throw explainWriteError(error, this.#kept)
    }
  }

  /** From the library: a run that is trained elsewhere has no such file here. */
  async #copyConfig(): Promise<void> {
    const { config } = requireRun(this.#library, this.#id)
    if (this.#copied.get(CONFIG) === config) return
    await writeAtomically(join(this.#kept, CONFIG), [Buffer.from(config)])
    this.#copied.set(CONFIG, config)
  }

  /** What is not there, or no more, need not be kept: a newer checkpoint comes. */
  async #copy(path: string): Promise<void> {
    const from = join(this.#run, path)
    const found = statSync(from, { throwIfNoEntry: false })
    const state = `${found?.size} ${found?.mtimeMs}`
    if (found === undefined || this.#copied.get(path) === state) return
    const to = join(this.#kept, path)
    try {
      await withTemporary(dirname(to), async (temporary) => {
        await copyFile(from, temporary)
        const file = await open(temporary, 'r+')
        await file.sync().finally(() => file.close())
        await rename(temporary, to)
        await syncDirectory(dirname(to))
      })
      this.#copied.set(path, state)
    } catch (error) {
      if (existsSync(from)) throw error
    }
  }

  async #forget(steps: readonly string[]): Promise<void> {
    if (steps.length === 0) return
    const folder = join(this.#kept, 'checkpoints')
    for (const name of await readdir(folder)) {
      const step = /^(\d+)\.(checkpoint|replay|onnx)$/.exec(name)?.[1]
      if (step !== undefined && !steps.includes(step)) await rm(join(folder, name), { force: true })
    }
  }
}

/** Whether a run is kept there. */
export function isKept(folder: string): boolean {
  const checkpoints = join(folder, 'checkpoints')
  return existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.endsWith('.checkpoint'))
}

/**
 * Makes of what is kept there a run of the library.
 * @param config  that it has where the copy of its own was cut off
 * @throws UserError when it cannot be used
 */
export async function takeKept(
  folder: string,
  library: Library,
  id: string,
  config?: RunConfig,
): Promise<RunRow> {
  const directory = runDirectory(library.dir, id)
  mkdirSync(join(directory, 'checkpoints'), { recursive: true, mode: 0o700 })
  for (const path of ['', 'checkpoints']) {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.tmp')) continue
      copyFileSync(join(folder, path, entry.name), join(directory, path, entry.name))
    }
  }
  const own = join(directory, CONFIG)
  if (config !== undefined && !existsSync(own)) writeFileSync(own, configToYaml(config))
  await repairRun(library, id)
  const row = requireRun(library, id)
  if (row.state !== 'failed') return row
  throw new UserError(`no checkpoint in ${folder} is intact`, { remedy: 'empty it to begin anew' })
}

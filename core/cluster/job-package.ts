/** What a run takes along into a job: its order, its demonstrations, plugins, and the runs that it goes on with. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { writeUnderstudy } from '../demos/index.ts'
import { UserError } from '../errors.ts'
import { packMessage } from '../msgpack.ts'
import { type Episode, openLibrary } from '../store/index.ts'
import type { Start } from '../train/index.ts'
import {
  configToYaml,
  demonstrationPath,
  listCheckpoints,
  type RunConfig,
  readDemonstrationFiles,
  resolveConfig,
  runDirectory,
} from '../train/index.ts'
import { DEMONSTRATIONS_FILE, JOB_FILE, type JobOrder, PLUGINS_FOLDER, RUNS_FOLDER } from './job-messages.ts'
import { type Package, packFiles } from './package-file.ts'

/**
 * @param note  told what the readers of demonstrations had to suppose
 * @param use   what the package is for; it is gone afterwards
 * @throws UserError when something of it is not there
 */
export async function withJobPackage<T>(
  start: Start,
  { mostBytes, store }: Pick<JobOrder, 'mostBytes' | 'store'>,
  note: (text: string) => void,
  use: (packed: Package) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-send-'))
  try {
    const files = new Map<string, string>()
    const add = (name: string, bytes: Uint8Array): void => {
      const path = join(folder, `${files.size}`)
      writeFileSync(path, bytes)
      files.set(name, path)
    }
    const config = resolveConfig(start.config, { stored: true })
    const plugins = pluginFiles(config)
    for (const [name, path] of plugins) files.set(name, path)
    const episodes = await demonstrationsOf(start, config, note)
    if (episodes.length > 0) add(DEMONSTRATIONS_FILE, writeUnderstudy(episodes))
    await addRuns(start, config, files)
    const { dataDirectory: _, demonstrations: __, ...rest } = start
    const sent = { ...config, plugins: [...plugins.keys()].map((name) => `./${name}`) }
    const order: JobOrder = { start: { ...rest, config: configToYaml(sent) }, mostBytes, store }
    add(JOB_FILE, packMessage(order))
    return await use(await packFiles(folder, files))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Plugins by the names that they have in the package. */
function pluginFiles({ plugins }: RunConfig): Map<string, string> {
  return new Map(
    plugins.map((path, i) => {
      const file = resolve(path)
      if (!existsSync(file)) throw new UserError(`the plugin ${path} is not there`)
      return [`${PLUGINS_FOLDER}/${i}/${basename(file)}`, file]
    }),
  )
}

async function demonstrationsOf(
  { dataDirectory, demonstrations }: Start,
  config: RunConfig,
  note: (text: string) => void,
): Promise<Episode[]> {
  const path = demonstrationPath(config)
  if (demonstrations.length === 0 && path !== undefined) {
    const { makeEnvironment } = await import('../envs/index.ts')
    const { spec } = makeEnvironment(config.environment, config.parameters)
    return (await readDemonstrationFiles(path, spec, note)).map(({ episode }) => episode)
  }
  const library = openLibrary(dataDirectory, { readonly: true })
  try {
    return demonstrations.map((id) => library.readEpisode(id))
  } finally {
    library.close()
  }
}

/**
 * Of the run that is resumed all checkpoints, which the job keeps or removes as it would here; of one whose networks are taken over
 * the newest. Only the newest needs its replay buffer.
 */
async function addRuns(
  { dataDirectory, runId, resume }: Start,
  config: RunConfig,
  files: Map<string, string>,
) {
  const add = async (id: string, count: number): Promise<void> => {
    const checkpoints = (await listCheckpoints(runDirectory(dataDirectory, id))).slice(-count)
    for (const { path, replay, policy } of checkpoints) {
      const newest = path === checkpoints.at(-1)!.path
      for (const file of newest ? [path, policy, replay] : [path, policy]) {
        if (!existsSync(file)) continue
        files.set(`${RUNS_FOLDER}/${id}/${basename(dirname(file))}/${basename(file)}`, file)
      }
    }
  }
  if (resume) await add(runId, Number.POSITIVE_INFINITY)
  if (config.initializeFrom !== null) await add(config.initializeFrom, 1)
}

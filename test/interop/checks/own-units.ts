/** Actions leave by the environment's own numbers: Gymnasium, stepped with what others read, pays what was recorded. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckContext, InteropCheck } from '../check.ts'
import {
  expectImportsAs,
  importElsewhere,
  listEpisodes,
  readElsewhere,
  readLines,
  recordEpisodes,
} from '../episodes.ts'

export const check: InteropCheck = {
  name: 'own-units',
  row: "Actions by the environment's own numbers, in and out",
  venv: 'offline',
  packages: ['gymnasium', 'minari', 'h5py', 'numpy'],
  seconds: 600,
  run,
}

interface Paid {
  readonly episodes: number
  readonly rewards: number
  readonly formats: number
}

const ENVIRONMENTS = [
  'Pendulum-v1',
  ...['Torques', 'Beside', 'Throttle', 'Choice', 'Choices'].map((name) => `own_units:${name}-v0`),
]
const FORMATS = ['jsonl', 'csv', 'npz', 'imitation.npz', 'd4rl.hdf5']

async function run(context: CheckContext): Promise<string> {
  context.env.MINARI_DATASETS_PATH = join(context.folder, 'datasets')
  context.env.PYTHONPATH = join(import.meta.dirname, '../python')
  context.env.UNDERSTUDY_PYTHON = context.interpreter
  mkdirSync(context.env.MINARI_DATASETS_PATH)
  const told: string[] = []
  for (const id of ENVIRONMENTS) {
    const environment = `gym:${id}`
    const name = id.replace(/^.*:/, '').replace(/-v\d$/, '').toLowerCase()
    await recordEpisodes(context, environment, 3, 'random')
    const ids = await listEpisodes(context, environment)
    for (const format of FORMATS)
      await context.understudy(['demos', 'export', ...ids, '--out', `${name}.${format}`])
    const folder = ['--format', 'minari', '--out', `datasets/${name}-v0`]
    await context.understudy(['demos', 'export', ...ids, ...folder])
    const { rewards, formats } = await context.python<Paid>('own-units.py', [id, name])
    for (const file of [`${name}.npz`, `${name}.csv`, `datasets/${name}-v0`])
      await expectImportsAs(context, file, `${name}.jsonl`)
    await comesBackForgotten(context, environment, name)
    told.push(`${id}: ${rewards} rewards alike from each of ${formats} formats`)
  }
  return told.join('; ')
}

/** A file that says nothing of us is taken by the units of the environment that is named. */
async function comesBackForgotten(context: CheckContext, environment: string, name: string): Promise<void> {
  await context.python('own-units-forget.py', [`${name}.imitation.npz`, `${name}-theirs.npz`])
  const library = `${name}-theirs`
  const { ids } = await importElsewhere(context, `${name}-theirs.npz`, ['--env', environment], library)
  const found = await readElsewhere(context, ids, library)
  const expected = readLines(context, `${name}.jsonl`)
  for (const column of ['continuous', 'discrete', 'rewards']) {
    const of = (lines: Record<string, unknown>[]) => lines.map((line) => line[column])
    context.expectEqual(`${column} of ${name} without our heads`, of(found), of(expected))
  }
}

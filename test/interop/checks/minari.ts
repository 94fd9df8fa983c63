/** Minari reads our dataset, value by value, and learns from it; what Minari itself records is read here. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckContext, InteropCheck } from '../check.ts'
import {
  expectImportsAs,
  exportTruth,
  importElsewhere,
  listEpisodes,
  readElsewhere,
  recordEpisodes,
} from '../episodes.ts'

export const check: InteropCheck = {
  name: 'minari',
  row: 'Minari, written and read',
  venv: 'offline',
  packages: ['minari', 'gymnasium', 'h5py'],
  run,
}

interface Read {
  readonly episodes: number
  readonly values: number
  readonly before: number
  readonly after: number
}

interface Collected {
  readonly observations: number[][]
  readonly actions: number[][]
  readonly rewards: number[]
  readonly terminated: boolean
  readonly truncated: boolean
  readonly seed: number
}

interface Line extends Omit<Collected, 'actions'> {
  readonly discrete: number[][]
  readonly continuous: number[][]
}

async function run(context: CheckContext): Promise<string> {
  // Before any Python of the page starts, as the page says.
  context.env.MINARI_DATASETS_PATH = join(context.folder, 'datasets')
  mkdirSync(context.env.MINARI_DATASETS_PATH)
  await context.runPage('Minari')
  const truth = await exportTruth(context, await listEpisodes(context, 'bubble/25'))
  const ours = await context.python<Read>('minari-read.py', ['bubbles-v0', truth])
  await expectImportsAs(context, 'datasets/bubbles-v0', truth)
  // One branch, masks, and a picture.
  const played = await recordEpisodes(context, 'grid', 3)
  const args = ['--format', 'minari', '--out', 'datasets/grid-v0']
  await context.understudy(['demos', 'export', ...played, ...args])
  const grid = await context.python<Read>('minari-read.py', ['grid-v0', await exportTruth(context, played)])

  const collected = await context.python<Record<string, Collected[]>>('minari-collect.py')
  const steps: Record<string, number> = {}
  for (const [id, episodes] of Object.entries(collected)) {
    const { ids } = await importElsewhere(context, `datasets/${id}`)
    const found = await readElsewhere(context, ids)
    context.expectEqual(id, found.map(asCollected), episodes)
    steps[id] = episodes.reduce((sum, { rewards }) => sum + rewards.length, 0)
  }
  return [
    `${ours.episodes + grid.episodes} episodes, ${ours.values + grid.values} values bit for bit; an epoch of cloning takes the loss from ${ours.before.toFixed(2)} to ${ours.after.toFixed(2)}`,
    `${Object.entries(steps)
      .map(([id, count]) => `${count} steps of ${id}`)
      .join(' and ')} that Minari recorded, imported exactly`,
  ].join('; ')
}

/** Numbers are compared as JSON has them: single precision, written in full. */
function asCollected(episode: Record<string, unknown>): Collected {
  const { observations, discrete, continuous, rewards, terminated, truncated, seed } =
    episode as unknown as Line
  const rows = (values: number[][]): number[][] => values.map((row) => row.map(Math.fround))
  return {
    observations: rows(observations),
    actions: rows(discrete[0]!.length > 0 ? discrete : continuous),
    rewards: rewards.map(Math.fround),
    terminated,
    truncated,
    seed,
  }
}

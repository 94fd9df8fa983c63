/** imitation loads our folder and our archive, clones from them, and saves for us to read. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { importElsewhere, readElsewhere, readLines } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'imitation',
  row: 'imitation trajectories, folder and npz, written and read',
  venv: 'trajectories',
  packages: ['imitation', 'stable-baselines3', 'datasets', 'torch'],
  run,
}

async function run(context: CheckContext): Promise<string> {
  await context.runPage('imitation')
  const truth = 'truth.jsonl'
  await context.understudy(['demos', 'export', '--env', 'basic', '--player', 'random', '--out', truth])
  const args = ['trajectories', 'trajectories.npz', truth]
  const { episodes, steps } = await context.python<{ episodes: number; steps: number }>(
    'imitation-data.py',
    args,
  )
  const { ids } = await importElsewhere(context, 'theirs', ['--env', 'basic'])
  const found = await readElsewhere(context, ids)
  const expected = readLines(context, truth)
  for (const column of ['observations', 'discrete', 'rewards', 'terminated', 'truncated']) {
    const of = (lines: Record<string, unknown>[]) => lines.map((line) => line[column])
    context.expectEqual(`${column} of what imitation has saved`, of(found), of(expected))
  }
  return `${episodes} trajectories, ${steps} steps loaded from both, an epoch of BC; saved by imitation, imported without a difference`
}

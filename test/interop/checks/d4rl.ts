/** D4RL's own loader takes our file, holds it against the spaces, and parts it into the episodes that were played. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { listEpisodes, recordEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'd4rl',
  row: 'D4RL, written',
  venv: 'd4rl',
  packages: ['d4rl', 'gym', 'h5py', 'numpy'],
  run,
}

/** One branch, a picture, continuous actions; the bundled episodes have two branches. */
const PLAYED = { basic: 'random', grid: 'scripted', 'gym:Pendulum-v1': 'random' }

async function run(context: CheckContext): Promise<string> {
  context.env.D4RL_SUPPRESS_IMPORT_ERROR = '1'
  await context.runPage("D4RL's own loader")
  const names: string[] = []
  for (const environment of ['bubble/25', ...Object.keys(PLAYED)]) {
    if (environment in PLAYED)
      await recordEpisodes(context, environment, 3, PLAYED[environment as keyof typeof PLAYED])
    const ids = await listEpisodes(context, environment)
    const name = environment.replace(/\W/g, '-')
    for (const ending of ['d4rl.hdf5', 'jsonl'])
      await context.understudy(['demos', 'export', ...ids, '--out', `${name}.${ending}`])
    names.push(name)
  }
  const { episodes, values } = await context.python<{ episodes: number; values: number }>(
    'd4rl-data.py',
    names,
  )
  return `${episodes} episodes of bubble/25, ${Object.keys(PLAYED).join(', ')}: ${values} values bit for bit through get_dataset, sequence_dataset and qlearning_dataset`
}

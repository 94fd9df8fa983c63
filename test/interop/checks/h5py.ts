/** h5py finds what robomimic and D4RL document, value by value. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { exportTruth, listEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'h5py',
  row: 'robomimic and D4RL, written',
  venv: 'offline',
  packages: ['h5py', 'numpy'],
  run,
}

async function run(context: CheckContext): Promise<string> {
  await context.runPage('robomimic')
  await context.runPage('D4RL')
  const truth = await exportTruth(context, await listEpisodes(context, 'bubble/25'))
  const args = ['demos.robomimic.hdf5', 'demos.d4rl.hdf5', truth]
  const { episodes, values } = await context.python<{ episodes: number; values: number }>(
    'h5py-layouts.py',
    args,
  )
  return `${episodes} episodes, ${values} values bit for bit against the documented layouts`
}

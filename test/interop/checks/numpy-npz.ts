/** NumPy reads our archive, value by value, and writes it anew for us to read. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { expectImportsAs, exportTruth, listEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'numpy-npz',
  row: 'NPZ, written and read',
  venv: 'tables',
  packages: ['numpy'],
  run,
}

async function run(context: CheckContext): Promise<string> {
  const truth = await exportTruth(context, await listEpisodes(context, 'bubble/25'))
  await context.runPage('NPZ')
  const args = ['demos.npz', truth, 'theirs.npz']
  const { episodes, values } = await context.python<{ episodes: number; values: number }>(
    'numpy-npz.py',
    args,
  )
  await expectImportsAs(context, 'theirs.npz', truth)
  return `${episodes} episodes, ${values} values bit for bit; written anew by NumPy, imported without a difference`
}

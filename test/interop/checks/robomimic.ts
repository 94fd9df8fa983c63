/** robomimic's own loader finds every value in our file, its own programs split it and train from it. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { listEpisodes, recordEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'robomimic',
  row: 'robomimic, written',
  venv: 'learners',
  packages: ['robomimic', 'torch', 'h5py'],
  run,
}

interface Loaded {
  readonly episodes: number
  readonly sequences: number
  readonly values: number
  readonly before: number
  readonly after: number
}

const CAR = 'gym:MountainCarContinuous-v0'

async function run(context: CheckContext): Promise<string> {
  const printed = (await context.runPage("robomimic's own programs")).join('\n')
  if (!printed.includes('finished run successfully!')) context.fail('robomimic.scripts.train did not finish')
  const losses = [...printed.matchAll(/^Train Epoch \d+\n.*?"Loss": ([\d.e-]+)/gms)].map(([, loss]) =>
    Number(loss),
  )
  const [first, last] = [losses[0], losses.at(-1)]
  if (first === undefined || last === undefined || !(last < first * 0.85))
    context.fail(`the loss of robomimic.scripts.train hardly falls: ${losses.join(', ')}`)

  await context.python('car-swing.py', ['swing.jsonl'])
  await context.understudy(['demos', 'import', 'swing.jsonl', '--env', CAR])
  await recordEpisodes(context, 'grid', 3)
  for (const environment of ['bubble/25', 'grid', CAR]) {
    const name = environment.replace(/\W/g, '-')
    const args = await listEpisodes(context, environment)
    for (const ending of ['robomimic.hdf5', 'jsonl'])
      await context.understudy(['demos', 'export', ...args, '--out', `${name}.${ending}`])
  }
  const names = ['bubble-25', 'grid', 'gym-MountainCarContinuous-v0']
  const { episodes, sequences, values, before, after } = await context.python<Loaded>(
    'robomimic-data.py',
    names,
  )
  if (!(after < before * 0.8)) context.fail(`the loss of BC on ${CAR} goes from ${before} to ${after}`)
  return [
    `${episodes} episodes, ${sequences} sequences, ${values} values bit for bit through SequenceDataset`,
    `its programs split and train: loss from ${first.toFixed(3)} to ${last.toFixed(3)} in ${losses.length} epochs`,
    `BC on continuous actions from ${before.toFixed(2)} to ${after.toFixed(2)}`,
  ].join('; ')
}

/** d3rlpy takes the columns of our D4RL file and the episodes of our Minari dataset, value by value, and clones from them. */
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'd3rlpy',
  row: 'D4RL and Minari, written, in d3rlpy',
  venv: 'learners',
  packages: ['d3rlpy', 'minari', 'torch', 'h5py'],
  run,
}

interface Loaded {
  readonly episodes: number
  readonly values: number
  readonly losses: readonly number[]
}

const CAR = 'gym:MountainCarContinuous-v0'
/** As they are on the page, and under which names they are compared. */
const NAMES = { car: CAR, walks: 'basic' }

async function run(context: CheckContext): Promise<string> {
  await context.runPage('d3rlpy')
  await context.python('car-swing.py', ['swing.jsonl'])
  await context.understudy(['demos', 'import', 'swing.jsonl', '--env', CAR])
  for (const [name, environment] of Object.entries(NAMES)) {
    const files = { d4rl: `${name}.d4rl.hdf5`, minari: `datasets/${name}-v0`, jsonl: `${name}.jsonl` }
    for (const [format, out] of Object.entries(files))
      if (name !== 'walks' || format === 'jsonl')
        await context.understudy(['demos', 'export', '--env', environment, '--format', format, '--out', out])
  }
  const { episodes, values, losses } = await context.python<Loaded>('d3rlpy-data.py', Object.keys(NAMES))
  const [first, last] = [losses[0]!, losses.at(-1)!]
  if (!(last < first * 0.7))
    context.fail(`the loss of DiscreteBC on basic hardly falls: ${losses.join(', ')}`)
  return [
    `${episodes} episodes of basic and ${CAR}: ${values} values exact through MDPDataset, Episode and d3rlpy's own file`,
    `200 steps of DiscreteBC on basic take the loss from ${first.toFixed(2)} to ${last.toFixed(2)}`,
  ].join('; ')
}

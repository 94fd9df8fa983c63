/** RLlib's behaviour cloning learns from both of its files. */
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'rllib-learn',
  row: 'RLlib, cloning from what is written',
  venv: 'learners',
  packages: ['ray', 'torch', 'gymnasium'],
  run,
}

/** Grid, as RLlib gets it: its picture as one vector. */
const SIZE = 3 * 28 * 28
const CHOICES = 5

async function run(context: CheckContext): Promise<string> {
  context.env.RAY_USAGE_STATS_ENABLED = '0'
  await context.runPage("RLlib's cloning")
  await context.understudy(['demos', 'export', '--env', 'grid', '--out', 'grid.rllib.json'])
  const args = ['grid', String(SIZE), String(CHOICES)]
  const losses = await context.python<Record<'parquet' | 'json', number[]>>('rllib-learn.py', args)
  const told = Object.entries(losses).map(([kind, values]) => {
    const [first, last] = [values[0]!, values.at(-1)!]
    if (!(last < first * 0.7)) context.fail(`the loss of BC from ${kind} hardly falls: ${values.join(', ')}`)
    return `${kind} from ${first.toFixed(2)} to ${last.toFixed(2)}`
  })
  return `losses of BC on grid, one seed: ${told.join(', ')}`
}

/** TensorBoard's own reader finds in our event files what our store holds, under ML-Agents' names. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openLibrary } from '../../../core/store/index.ts'
import { tagOf } from '../../../core/train/tensorboard.ts'
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'tensorboard',
  row: 'TensorBoard event files',
  venv: 'runtime',
  packages: ['tensorboard'],
  seconds: 600,
  run,
}

/** Of ML-Agents, those that PPO on an environment without lessons has. */
const NAMES = [
  'Environment/Cumulative Reward',
  'Environment/Episode Length',
  'Policy/Entropy',
  'Losses/Policy Loss',
  'Losses/Value Loss',
]

async function run(context: CheckContext): Promise<string> {
  const printed = await context.runPage('TensorBoard')
  const missing = NAMES.filter((name) => !printed.at(-1)!.includes(name))
  if (missing.length > 0) context.fail(`the page did not find ${missing.join(', ')}`)
  const series: Record<string, { steps: number[]; values: (number | null)[] }> = {}
  const library = openLibrary(join(context.folder, 'here'), { readonly: true })
  for (const { name, step, value } of library.readMetrics('curves')) {
    const curve = (series[tagOf(name)] ??= { steps: [], values: [] })
    curve.steps.push(step)
    curve.values.push(Number.isNaN(value) ? null : value)
  }
  library.close()
  writeFileSync(join(context.folder, 'truth.json'), JSON.stringify(series))
  const { tags, points } = await context.python<{ tags: string[]; points: number }>(
    'tensorboard-scalars.py',
    ['here/runs/curves', 'truth.json'],
  )
  return `${tags.length} scalars, ${points} points, steps and values as in the store`
}

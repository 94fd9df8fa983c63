/** PyArrow, pandas and datasets read what is written for LeRobot, RLlib and imitation, in every CI run; they have checks of their own. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { expectImportsAs, exportTruth, recordEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'arrow-tables',
  row: 'LeRobotDataset v3.0, RLlib and imitation folders against their documented layouts',
  venv: 'arrow',
  packages: ['pyarrow', 'pandas', 'datasets'],
  run,
}

async function run(context: CheckContext): Promise<string> {
  const players = { 'bubble/25': 'random', basic: 'random', grid: 'scripted' }
  let frames = 0
  for (const [environment, player] of Object.entries(players)) {
    const ids = await recordEpisodes(context, environment, 3, player)
    const truth = await exportTruth(context, ids)
    const folder = environment.replace('/', '-')
    const out = (name: string) => `${folder}.${name}`
    for (const name of ['lerobot', 'imitation', 'rllib', 'rllib-json', 'imitation-npz'])
      await context.understudy(['demos', 'export', ...ids, '--format', name, '--out', out(name)])
    const result = await context.python<{ frames: number }>('arrow-tables.py', [folder, truth])
    frames += result.frames
    for (const name of ['lerobot', 'imitation', 'imitation-npz'])
      await expectImportsAs(context, out(name), truth)
  }
  return `${frames} steps of ${Object.keys(players).join(', ')} value by value; imported again without a difference`
}

/** LeRobotDataset loads what is written for it, and writes a data set of its own for us to read. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { importElsewhere, readElsewhere, readLines } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'lerobot',
  row: 'LeRobotDataset v3.0, written and read',
  venv: 'trajectories',
  packages: ['lerobot', 'datasets', 'torch'],
  run,
}

async function run(context: CheckContext): Promise<string> {
  await context.runPage('LeRobot')
  const truth = 'truth.jsonl'
  await context.understudy(['demos', 'export', '--env', 'basic', '--player', 'random', '--out', truth])
  const { episodes, frames } = await context.python<{ episodes: number; frames: number }>('lerobot-data.py', [
    'demos-lerobot',
    truth,
    'theirs',
  ])
  const { ids } = await importElsewhere(context, 'theirs', ['--env', 'basic'])
  const found = await readElsewhere(context, ids)
  const expected = readLines(context, truth)
  for (const column of ['discrete', 'rewards', 'terminated']) {
    const of = (lines: Record<string, unknown>[]) => lines.map((line) => line[column])
    context.expectEqual(`${column} of what LeRobot has written`, of(found), of(expected))
  }
  // LeRobot has no row for the last observation: ours repeats the one before it.
  const seen = (lines: Record<string, unknown>[]) =>
    lines.map(({ observations }) => (observations as number[][]).slice(0, -1))
  context.expectEqual('observations of what LeRobot has written', seen(found), seen(expected))
  return `${episodes} episodes, ${frames} frames value by value, neighbours by delta_timestamps; written anew by LeRobot and imported`
}

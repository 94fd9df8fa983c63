/** LeRobotDataset loads what is written for it, and writes a data set of its own for us to read. */
import type { CheckContext, InteropCheck } from '../check.ts'
import {
  exportTruth,
  importElsewhere,
  listEpisodes,
  readElsewhere,
  readLines,
  recordEpisodes,
} from '../episodes.ts'

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
  await expectTheirs(context, 'basic', 'theirs', truth)
  const shaped = await checkShapes(context)
  const pictures = await checkPictures(context)
  return `${episodes} episodes, ${frames} frames value by value, neighbours by delta_timestamps; ${shaped} values in rows; ${pictures} pictures pixel by pixel; written anew by LeRobot and imported`
}

/** Observations of a name and two dimensions. @returns how many values */
async function checkShapes(context: CheckContext): Promise<number> {
  const ids = (await listEpisodes(context, 'bubble/25')).slice(0, 3)
  const truth = await exportTruth(context, ids)
  await context.understudy(['demos', 'export', ...ids, '--format', 'lerobot', '--out', 'shapes'])
  const { values } = await context.python<{ values: number }>('lerobot-shapes.py', [
    'shapes',
    truth,
    'their-shapes',
  ])
  await expectTheirs(context, 'bubble/25', 'their-shapes', truth)
  return values
}

/** Observations that are pictures. @returns how many */
async function checkPictures(context: CheckContext): Promise<number> {
  const ids = await recordEpisodes(context, 'grid', 20)
  const truth = await exportTruth(context, ids)
  await context.understudy(['demos', 'export', ...ids, '--format', 'lerobot', '--out', 'pictures'])
  const { pictures } = await context.python<{ pictures: number }>('lerobot-pictures.py', [
    'pictures',
    truth,
    'their-pictures',
  ])
  await expectTheirs(context, 'grid', 'their-pictures', truth)
  return pictures
}

/** What LeRobot has written of the episodes in `truth` comes in as they were. */
async function expectTheirs(
  context: CheckContext,
  environment: string,
  folder: string,
  truth: string,
): Promise<void> {
  const { ids } = await importElsewhere(context, folder, ['--env', environment])
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
}

/** RLlib's own readers, for its older algorithms and for those of today, make of both files the episodes that were played. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { recordEpisodes } from '../episodes.ts'

export const check: InteropCheck = {
  name: 'rllib',
  row: 'RLlib, Parquet and JSON lines, written',
  venv: 'rllib',
  packages: ['ray', 'pyarrow', 'gymnasium'],
  seconds: 300,
  run,
}

/** Two branches; one; a picture; continuous actions. */
const PLAYED = {
  'bubble/25': 'random',
  basic: 'random',
  grid: 'scripted',
  'gym:MountainCarContinuous-v0': 'random',
}

async function run(context: CheckContext): Promise<string> {
  context.env.RAY_USAGE_STATS_ENABLED = '0'
  await context.runPage('RLlib')
  const names: string[] = []
  for (const [environment, player] of Object.entries(PLAYED)) {
    const ids = await recordEpisodes(context, environment, 2, player)
    const name = environment.replace(/\W/g, '-')
    for (const [format, ending] of [
      ['rllib', 'parquet'],
      ['rllib-json', 'rllib.json'],
      ['jsonl', 'jsonl'],
    ] as const)
      await context.understudy(['demos', 'export', ...ids, '--format', format, '--out', `${name}.${ending}`])
    names.push(name)
  }
  const { episodes, values } = await context.python<{ episodes: number; values: number }>(
    'rllib-data.py',
    names,
  )
  return `${episodes} episodes of ${Object.keys(PLAYED).join(', ')}: ${values} values exact through JsonReader and both maps of OfflinePreLearner`
}

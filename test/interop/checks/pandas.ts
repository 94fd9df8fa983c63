/** pandas reads our CSV and JSON Lines, value by value, and writes them anew for us to read; so does NumPy with NPZ. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonl } from '../../../core/demos/formats/jsonl/index.ts'
import { awkwardEpisodes } from '../awkward.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import {
  expectImportsAs,
  exportTruth,
  importElsewhere,
  listEpisodes,
  readElsewhere,
  readLines,
} from '../episodes.ts'

export const check: InteropCheck = {
  name: 'pandas',
  row: 'CSV and JSON Lines, written and read; NPZ, JSON Lines and CSV made elsewhere',
  venv: 'tables',
  packages: ['pandas', 'numpy'],
  run,
}

const COLUMNS = ['observations', 'continuous', 'discrete', 'rewards', 'terminated', 'truncated']

async function run(context: CheckContext): Promise<string> {
  const bundled = await exportTruth(context, await listEpisodes(context, 'bubble/25'))
  for (const heading of ['NPZ', 'JSON Lines', 'CSV']) await context.runPage(heading)
  const played = readLines(context, bundled).map(columnsOf)
  for (const plain of ['plain.npz', 'plain.jsonl', 'plain.csv']) {
    const { ids } = await importElsewhere(context, plain, ['--env', 'bubble/25'], `${plain}.library`)
    const read = (await readElsewhere(context, ids, `${plain}.library`)).map(columnsOf)
    context.expectEqual(plain, read, played)
  }
  const values =
    (await readAndWrite(context, bundled)) + (await readAndWrite(context, await awkward(context)))
  return (
    `${played.length + 2} episodes, ${values} values bit for bit in both formats, written anew by pandas and imported without ` +
    `a difference; ${played.length} episodes of each format without our fields`
  )
}

/** @returns how many values were compared */
async function readAndWrite(context: CheckContext, truth: string): Promise<number> {
  const name = truth.replace('.jsonl', '')
  const library = `${name}.library`
  const { ids } = await importElsewhere(context, truth, [], library)
  await context.understudy(['demos', 'export', ...ids, '--out', `${name}.csv`, '--data', library])
  const [csv, lines] = [`${name}-theirs.csv`, `${name}-theirs.jsonl`]
  const { values } = await context.python<{ values: number }>('tables.py', [`${name}.csv`, truth, csv, lines])
  for (const theirs of [csv, lines]) await expectImportsAs(context, theirs, truth)
  return values
}

async function awkward(context: CheckContext): Promise<string> {
  writeFileSync(join(context.folder, 'awkward.jsonl'), jsonl.write(awkwardEpisodes()))
  return 'awkward.jsonl'
}

function columnsOf(episode: Record<string, unknown>): unknown {
  return COLUMNS.map((name) => episode[name])
}

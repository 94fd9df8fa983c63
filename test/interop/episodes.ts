/** What most checks of a format do with episodes, through the real commands. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckContext } from './check.ts'

/** Where what comes back is imported, unless a check wants several such libraries. */
const ELSEWHERE = 'elsewhere'

/** Records episodes into the library of the check. @returns their numbers */
export async function recordEpisodes(
  context: CheckContext,
  environment: string,
  episodes: number,
  player = 'scripted',
): Promise<string[]> {
  const args = ['--env', environment, '--player', player, '--episodes', String(episodes), '--seed', '5']
  const events = await context.understudyJson(['record', ...args])
  return events.filter(({ event }) => event === 'episode').map(({ episodeId }) => String(episodeId))
}

/** The numbers of all episodes of an environment, oldest first. */
export async function listEpisodes(context: CheckContext, environment: string): Promise<string[]> {
  const [rows] = await context.understudyJson<{ id: number }[]>(['demos', 'list', '--env', environment])
  return rows!.map(({ id }) => String(id)).toReversed()
}

/** Writes what every reader is measured against: the episodes as JSON Lines, in the folder of the check. */
export async function exportTruth(context: CheckContext, ids: readonly string[]): Promise<string> {
  await context.understudy(['demos', 'export', ...ids, '--out', 'truth.jsonl'])
  return 'truth.jsonl'
}

export interface Imported {
  /** Numbers in the other library: of new episodes, then of those that were there already, as the bundled ones are. */
  readonly ids: readonly string[]
  readonly notes: readonly string[]
}

/** Imports a file or folder into another library. */
export async function importElsewhere(
  context: CheckContext,
  path: string,
  args: readonly string[] = [],
  library = ELSEWHERE,
): Promise<Imported> {
  const [report] = await context.understudyJson<{ added: number[]; known: number[]; notes: string[] }>([
    'demos',
    'import',
    path,
    ...args,
    '--data',
    library,
  ])
  return { ids: [...report!.added, ...report!.known].map(String), notes: report!.notes }
}

/** Imported episodes as JSON Lines, one object each. */
export async function readElsewhere(
  context: CheckContext,
  ids: readonly string[],
  library = ELSEWHERE,
): Promise<Record<string, unknown>[]> {
  await context.understudy(['demos', 'export', ...ids, '--out', 'elsewhere.jsonl', '--data', library])
  return readLines(context, 'elsewhere.jsonl')
}

export function readLines(context: CheckContext, file: string): Record<string, unknown>[] {
  const lines = readFileSync(join(context.folder, file), 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Imports a file and fails unless it gives the same episodes, to the last bit and word, as `truth`. */
export async function expectImportsAs(context: CheckContext, path: string, truth: string): Promise<void> {
  const library = `${path}.library`
  const { ids } = await importElsewhere(context, path, [], library)
  await context.understudy(['demos', 'export', ...ids, '--out', 'back.jsonl', '--data', library])
  const [back, expected] = ['back.jsonl', truth].map((file) => readFileSync(join(context.folder, file)))
  if (!back!.equals(expected!)) context.fail(`${path} imports as other episodes than ${truth}`)
}

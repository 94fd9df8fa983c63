/** What most checks of a format do with episodes, through the real commands. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckContext } from './check.ts'

/** A second library, for what comes back. */
const ELSEWHERE = ['--data', 'elsewhere']

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
  /** Numbers in the other library. */
  readonly ids: readonly string[]
  readonly notes: readonly string[]
}

/** Imports a file or folder into a library of its own. */
export async function importElsewhere(
  context: CheckContext,
  path: string,
  args: readonly string[] = [],
): Promise<Imported> {
  const [report] = await context.understudyJson<{ added: number[]; notes: string[] }>([
    'demos',
    'import',
    path,
    ...args,
    ...ELSEWHERE,
  ])
  return { ids: report!.added.map(String), notes: report!.notes }
}

/** Imported episodes as JSON Lines, one object each. */
export async function readElsewhere(
  context: CheckContext,
  ids: readonly string[],
): Promise<Record<string, unknown>[]> {
  await context.understudy(['demos', 'export', ...ids, '--out', 'elsewhere.jsonl', ...ELSEWHERE])
  return readLines(context, 'elsewhere.jsonl')
}

export function readLines(context: CheckContext, file: string): Record<string, unknown>[] {
  const lines = readFileSync(join(context.folder, file), 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Imports a file and fails unless it gives the same episodes, to the last bit and word, as `truth`. */
export async function expectImportsAs(context: CheckContext, path: string, truth: string): Promise<void> {
  const { ids } = await importElsewhere(context, path)
  await context.understudy(['demos', 'export', ...ids, '--out', 'back.jsonl', ...ELSEWHERE])
  const [back, expected] = ['back.jsonl', truth].map((file) => readFileSync(join(context.folder, file)))
  if (!back!.equals(expected!)) context.fail(`${path} imports as other episodes than ${truth}`)
}

/** Small things that the studio keeps about a run in the library: what people call it, how it was judged. */
import type { Evaluation } from '../evaluate/index.ts'
import type { Library, ReadableLibrary } from '../store/index.ts'
import { evaluation } from './protocol/common.ts'
import type { Agent } from './protocol.ts'

type Kind = 'run-name' | 'evaluation'

/** @returns undefined when nothing is kept */
export function readMeta(library: ReadableLibrary, kind: Kind, runId: string): string | undefined {
  return library.getMeta(`studio/${kind}/${runId}`) || undefined
}

/** The newest on held-out boards. One that cannot be read any more was never made: it can be made again. */
export function readEvaluation(library: ReadableLibrary, runId: string): Agent['evaluation'] {
  const kept = readMeta(library, 'evaluation', runId)
  try {
    return kept === undefined ? null : (evaluation.safeParse(JSON.parse(kept)).data ?? null)
  } catch {
    return null
  }
}

export function keepEvaluation(
  library: Library,
  runId: string,
  { episodes, score, winRate, cut }: Evaluation,
) {
  const [low, high] = score.ci95 ?? [null, null]
  const kept: Agent['evaluation'] = { episodes: episodes.length, mean: score.mean, low, high, winRate, cut }
  writeMeta(library, 'evaluation', runId, JSON.stringify(kept))
}

/** An empty value forgets. */
export function writeMeta(library: Library, kind: Kind, runId: string, value: string): void {
  library.setMeta(`studio/${kind}/${runId}`, value)
}

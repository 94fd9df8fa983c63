/** Facts of a run as the library has them. */
import type { EnvironmentSpec } from '../../envs/index.ts'
import { atLeastAsGood, episodeScore } from '../../rollout/score.ts'
import type { EpisodeRow, Metric, ReadableLibrary, RunRow } from '../../store/index.ts'
import { configToYaml, type RunConfig } from '../config.ts'
import { knownVersions } from '../demonstrations.ts'
import { configOf, savedConfig } from '../runs.ts'
import { type ControlFacts, type DemonstrationFacts, mean, type RunFacts } from './rule.ts'

/** Summaries before this step say more about the start than about the run. */
const SETTLED_STEP = 1_000

/** @param metrics  all of the run's, in the order of their steps */
export function factsOf(
  library: ReadableLibrary,
  row: RunRow,
  spec: EnvironmentSpec,
  metrics: readonly Metric[],
): RunFacts {
  const config = savedConfig(row)
  const series = new Map<string, number[]>()
  for (const { step, name, value } of metrics) {
    if (step < SETTLED_STEP && Number.isFinite(value)) continue
    const values = series.get(name)
    if (values === undefined) series.set(name, [value])
    else values.push(value)
  }
  const used = demonstrationsOf(library, row)
  return {
    spec,
    behavior: config.behavior,
    step: row.step,
    masteredAtStep: row.masteredAtStep,
    series,
    demonstrations: demonstrationFacts(used, row.environmentId),
    control: controlOf(library, row, config),
    asDemonstrated: asDemonstrated(used, spec, series.get('rollout/window_score')?.at(-1)),
  }
}

/** The episodes that the run learns from; null when it needs none or not all are known. */
function demonstrationsOf(library: ReadableLibrary, row: RunRow): EpisodeRow[] | null {
  if (row.demonstrations.length === 0) return null
  const wanted = new Set(row.demonstrations)
  // Deleted since or not: what the run learned from is what counts.
  const used = [false, true].flatMap((deleted) => library.listEpisodes({ ids: row.demonstrations, deleted }))
  return used.length < wanted.size ? null : used
}

function asDemonstrated(
  used: readonly EpisodeRow[] | null,
  spec: EnvironmentSpec,
  window: number | undefined,
) {
  if (used === null || window === undefined) return null
  const scores = used.map((episode) => episodeScore(spec, episode.length, episode.return))
  return atLeastAsGood(spec.score, window, mean(scores))
}

function demonstrationFacts(
  used: readonly EpisodeRow[] | null,
  environmentId: string,
): DemonstrationFacts | null {
  if (used === null) return null
  return {
    episodes: used.length,
    steps: used.reduce((sum, { length }) => sum + length, 0),
    versions: knownVersions(used, environmentId),
  }
}

/**
 * The newest finished run that differs from this one in seed, name and `gail_control` alone; a run that has not come as far is
 * not compared with it yet.
 */
function controlOf(library: ReadableLibrary, row: RunRow, config: RunConfig): ControlFacts | null {
  if (config.gailControl !== 'none') return null
  const real = comparable(config)
  for (const other of library.listRuns()) {
    if (other.id === row.id || other.state !== 'finished' || other.score === null) continue
    if (other.step > row.step && row.state === 'running') continue
    if (other.environmentId !== row.environmentId || !other.config.includes('gail_control')) continue
    const control = configOf(other)
    if (control === null || control.gailControl === 'none' || comparable(control) !== real) continue
    return { runId: other.id, score: other.score, masteredAtStep: other.masteredAtStep }
  }
  return null
}

function comparable(config: RunConfig): string {
  return configToYaml({ ...config, gailControl: 'none', seed: 0, runId: null })
}

/** How good a player is on held-out boards. */
import type { Environment, EnvironmentSpec, Player } from '../envs/index.ts'
import { cutSentence, episodeLimit } from '../rollout/episodes.ts'
import { atLeastAsGood } from '../rollout/score.ts'
import { type EpisodeScore, type PlayLimit, playEpisode } from './play.ts'
import { type Summary, summarize, winRate } from './statistics.ts'

/** Share of held-out boards that must be won for the level to count as solved. */
export const SOLVED_WIN_RATE = 0.95

export interface Evaluation {
  readonly spec: EnvironmentSpec
  /** In the order of the seeds. */
  readonly episodes: readonly EpisodeScore[]
  readonly score: Summary
  /** Null where the environment does not say what a win is. */
  readonly winRate: number | null
  /** Whether the mean is the human average's or better; null where none is known. */
  readonly mastered: boolean | null
  /** Whether at least 95% of the boards are won; null as `winRate`. */
  readonly solved: boolean | null
  /** How many boards were cut, and at which limit, as a sentence; null when all ended by themselves. */
  readonly cut: string | null
}

export interface PlayOptions extends PlayLimit {
  /** @throws its reason when it was aborted */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

export async function evaluatePlayer(
  environment: Environment,
  player: Player,
  seeds: readonly number[],
  options: PlayOptions = {},
): Promise<Evaluation> {
  const { spec } = environment
  const { signal, onProgress, maxEpisodeSteps } = options
  const episodes: EpisodeScore[] = []
  for (const seed of seeds) {
    episodes.push(await playEpisode(environment, player, seed, { signal, maxEpisodeSteps }))
    onProgress?.(episodes.length, seeds.length)
  }
  const score = summarize(episodes.map((episode) => episode.score))
  const won = winRate(episodes)
  const { human } = spec.score
  return {
    spec,
    episodes,
    score,
    winRate: won,
    mastered: human === undefined ? null : atLeastAsGood(spec.score, score.mean, human.mean),
    solved: won === null ? null : won >= SOLVED_WIN_RATE,
    cut: cutBoards(spec, episodes.filter(({ cut }) => cut).length, episodes.length, maxEpisodeSteps ?? null),
  }
}

/** @returns null when no board was cut */
export function cutBoards(
  spec: EnvironmentSpec,
  cut: number,
  boards: number,
  chosen: number | null,
): string | null {
  if (cut === 0) return null
  return `${cut} of ${boards} boards ${cut === 1 ? 'was' : 'were'} ${cutSentence(episodeLimit(spec, chosen), chosen)}`
}

/** What `evaluate --json` prints; the scores stand under the environment's own unit ('bubbles'). */
export function evaluationJson(evaluation: Evaluation): object {
  const { spec, episodes, score, mastered, solved, cut } = evaluation
  const { mean, sd, iqm, ci95 } = score
  return {
    environment: spec.id,
    episodes: episodes.length,
    seeds: episodes.map((episode) => episode.seed),
    [spec.score.units]: { mean, sd, iqm, ci95 },
    winRate: evaluation.winRate,
    humanAverage: spec.score.human?.mean ?? null,
    mastered,
    solved,
    ...(cut === null ? {} : { cut }),
  }
}

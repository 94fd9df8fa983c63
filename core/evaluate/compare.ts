/**
 * People, the scripted player and agents side by side. Whoever can be asked to play (agents, the scripted player) plays the
 * same held-out boards. What people recorded lies on boards of their own: the others play those too, and pairs are made
 * of the boards that both played.
 */
import type { Environment, Player } from '../envs/index.ts'
import type { PlayerKind } from '../store/index.ts'
import { cutBoards, type PlayOptions } from './evaluate.ts'
import type { EpisodeScore } from './play.ts'
import { playEpisode } from './play.ts'
import {
  bootstrapInterval,
  comparePaired,
  type Interval,
  mean,
  type Summary,
  summarize,
  winRate,
  wins,
} from './statistics.ts'

/** A row to be: somebody who plays, or what somebody has played. */
export type Contender = {
  readonly label: string
  readonly playerKind: PlayerKind
  /** The run's own limit, or null for the environment's; absent of who is no run. */
  readonly maxEpisodeSteps?: number | null
} & (
  | { readonly player: Player; readonly recorded?: undefined }
  | { readonly player?: undefined; readonly recorded: readonly RecordedScore[] }
)

export interface RecordedScore extends Pick<EpisodeScore, 'score'> {
  /** Null when nobody knows it. */
  readonly success: boolean | null
  /** Null when nobody knows it: the score counts, and pairs with none. */
  readonly seed: number | null
}

export interface AgainstRow {
  /** Index of the other row. */
  readonly row: number
  /** Boards that both played; without any, all is null. */
  readonly pairedSeeds: number
  /** Probability of a better score than the other's on the same board, ties counted half. */
  readonly probabilityBetter: number | null
  readonly probabilityCi95: Interval | null
  /** Mean of this score minus the other's. */
  readonly difference: number | null
  readonly differenceCi95: Interval | null
}

export interface ComparisonRow {
  readonly label: string
  readonly playerKind: PlayerKind
  /** Whether these are recorded episodes, on boards of their own. */
  readonly recorded: boolean
  readonly score: Summary
  /** Among the episodes of which it is known; null where it is known of none. */
  readonly winRate: number | null
  /** Share of episodes better than the published human average; null where there is none. Its interval is null of one episode, too. */
  readonly beatsHuman: number | null
  readonly beatsHumanCi95: Interval | null
  readonly against: readonly AgainstRow[]
  /** What the summary is of: one score per episode. */
  readonly episodes: readonly RecordedScore[]
}

export interface Comparison {
  readonly environment: string
  readonly unit: string
  readonly units: string
  /** Whether a lower score is better. */
  readonly fewerIsBetter: boolean
  readonly human: { readonly mean: number; readonly plays: number; readonly source: string } | null
  readonly rows: readonly ComparisonRow[]
  /** What is replicated, in words. */
  readonly replication: string
}

/**
 * Everybody plays with one limit: that of the run, or the longest of several.
 * @param seeds  the held-out boards for those who can play
 */
export async function compare(
  environment: Environment,
  contenders: readonly Contender[],
  seeds: readonly number[],
  options: Omit<PlayOptions, 'maxEpisodeSteps'> = {},
): Promise<Comparison> {
  const { spec } = environment
  const fewerIsBetter = spec.score.measure === 'length'
  const held = new Set(seeds)
  const people = contenders.flatMap(
    (contender) => contender.recorded?.flatMap(({ seed }) => seed ?? []) ?? [],
  )
  const boards = [...new Set([...seeds, ...people])]
  const total = boards.length * contenders.filter((contender) => contender.player !== undefined).length
  const limits = contenders.flatMap(({ maxEpisodeSteps }) =>
    maxEpisodeSteps === undefined ? [] : [maxEpisodeSteps],
  )
  const maxEpisodeSteps = longest(limits)
  let done = 0
  let cut = 0
  const played: RecordedScore[][] = []
  for (const contender of contenders) {
    if (contender.player === undefined) {
      played.push([...contender.recorded])
      continue
    }
    const scores: RecordedScore[] = []
    for (const seed of boards) {
      const { player } = contender
      const { signal } = options
      const episode = await playEpisode(environment, player, seed, { signal, maxEpisodeSteps })
      scores.push({ seed, score: episode.score, success: episode.success })
      cut += Number(episode.cut)
      options.onProgress?.(++done, total)
    }
    played.push(scores)
  }
  /** Those who can play are judged on held-out boards, recorded plays on all of theirs. */
  const judged = contenders.map(({ player }, i) =>
    player === undefined ? played[i]! : played[i]!.filter(({ seed }) => seed !== null && held.has(seed)),
  )
  const rows = contenders.map((contender, i): ComparisonRow => {
    const recorded = contender.player === undefined
    const episodes = judged[i]!
    const beats = humanWins(episodes, spec.score.human?.mean, fewerIsBetter)
    return {
      label: contender.label,
      playerKind: contender.playerKind,
      recorded,
      score: summarize(episodes.map(({ score }) => score)),
      winRate: winRate(episodes),
      beatsHuman: beats === null ? null : mean(beats),
      beatsHumanCi95: beats === null ? null : bootstrapInterval(beats, mean),
      against: contenders.flatMap((other, row) => {
        if (row === i) return []
        // Against a recording the boards of the recording count, else the held-out ones.
        const boards = recorded || other.player === undefined ? played : judged
        return [against(row, boards[i]!, boards[row]!, fewerIsBetter)]
      }),
      episodes,
    }
  })
  return {
    environment: spec.id,
    unit: spec.score.unit,
    units: spec.score.units,
    fewerIsBetter,
    human: spec.score.human ?? null,
    rows,
    replication: [
      replication(rows, seeds.length),
      ...(new Set(limits).size > 1
        ? ['The runs have different step limits; all played with the longest.']
        : []),
      ...sentenceOf(cutBoards(spec, cut, total, maxEpisodeSteps)),
    ].join(' '),
  }
}

/** Null where one of them is the environment's own. */
function longest(limits: readonly (number | null)[]): number | null {
  const own = limits.filter((limit) => limit !== null)
  return own.length === 0 || own.length < limits.length ? null : Math.max(...own)
}

function sentenceOf(text: string | null): string[] {
  return text === null ? [] : [`${text}.`]
}

function humanWins(
  episodes: readonly RecordedScore[],
  human: number | undefined,
  fewerIsBetter: boolean,
): number[] | null {
  return human === undefined ? null : episodes.map(({ score }) => wins(score, human, fewerIsBetter))
}

function against(
  row: number,
  mine: readonly RecordedScore[],
  theirs: readonly RecordedScore[],
  fewerIsBetter: boolean,
): AgainstRow {
  const [a, b] = [meanBySeed(mine), meanBySeed(theirs)]
  const pairs = [...a].flatMap(([seed, score]) => {
    const other = b.get(seed)
    return other === undefined ? [] : [[score, other] as const]
  })
  if (pairs.length === 0) {
    return {
      row,
      pairedSeeds: 0,
      probabilityBetter: null,
      probabilityCi95: null,
      difference: null,
      differenceCi95: null,
    }
  }
  const { n, ...paired } = comparePaired(pairs, fewerIsBetter)
  return { row, pairedSeeds: n, ...paired }
}

/** A board that was played several times counts once, with the mean. */
function meanBySeed(scores: readonly RecordedScore[]): Map<number, number> {
  const groups = Map.groupBy(scores, ({ seed }) => seed)
  return new Map(
    [...groups].flatMap(([seed, group]) =>
      seed === null ? [] : [[seed, mean(group.map(({ score }) => score))] as const],
    ),
  )
}

function replication(rows: readonly ComparisonRow[], boards: number): string {
  const sentences = []
  if (rows.some((row) => !row.recorded)) {
    sentences.push(`Agents and scripted players played the same ${boards} held-out boards, one run each.`)
  }
  if (rows.some((row) => row.recorded)) sentences.push('Recorded plays are on other boards.')
  if (rows.some((row) => row.playerKind === 'scripted')) {
    sentences.push(
      'A scripted player plays by its own rules, including deliberate mistakes if it has any; agents take their best action every time.',
    )
  }
  sentences.push('Intervals are about other boards, not other training runs.')
  return sentences.join(' ')
}

/**
 * An episode piece by piece, as the library keeps it: everything but its steps, then its steps in chunks. So it crosses from one
 * process to another, and so it is written without holding up whoever else writes.
 */
import { firstColumns, joinColumns, sliceColumns, unpackColumns } from './columns.ts'
import {
  type Episode,
  type EpisodeColumns,
  episodeLength,
  episodeReturn,
  type StepLayout,
  stepLayout,
} from './episode.ts'
import { episodeHashes } from './episode-check.ts'
import { CHUNK_STEPS, type PackedChunk, packChunk } from './step-buffer.ts'

/** A complete episode without its columns. */
export interface EpisodeSummary extends Omit<Episode, keyof EpisodeColumns> {
  /** Steps. */
  readonly length: number
  /** Sum of rewards. */
  readonly return: number
  readonly hash: string
  /** Another hash that the same play may be known by; null without one. */
  readonly otherHash: string | null
}

/** A summary is followed by the chunks of its episode, in order. */
export type EpisodePiece =
  | { readonly kind: 'episode'; readonly episode: EpisodeSummary }
  | { readonly kind: 'chunk'; readonly firstStep: number; readonly chunk: PackedChunk }

/** A step may be large: a chunk of more than one has at most so many bytes of observations. */
const CHUNK_BYTES = 2 ** 20

/** @param episode  that has passed `checkEpisode` */
export function* episodePieces(episode: Episode): Generator<EpisodePiece> {
  const { observations, continuous, discrete, rewards, timesUs, masks, ...head } = episode
  const steps = episodeLength(episode)
  yield {
    kind: 'episode',
    episode: { ...head, length: steps, return: episodeReturn(episode), ...episodeHashes(episode) },
  }
  const layout = stepLayout(episode.environment)
  const first = firstColumns(observations.subarray(0, layout.observation), masks !== undefined)
  yield { kind: 'chunk', firstStep: 0, chunk: packChunk(first) }
  const atOnce = stepsAtOnce(layout)
  for (let from = 0; from < steps; from += atOnce) {
    const columns = sliceColumns(episode, layout, from, Math.min(from + atOnce, steps))
    yield { kind: 'chunk', firstStep: from, chunk: packChunk(columns) }
  }
}

function stepsAtOnce({ observation }: StepLayout): number {
  return Math.max(1, Math.min(CHUNK_STEPS, Math.floor(CHUNK_BYTES / (4 * observation))))
}

export function pieceBytes(piece: EpisodePiece): number {
  return piece.kind === 'chunk' ? piece.chunk.payload.length : 0
}

/** Puts episodes together again. */
export class EpisodeAssembler {
  readonly episodes: Episode[] = []
  #head: EpisodeSummary | undefined
  #chunks: EpisodeColumns[] = []

  add(pieces: readonly EpisodePiece[]): void {
    for (const piece of pieces) {
      if (piece.kind === 'chunk') this.#chunks.push(unpackColumns(piece.chunk.payload))
      else {
        this.finish()
        this.#head = piece.episode
      }
    }
  }

  finish(): void {
    if (this.#head === undefined) return
    const { length: _, return: __, hash: ___, otherHash: ____, ...head } = this.#head
    this.episodes.push({ ...head, ...joinColumns(this.#chunks) })
    this.#head = undefined
    this.#chunks = []
  }
}

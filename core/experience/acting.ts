/** What an algorithm says of itself to whoever lets copies of it act elsewhere, each with weights that may be older than its own. */
export interface ActingPart {
  /** Grows whenever what acts has changed. */
  readonly version: number
  /** How many versions behind steps may be that it still learns from; Infinity where their age does not matter. */
  readonly mostBehind: number
  /** Steps of each environment that a copy makes before it sends them, at most. */
  readonly chunkSteps: number
  /** What a copy loads in order to act as this version does: plain data and typed arrays. */
  save(): unknown
}

/**
 * Chunks that a copy has under way, or that nobody has read: two, so that one is played while another travels and is learned from. What
 * it plays meanwhile it plays with weights of before.
 */
export const CHUNKS_UNDER_WAY = 2

/** However cheap steps are, a chunk is soon as long as its way is worth. */
const MOST_STEPS = 64

/** @param rows  steps of E environments together that may be under way @returns `chunkSteps` */
export function chunkStepsFor(rows: number, E: number): number {
  return Math.max(1, Math.min(MOST_STEPS, Math.floor(rows / (CHUNKS_UNDER_WAY * E))))
}

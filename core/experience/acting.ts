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

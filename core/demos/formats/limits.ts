/** What is read of a file at most, so that a small hostile file cannot fill the memory. */
export const LIMITS = {
  fileBytes: 2 ** 29,
  inflatedBytes: 2 ** 30,
  episodes: 100_000,
  files: 10_000,
  /** Folders within one another. */
  depth: 16,
} as const

/** Bytes that so many deflated ones may become: no stream of deflate gives more. */
export function mostInflated(bytes: number): number {
  return 1032 * bytes + 64
}

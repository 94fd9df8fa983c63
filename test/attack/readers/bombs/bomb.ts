/** A crafted file: small, and asking for much. */
export interface Bomb {
  /** With the extension that a person would see. */
  readonly name: string
  make(): Uint8Array | Promise<Uint8Array>
  /** What the studio says of it. */
  readonly says: RegExp
}

/** What is said where only the limits of the process stop it. */
export const OVER =
  /content: expected a file that can be read with [\d.]+ s .*, found one that (takes more than|crashed)/

export const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))

/** So many lists in one another, which the runtime could not write itself. */
export const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)

/** What passes between a limited process and its owner. */

/** Sends a part of the result at once, as `CallOptions.onPart` gets it; resolves when that is done with it. */
export type Tell = (part: unknown) => Promise<void>

/** What a module exports as `calls`. */
export type SandboxedCalls = Readonly<Record<string, (argument: never, tell: Tell) => unknown>>

/** What the owner says: what is to be done, and that it has taken a part. */
export type Request =
  | {
      readonly kind: 'call'
      /** From 1. */
      readonly number: number
      readonly name: string
      readonly argument: unknown
    }
  | { readonly kind: 'taken' }

/** What the process says: that it is ready, what a call gives bit by bit, and how it ended. */
export type Reply =
  | { readonly kind: 'ready'; readonly rss: number }
  | { readonly kind: 'part'; readonly part: unknown }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly failure: Uint8Array }

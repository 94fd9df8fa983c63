/** As much of autocannon 9 as is used here; it brings no types of its own. */
declare module 'autocannon' {
  export interface Options {
    readonly url: string
    readonly method: 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body: Buffer
    readonly connections: number
    /** Seconds. */
    readonly duration: number
  }

  interface Result {
    /** Each second. */
    readonly requests: { readonly average: number; readonly total: number }
    /** Milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number }
    readonly non2xx: number
    readonly errors: number
  }

  export default function autocannon(options: Options): Promise<Result>
}

/** Requests that wait at the same time are answered by one run of the model. */
import type { EnvironmentSpec } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import type { Policy, PolicyActions, PolicyRows } from '../evaluate/index.ts'
import type { Random } from '../random.ts'
import { joined } from './invocation.ts'

/** Rows of one run; a request with more has a run of its own. */
const MOST_ROWS = 512

interface Waiting {
  readonly rows: PolicyRows
  readonly sampled: boolean
  resolve(actions: PolicyActions): void
  reject(error: unknown): void
}

export class Batcher {
  readonly #spec: EnvironmentSpec
  readonly #policy: Policy
  readonly #random: Random
  readonly #queue: Waiting[] = []
  #running = false

  /** @param random  draws for the requests that want sampled actions */
  constructor(spec: EnvironmentSpec, policy: Policy, random: Random) {
    this.#spec = spec
    this.#policy = policy
    this.#random = random
  }

  /** @throws UserError as the policy's `act`, for the very request that it concerns */
  act(rows: PolicyRows, deterministic: boolean): Promise<PolicyActions> {
    const { promise, resolve, reject } = Promise.withResolvers<PolicyActions>()
    this.#queue.push({ rows, sampled: !deterministic, resolve, reject })
    if (!this.#running) {
      this.#running = true
      // After this turn of the event loop, when everything that has arrived is in the queue.
      setImmediate(() => void this.#drain())
    }
    return promise
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#answer(this.#next())
    this.#running = false
  }

  /** Those at the head of the queue that can share a run. */
  #next(): Waiting[] {
    const { sampled } = this.#queue[0]!
    let rows = 0
    let n = 0
    for (const waiting of this.#queue) {
      rows += waiting.rows.rows
      if (waiting.sampled !== sampled || (n > 0 && rows > MOST_ROWS)) break
      n++
    }
    return this.#queue.splice(0, n)
  }

  async #answer(together: readonly Waiting[]): Promise<void> {
    try {
      const all = this.#joined(together.map(({ rows }) => rows))
      const actions = await this.#policy.act(all, together[0]!.sampled ? this.#random : null)
      let from = 0
      for (const { rows, resolve } of together) {
        resolve(together.length === 1 ? actions : this.#part(actions, from, from + rows.rows))
        from += rows.rows
      }
    } catch (error) {
      // A request that the policy cannot answer must not take the others with it.
      if (error instanceof UserError && together.length > 1) {
        for (const one of together) await this.#answer([one])
      } else for (const { reject } of together) reject(error)
    }
  }

  #joined(parts: readonly PolicyRows[]): PolicyRows {
    if (parts.length === 1) return parts[0]!
    const width = this.#spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
    const masked = parts.some(({ masks }) => masks !== null)
    return {
      rows: parts.reduce((sum, { rows }) => sum + rows, 0),
      observations: joined(parts.map(({ observations }) => observations)),
      memory: joined(parts.map(({ memory }) => memory)),
      masks: masked
        ? Buffer.concat(parts.map(({ masks, rows }) => masks ?? new Uint8Array(rows * width).fill(1)))
        : null,
    }
  }

  #part({ discrete, continuous, memory }: PolicyActions, from: number, to: number): PolicyActions {
    const D = this.#spec.action.discrete.length
    const C = this.#spec.action.continuous
    const S = this.#policy.memorySize
    return {
      discrete: discrete.subarray(from * D, to * D),
      continuous: continuous.subarray(from * C, to * C),
      memory: memory.subarray(from * S, to * S),
    }
  }
}

/**
 * Records one episode step by step. A step of a person is committed at once; others at least every 250 ms, so that a
 * killed process or a power cut takes no more than that.
 */
import { UserError } from '../errors.ts'
import type { Connection } from './database.ts'
import { type EpisodeHead, type EpisodeOutcome, stepLayout } from './episode.ts'
import type { EpisodeTable } from './episode-table.ts'
import { StepBuffer, type StepRecord } from './step-buffer.ts'

const COMMIT_INTERVAL_MS = 250

export class EpisodeWriter {
  readonly episodeId: number
  /** Called after every commit with the number of steps that are now safe. */
  onCommit: ((steps: number) => void) | undefined
  /** Called once, when the episode is no longer being recorded. */
  onClose: (() => void) | undefined

  readonly #connection: Connection
  readonly #table: EpisodeTable
  readonly #buffer: StepBuffer
  readonly #human: boolean
  #mask: Uint8Array | undefined
  #committed = 0
  #chunks = 1
  #return = 0
  #lastCommitMs = performance.now()
  #timer: NodeJS.Timeout | undefined
  #timerError: unknown
  #failed = false
  #open = true

  /** Use `Library.startEpisode`. */
  constructor(
    connection: Connection,
    table: EpisodeTable,
    head: EpisodeHead,
    firstObservation: Float32Array,
    firstMask?: Uint8Array,
  ) {
    this.#connection = connection
    this.#table = table
    this.#human = head.player.kind === 'human'
    this.#mask = firstMask?.slice()
    this.#buffer = new StepBuffer(stepLayout(head.environment), firstMask !== undefined)
    this.episodeId = connection.write(() =>
      table.insertRecording(head, firstObservation, firstMask !== undefined),
    )
  }

  /** Steps that are safe on disk. */
  get committed(): number {
    return this.#committed
  }

  /**
   * @throws UserError when the disk is full. This step and those before it stay in memory; call `retry` before the
   * environment takes another.
   */
  append(step: StepRecord): void {
    this.#mustBeOpen()
    if (this.#buffer.full) this.flush()
    this.#buffer.push(step, this.#mask)
    if (step.mask !== undefined) this.#mask?.set(step.mask)
    if (this.#human || this.#buffer.full || performance.now() - this.#lastCommitMs >= COMMIT_INTERVAL_MS) {
      this.flush()
    } else {
      this.#timer ??= setTimeout(() => this.#flushLate(), COMMIT_INTERVAL_MS).unref()
    }
  }

  /** Commits what an earlier failure has left in memory. @throws UserError while that is not possible */
  retry(): void {
    this.#mustBeOpen()
    if (this.#failed) this.flush()
  }

  /** Commits what is pending. */
  flush(): void {
    this.#mustBeOpen()
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#lastCommitMs = performance.now()
    if (this.#buffer.length === 0) return
    const steps = this.#committed + this.#buffer.length
    const total = this.#return + this.#buffer.rewardSum()
    const chunk = this.#buffer.pack()
    this.#failed = true
    this.#connection.write(() => {
      this.#table.insertChunk(this.episodeId, this.#chunks, this.#committed, chunk)
      this.#table.setProgress(this.episodeId, steps, total)
    })
    this.#failed = false
    this.#buffer.length = 0
    this.#chunks++
    this.#committed = steps
    this.#return = total
    this.onCommit?.(steps)
  }

  /** The rules have ended the episode: how is written down at once, whether it is kept is decided by `finish` or `discard`. */
  settle(outcome: EpisodeOutcome): void {
    this.flush()
    this.#connection.write(() => this.#table.setOutcome(this.episodeId, outcome))
  }

  /**
   * Ends the episode and keeps it. An episode that the rules did not end was cut off from outside: it is kept as truncated.
   * @returns the id of the episode
   * @throws UserError when no step was taken; nothing is kept then
   */
  finish(outcome: EpisodeOutcome): number {
    this.flush()
    if (this.#committed === 0) {
      this.discard()
      throw new UserError('an episode without a single step is not kept')
    }
    this.#connection.write(() => this.#table.complete(this.episodeId, outcome))
    this.#close()
    return this.episodeId
  }

  /** Ends the episode and forgets it. */
  discard(): void {
    if (!this.#open) return
    this.#close()
    this.#connection.write(() => this.#table.erase(this.episodeId))
  }

  /** Ends the episode as a power cut would, except that every step is kept. Used when the library is closed. */
  interrupt(): void {
    if (!this.#open) return
    this.flush()
    this.#connection.write(() => this.#table.interrupt(this.episodeId))
    this.#close()
  }

  #flushLate(): void {
    try {
      this.flush()
    } catch (error) {
      // There is no caller to throw at; the next call throws it.
      this.#timerError = error
    }
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new Error(`episode ${this.episodeId} is no longer being recorded`)
    if (this.#timerError !== undefined) {
      const error = this.#timerError
      this.#timerError = undefined
      throw error
    }
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#open = false
    this.onClose?.()
  }
}

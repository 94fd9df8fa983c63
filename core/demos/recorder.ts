/** Plays an episode and records it, step by step, whoever plays: a person through a screen, a script, an agent. */
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Action,
  type Environment,
  emptyAction,
  observationSize,
  type StepResult,
} from '../envs/environment.ts'
import type { Player } from '../envs/player.ts'
import { UserError } from '../errors.ts'
import type { EpisodeOutcome, EpisodeWriter, Library } from '../store/index.ts'
import { Turns } from '../turns.ts'
import type { EpisodeHead, PlayerKind } from './episode.ts'
import { environmentStamp } from './stamp.ts'

export interface RecorderOptions {
  readonly seed: number
  readonly player: { readonly name: string; readonly kind: PlayerKind }
  /** Microseconds of some steady clock; the default is the process's own. */
  readonly clock?: () => number
}

/**
 * One episode from reset to its end. With a library every step is recorded; with null it is only played.
 *
 * The outcome is written with the last step, so nothing is lost when the process dies while somebody still decides between
 * `keep` and `discard`. Until then it is a recording as any other: nobody counts it or learns from it.
 */
export class Recorder {
  readonly environment: Environment
  readonly seed: number
  /** [O], what the environment shows now. */
  readonly observation: Float32Array
  /** Steps taken. */
  steps = 0
  /** Sum of the rewards. */
  return = 0
  /** Whether the environment has ended the episode. */
  over = false

  readonly #library: Library | null
  readonly #writer: EpisodeWriter | undefined
  readonly #mask: Uint8Array | undefined
  readonly #clock: () => number
  readonly #startUs: number
  #outcome = { terminated: false, truncated: true }
  #state: 'playing' | 'kept' | 'discarded' = 'playing'

  constructor(library: Library | null, environment: Environment, options: RecorderOptions) {
    const { spec } = environment
    this.environment = environment
    this.seed = options.seed
    this.observation = new Float32Array(observationSize(spec))
    this.#library = library
    this.#clock = options.clock ?? (() => performance.now() * 1000)
    environment.reset(options.seed, this.observation)
    if (environment.writeActionMask !== undefined) {
      this.#mask = new Uint8Array(spec.action.discrete.reduce((sum, size) => sum + size, 0))
      environment.writeActionMask(this.#mask)
    }
    this.#startUs = this.#clock()
    const head: EpisodeHead = {
      environment: environmentStamp(spec),
      seed: options.seed,
      player: { name: options.player.name, kind: options.player.kind },
      startedAtUs: Date.now() * 1000,
    }
    this.#writer = library?.startEpisode(head, this.observation, this.#mask)
  }

  /** Null when nothing is recorded or the episode was discarded. */
  get episodeId(): number | null {
    return this.#state === 'discarded' ? null : (this.#writer?.episodeId ?? null)
  }

  /** Steps that are safe on disk; 0 when nothing is recorded. */
  get committed(): number {
    return this.#writer?.committed ?? 0
  }

  /** Called after every commit with the number of steps that are now safe. */
  set onCommit(listener: (steps: number) => void) {
    if (this.#writer !== undefined) this.#writer.onCommit = listener
  }

  /**
   * The result belongs to the environment and is overwritten by the next step.
   * @throws UserError when the disk is full. The step was taken and is kept in memory; no further one is taken until
   * there is space, and `keep` writes what is pending. Also when the environment cannot make the step: the episode ends before
   * it, and is kept.
   */
  step(action: Action): StepResult {
    if (this.over || this.#state !== 'playing') throw new Error('the episode is over')
    this.#writer?.retry()
    const timeUs = this.#clock() - this.#startUs
    let result: StepResult
    try {
      result = this.environment.step(action, this.observation)
    } catch (error) {
      throw this.#breakOff(error)
    }
    this.steps++
    this.return += result.reward
    this.over = result.terminated || result.truncated
    if (this.over) this.#outcome = { terminated: result.terminated, truncated: result.truncated }
    if (this.#mask !== undefined && !this.over) this.environment.writeActionMask?.(this.#mask)
    this.#writer?.append({
      continuous: action.continuous,
      discrete: action.discrete,
      reward: result.reward,
      observation: this.observation,
      ...(this.#mask === undefined ? {} : { mask: this.#mask }),
      timeUs,
    })
    if (this.over) this.#writer?.settle(this.#result())
    return result
  }

  /**
   * Ends the episode here and keeps it; one that the environment has not ended counts as truncated.
   * @returns the id of the episode; null when nothing is recorded or no step was taken
   */
  keep(): number | null {
    if (this.#state === 'discarded') throw new Error('the episode was discarded')
    if (this.steps === 0) {
      this.discard()
      return null
    }
    if (this.#state === 'playing') this.#writer?.finish(this.#result())
    this.#state = 'kept'
    return this.episodeId
  }

  /** Ends the episode and forgets it. One that had come to its end can still be restored from among the deleted. */
  discard(): void {
    if (this.#state === 'discarded') return
    if (this.over && this.steps > 0 && this.committed === this.steps) this.keep()
    if (this.#state === 'kept' && this.#writer !== undefined) {
      this.#library?.deleteEpisodes([this.#writer.episodeId])
    } else {
      this.#writer?.discard()
    }
    this.#state = 'discarded'
  }

  /** Ends the recording as a crash would, except that every step is kept: the episode becomes an interrupted one, if nobody kept it. */
  interrupt(): void {
    if (this.#state === 'playing') this.#writer?.interrupt()
    this.#state = 'kept'
  }

  #result(): EpisodeOutcome {
    return { ...this.#outcome, success: this.over ? this.environment.succeeded : this.#unfinished() }
  }

  /** An episode that was left early has not reached its goal; null where nobody says when one has. */
  #unfinished(): false | null {
    return this.environment.succeeded === null ? null : false
  }

  /** Ends the episode before a step that the environment could not make. @returns what is to be said */
  #breakOff(error: unknown): unknown {
    if (!(error instanceof UserError)) return error
    this.over = true
    if (this.steps === 0) {
      this.discard()
      return error
    }
    this.#writer?.finish({ ...this.#outcome, success: this.#unfinished() })
    this.#state = 'kept'
    if (this.episodeId === null) return error
    const before = this.steps === 1 ? 'the step before it is' : `the ${this.steps} steps before it are`
    const message = `${error.message}; ${before} kept as episode ${this.episodeId}`
    return new UserError(message, {
      cause: error,
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    })
  }
}

export interface RecordOptions {
  /** Called after every step, committed or not. */
  readonly onStep?: (recorder: Recorder, result: StepResult) => void
  /** Called after every commit with the number of steps that are safe. */
  readonly onCommit?: (recorder: Recorder, steps: number) => void
  /** Ends the recording early: the episode stays as an interrupted one. */
  readonly signal?: AbortSignal
  /** Milliseconds to wait before every step, to watch it; as fast as it goes without. */
  readonly paceMs?: number
  readonly clock?: () => number
}

/**
 * Lets `player` play the episode of `seed` to its end, records it and keeps it.
 * @returns the finished recorder; `episodeId` names the episode
 * @throws the signal's reason when it was aborted
 */
export async function recordEpisode(
  library: Library | null,
  environment: Environment,
  player: Player,
  seed: number,
  options: RecordOptions = {},
): Promise<Recorder> {
  const { onStep, onCommit, signal, paceMs, clock } = options
  const turns = new Turns()
  await turns.next(signal)
  player.begin(seed)
  const recorder = new Recorder(library, environment, {
    seed,
    player,
    ...(clock === undefined ? {} : { clock }),
  })
  if (onCommit !== undefined) recorder.onCommit = (steps) => onCommit(recorder, steps)
  const action = emptyAction(environment.spec)
  try {
    while (!recorder.over) {
      if (paceMs !== undefined) await wait(paceMs, undefined, signal === undefined ? {} : { signal })
      else if (turns.over) await turns.next()
      signal?.throwIfAborted()
      await player.act(environment, recorder.observation, action)
      const result = recorder.step(action)
      onStep?.(recorder, result)
    }
    recorder.keep()
  } catch (error) {
    recorder.interrupt()
    throw error
  }
  return recorder
}

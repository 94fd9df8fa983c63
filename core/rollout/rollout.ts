/**
 * What the training loop sees of the environments it gathers experience from, be they in this process or in worker
 * threads. Terms are EnvPool's (Weng et al. 2022, arXiv:2206.10558): `send` hands over actions, `receive` takes results.
 */
import type { EnvironmentSpec } from '../envs/index.ts'
import type { Samplers } from '../envs/varied-environment.ts'
import type { UserError } from '../errors.ts'
import type { ActingPart } from '../experience/acting.ts'
import type { ActionBatch, StepBatch } from '../experience/transitions.ts'
import type { FinishedEpisode, SavedEpisodes } from './episodes.ts'

/** sync: all environments answer before the next decision; async: whoever has answered is decided for. */
export type Stepping = 'sync' | 'async'

export interface SavedRollout extends SavedEpisodes {
  /** [E], null where the environment was lost: it begins a new episode. */
  readonly snapshots: readonly (Uint8Array | null)[]
  readonly observations: Float32Array
  readonly masks: Uint8Array | null
}

export interface Rollout {
  readonly spec: EnvironmentSpec
  /** E */
  readonly count: number
  readonly stepping: Stepping
  /** Whether every batch is sure to have a step of every environment. */
  readonly fullBatches: boolean
  readonly maxEpisodeSteps: number
  /** [E, O], what the next action is chosen from. */
  readonly observations: Float32Array
  /** [E, sum of branches], 1 = allowed next; null when the environment masks nothing. */
  readonly masks: Uint8Array | null
  /** To be filled before `send`, in the rows that wait. */
  readonly actions: ActionBatch
  /** Environments that wait for an action, ascending; null when all do. */
  readonly waiting: Int32Array | null
  /** Whether every environment waits: nothing is to be received. */
  readonly settled: boolean
  /** Episodes that ended with the steps received last. */
  readonly finished: readonly FinishedEpisode[]
  /** Environments whose unfinished episode was found lost with the steps received last. */
  readonly dropped: readonly number[]
  /** Why, as sentences. */
  readonly troubles: readonly string[]
  /** Why the environments that were lost last do not come back; null while all is well. */
  readonly failure: UserError | null

  /**
   * Said once, before anything is received, where decisions are made by copies of the policy and no environment ever waits for an
   * action.
   */
  follow?(acting: ActingPart | undefined): void

  /** Hands `actions` to the environments that wait, which set off. */
  send(): void

  /**
   * The steps of those that have answered: of all under way (sync), or of at least one (async), which may be none when an
   * episode was lost. The batch is overwritten by what is received next. Environments whose episode ended have begun the
   * next one.
   */
  receive(): Promise<StepBatch>

  /** As `receive`, for all that is under way. */
  settle(): Promise<StepBatch>

  /** How the parameters of episodes to come are drawn, where the environments were made to vary. */
  vary(samplers: Samplers): Promise<void>

  /**
   * [workers] share of their environments' time that these waited for an action, since the last call with the same name;
   * null without workers.
   */
  idleShares(interval: string): number[] | null

  /** What it has to tell for the curves since the last call, by the names of metrics. */
  drainMetrics?(): Record<string, number>

  /** Everything that determines the steps to come; all environments must wait. */
  save(): Promise<SavedRollout>

  /** @throws Error when it was saved from another number of environments */
  load(saved: SavedRollout): Promise<void>

  close(): Promise<void>
}

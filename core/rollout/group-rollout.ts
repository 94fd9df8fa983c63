/**
 * G groups of agents, each in a world of its own that goes on by itself; environment e of the learner is a seat of one of
 * them. Worlds go on side by side, each as soon as all its agents that decide have their actions, and an agent's step is
 * reported when that agent decides again or ends. So batches are partial, and nothing can be repeated.
 *
 * A world that ends or does not answer is made anew. The episodes under way in it are lost; all others go on.
 */

import { FINITE_REMEDY, notFinite } from '../envs/finite.ts'
import {
  type AgentGroup,
  type AgentGroupFactory,
  type EnvironmentSpec,
  observationSize,
  type SeatAction,
  type SeatMoment,
} from '../envs/index.ts'
import type { Samplers } from '../envs/varied-environment.ts'
import { UserError } from '../errors.ts'
import { type ActionBatch, makeActionBatch, type StepBatch } from '../experience/transitions.ts'
import { type EpisodeOptions, Episodes, type FinishedEpisode } from './episodes.ts'
import { RestartLimit, type RestartSettings } from './restart-limit.ts'
import type { Rollout, SavedRollout } from './rollout.ts'
import { rowOf } from './rows.ts'

export interface GroupRolloutOptions extends EpisodeOptions {
  readonly make: AgentGroupFactory
  /** G */
  readonly groups: number
  readonly samplers: Samplers
  readonly restarts: RestartSettings
}

interface World {
  /** Null while it is being made anew, and after it was lost for good. */
  group: AgentGroup | null
  /** Its seats are environments `first` to `first + seats - 1`. */
  readonly first: number
  readonly seats: number
  /** What has happened, once that is known; null when the world waits for this side. */
  pending: Promise<void> | null
  /** Not taken in yet. */
  moments: readonly SeatMoment[]
  error: unknown
}

/** What a seat is at, seen from this side. */
const State = {
  empty: 0,
  /** Its agent needs an action. */
  waiting: 1,
  /** Its agent has an action, and is to be heard of. */
  acting: 2,
} as const

export class GroupRollout implements Rollout {
  readonly spec: EnvironmentSpec
  readonly count: number
  readonly stepping = 'async'
  readonly fullBatches = false
  readonly maxEpisodeSteps: number
  readonly observations: Float32Array
  readonly masks: Uint8Array | null
  readonly actions: ActionBatch
  readonly finished: readonly FinishedEpisode[]
  readonly dropped: number[] = []
  readonly troubles: string[] = []
  failure: UserError | null = null

  readonly #options: GroupRolloutOptions
  readonly #limit: RestartLimit
  readonly #worlds: readonly World[]
  readonly #episodes: Episodes
  /** [E] a State */
  readonly #state: Uint8Array
  readonly #batch: StepBatch & { environments: Int32Array }
  /** Environments whose episode was lost since the last batch. */
  #lost: number[] = []
  #samplers: Samplers
  #closed = false

  /**
   * Starts the worlds and waits until agents decide in each.
   * @throws UserError when one cannot be started
   */
  static async create(options: GroupRolloutOptions): Promise<GroupRollout> {
    const { make, groups: G, samplers, seed } = options
    const opened = await Promise.allSettled(
      Array.from({ length: G }, (_, g) => make({ seed: seed + g, samplers })),
    )
    const groups = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const refused = opened.find((result) => result.status === 'rejected')
    if (refused !== undefined) {
      for (const group of groups) group.close()
      throw refused.reason
    }
    const rollout = new GroupRollout(groups, options)
    await rollout.settle()
    if (rollout.failure === null) return rollout
    await rollout.close()
    throw rollout.failure
  }

  private constructor(groups: readonly AgentGroup[], options: GroupRolloutOptions) {
    this.#options = options
    this.#limit = new RestartLimit(groups.length, options.restarts)
    this.#samplers = options.samplers
    this.spec = groups[0]!.spec
    let first = 0
    this.#worlds = groups.map((group) => {
      const world: World = { group, first, seats: group.seats, pending: null, moments: [], error: null }
      first += group.seats
      return world
    })
    const E = first
    const { continuous, discrete } = this.spec.action
    const O = observationSize(this.spec)
    const M = this.spec.action.masked === true ? discrete.reduce((sum, size) => sum + size, 0) : 0
    this.count = E
    this.#episodes = new Episodes(this.spec, E, options)
    this.maxEpisodeSteps = this.#episodes.limit
    this.finished = this.#episodes.finished
    this.#state = new Uint8Array(E).fill(State.empty)
    this.observations = new Float32Array(E * O)
    this.masks = M === 0 ? null : new Uint8Array(E * M)
    this.actions = makeActionBatch(E, continuous, discrete.length)
    this.#batch = {
      observations: new Float32Array(E * O),
      actions: this.actions,
      rewards: new Float32Array(E),
      nextObservations: new Float32Array(E * O),
      terminated: new Uint8Array(E),
      truncated: new Uint8Array(E),
      masks: M === 0 ? null : new Uint8Array(E * M),
      environments: new Int32Array(0),
    }
    for (const world of this.#worlds) this.#advance(world, [])
  }

  get waiting(): Int32Array | null {
    const rows = Array.from(this.#state.keys()).filter((e) => this.#state[e] === State.waiting)
    return rows.length === this.count ? null : Int32Array.from(rows)
  }

  get settled(): boolean {
    return this.#lost.length === 0 && this.#worlds.every(({ pending }) => pending === null)
  }

  send(): void {
    for (const world of this.#worlds) {
      const actions: SeatAction[] = []
      for (let seat = 0; seat < world.seats; seat++) {
        const e = world.first + seat
        if (this.#state[e] !== State.waiting) continue
        this.#state[e] = State.acting
        rowOf(this.#batch.observations, this.count, e).set(rowOf(this.observations, this.count, e))
        if (this.masks !== null) {
          rowOf(this.#batch.masks!, this.count, e).set(rowOf(this.masks, this.count, e))
        }
        const { continuous, discrete } = this.actions
        actions.push({
          seat,
          continuous: rowOf(continuous, this.count, e),
          discrete: rowOf(discrete, this.count, e),
        })
      }
      if (actions.length > 0) this.#advance(world, actions)
    }
  }

  async receive(): Promise<StepBatch> {
    for (const world of this.#worlds) if (this.#idles(world)) this.#advance(world, [])
    const pending = this.#worlds.flatMap((world) => world.pending ?? [])
    if (pending.length > 0 && this.#lost.length === 0) await Promise.race(pending)
    return this.#takeIn()
  }

  async settle(): Promise<StepBatch> {
    await Promise.all(this.#worlds.map(({ pending }) => pending))
    return this.#takeIn()
  }

  async vary(samplers: Samplers): Promise<void> {
    this.#samplers = { ...this.#samplers, ...samplers }
    for (const { group } of this.#worlds) group?.vary(samplers)
  }

  idleShares(): null {
    return null
  }

  /** Worlds cannot be saved. */
  async save(): Promise<SavedRollout> {
    return {
      ...this.#episodes.save(),
      snapshots: new Array<null>(this.count).fill(null),
      observations: this.observations.slice(),
      masks: this.masks?.slice() ?? null,
    }
  }

  /** The episodes that were under way are lost; the worlds are at the beginning of others. */
  async load(saved: SavedRollout): Promise<void> {
    if (saved.snapshots.length !== this.count) {
      throw new UserError(`the run had ${saved.snapshots.length} agents, and now there are ${this.count}`, {
        remedy: 'use as many builds as before, and set the number of agents with the parameter agents',
      })
    }
    this.#episodes.load(saved)
    for (let e = 0; e < this.count; e++) {
      this.#lost.push(e)
      if (this.#state[e] !== State.empty) this.#episodes.begin(e)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { group } of this.#worlds) group?.close()
  }

  /** Whether nobody in it has to decide, so that it may go on. */
  #idles({ group, pending, first, seats }: World): boolean {
    if (group === null || pending !== null) return false
    return !this.#state.subarray(first, first + seats).includes(State.waiting)
  }

  #advance(world: World, actions: readonly SeatAction[]): void {
    const group = world.group!
    world.pending = group.advance(actions).then(
      (moments) => {
        const wrong = moments.map(({ reward, observation }) => notFinite(this.spec, reward, observation))
        const first = wrong.find((what) => what !== undefined)
        if (first === undefined) world.moments = moments
        else world.error = new UserError(`${this.spec.id} gave ${first}`, { remedy: FINITE_REMEDY })
      },
      (error: unknown) => {
        world.error = error
      },
    )
  }

  /** What has happened in the worlds that have answered; those without an answer go on. */
  #takeIn(): StepBatch {
    this.#episodes.finished.length = 0
    this.troubles.length = 0
    const rows = this.#worlds.flatMap((world, g) => {
      const { moments, error } = world
      if (error !== null) this.#lose(world, g)
      if (moments.length === 0) return []
      world.moments = []
      world.pending = null
      return moments.flatMap((moment) => this.#take(world.first + moment.seat, moment))
    })
    this.#batch.environments = Int32Array.from(rows).sort()
    this.dropped.splice(0, this.dropped.length, ...this.#lost)
    this.#lost = []
    return this.#batch
  }

  /** @returns the environment, where a step has ended */
  #take(e: number, moment: SeatMoment): number[] {
    const { began, observation, mask } = moment
    if (!began) {
      const end = this.#episodes.step(e, moment, this.#batch)
      rowOf(this.#batch.nextObservations, this.count, e).set(observation)
      if (end !== 'goes on') this.#episodes.finish(e, moment.succeeded, end === 'cut')
      if (end === 'over') {
        this.#state[e] = State.empty
        return [e]
      }
      // A world cannot be told to end an episode: the agent goes on, in another one.
      if (end === 'cut') this.#episodes.begin(e)
    } else this.#episodes.begin(e)
    this.#state[e] = State.waiting
    rowOf(this.observations, this.count, e).set(observation)
    if (this.masks !== null) {
      const row = rowOf(this.masks, this.count, e)
      if (mask === null) row.fill(1)
      else row.set(mask)
    }
    return began ? [] : [e]
  }

  /** @throws what was no fault of the world's */
  #lose(world: World, g: number): void {
    const { error, first, seats } = world
    if (!(error instanceof UserError)) throw error
    world.error = null
    world.pending = null
    world.group?.close()
    world.group = null
    for (let e = first; e < first + seats; e++) {
      if (this.#state[e] !== State.empty) this.#lost.push(e)
      this.#state[e] = State.empty
    }
    if (this.#limit.admit(g, performance.now() / 1000)) {
      this.troubles.push(error.message)
      this.#restart(world, g)
    } else {
      this.failure ??= new UserError(error.message, {
        remedy:
          error.remedy ??
          'fix the build and resume the run; env_settings.max_lifetime_restarts and restarts_rate_limit_n allow more restarts',
        cause: error,
      })
    }
  }

  #restart(world: World, g: number): void {
    const { make, seed } = this.#options
    const { seats } = world
    const again = async (): Promise<void> => {
      try {
        const group = await make({ seed: seed + g, samplers: this.#samplers, seats })
        if (this.#closed) return group.close()
        world.group = group
        world.moments = await group.advance([])
      } catch (error) {
        world.error = error
      }
    }
    world.pending = again()
  }
}

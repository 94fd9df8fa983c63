/**
 * A Gymnasium environment (Towers et al. 2024, arXiv:2407.17032) in a Python process, which it shares with those of its kind
 * in this thread and which is started by the first reset. Box actions are given in [-1, 1] and rescaled to the space's bounds
 * there. A snapshot is the seed and the actions since; restoring it plays them again, so the environment must be deterministic.
 *
 * Nothing is drawn until somebody looks: then the episode moves to a process that draws. Where that cannot be had or dies, as
 * MuJoCo's does without a display, it goes on without pictures.
 */

import { FINITE_REMEDY, notFinite, placeOf } from '../../envs/finite.ts'
import {
  type Action,
  type Environment,
  type EnvironmentSpec,
  observationSize,
  type ParameterValue,
  type StepResult,
} from '../../envs/index.ts'
import { DataError, UserError } from '../../errors.ts'
import type { Seat } from './host.ts'
import { canDraw, cannotDraw, describe, type HostKey, takeSeat } from './hosts.ts'
import { controlsOf } from './keys.ts'
import {
  type Description,
  OUTCOME_BYTES,
  type Outcome,
  Refusal,
  readObservation,
  readOutcome,
} from './protocol.ts'
import type { GymScene } from './scene.ts'

const LONGEST_DESCRIPTION = 160
const NO_PICTURE = new Uint8Array(0)

export class GymEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #key: HostKey
  readonly #description: Description
  readonly #controls: ReturnType<typeof controlsOf>
  readonly #size: number
  readonly #actionBytes: number
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  #seat: Seat | null = null
  /** Whether the seat is in a process that draws. */
  #draws = false
  #announced: Uint8Array | null = null
  #seed: number | null = null
  #actions: Uint8Array[] = []
  #return = 0
  #last: Outcome | null = null
  #scene: GymScene | null = null

  /**
   * @param id      as `gymnasium.make` takes it
   * @param kwargs  what else it is given
   * @throws UserError when it cannot be made
   */
  constructor(id: string, kwargs: Readonly<Record<string, ParameterValue>>) {
    this.#key = { id, kwargs }
    this.#description = describe(this.#key)
    this.#controls = controlsOf(id, this.#description)
    this.spec = specOf(id, kwargs, this.#description)
    this.#size = observationSize(this.spec)
    this.#actionBytes = 4 * (this.spec.action.continuous + this.spec.action.discrete.length)
  }

  /**
   * The environment's own word where its `info` has `is_success` or `success`; else whether the return reaches the reward
   * threshold that it is registered with; else nobody says.
   */
  get succeeded(): boolean | null {
    const { rewardThreshold } = this.#description
    return this.#last?.success ?? (rewardThreshold === null ? null : this.#return >= rewardThreshold)
  }

  get #over(): boolean {
    return this.#last !== null && (this.#last.terminated || this.#last.truncated)
  }

  reset(seed: number, observation: Float32Array | null): void {
    const place = placeOf(0, seed)
    this.#seed = null
    const body = this.#ask((seat) => seat.reset(seed), place)
    const seen = readObservation(body, 0, this.#size)
    this.#requireFinite(0, seen, place)
    this.#begin(seed)
    observation?.set(seen)
  }

  announce(action: Action): void {
    const bytes = this.#bytesOf(action)
    this.#ask((seat) => seat.announce(bytes), this.#place)
    this.#announced = bytes
  }

  step(action: Action, observation: Float32Array | null): StepResult {
    const bytes = this.#bytesOf(action)
    if (this.#announced !== null && !Buffer.from(bytes).equals(this.#announced)) {
      throw new Error(`${this.spec.id} is stepped with a different action from the one announced`)
    }
    this.#announced = null
    const body = this.#ask((seat) => seat.step(bytes), this.#place)
    const outcome = readOutcome(body)
    const seen = readObservation(body, OUTCOME_BYTES, this.#size)
    this.#requireFinite(outcome.reward, seen, this.#place)
    this.#took(bytes, outcome)
    observation?.set(seen)
    this.#result.reward = outcome.reward
    this.#result.terminated = outcome.terminated
    this.#result.truncated = outcome.truncated
    return this.#result
  }

  /** f64 seed, NaN before the first reset, and the actions since. */
  snapshot(): Uint8Array {
    const size = this.#actionBytes
    const bytes = new Uint8Array(8 + size * this.#actions.length)
    new DataView(bytes.buffer).setFloat64(0, this.#seed ?? Number.NaN, true)
    for (const [i, action] of this.#actions.entries()) bytes.set(action, 8 + size * i)
    return bytes
  }

  restore(snapshot: Uint8Array): void {
    const size = this.#actionBytes
    if (snapshot.length < 8 || (snapshot.length - 8) % size !== 0) {
      throw new DataError({
        file: 'snapshot',
        place: this.spec.id,
        expected: `8 bytes and ${size} for every action`,
        found: `${snapshot.length} bytes`,
      })
    }
    const seed = new DataView(snapshot.buffer, snapshot.byteOffset).getFloat64(0, true)
    if (Number.isNaN(seed)) {
      this.#seed = null
      return
    }
    const actions: Uint8Array[] = []
    for (let at = 8; at < snapshot.length; at += size) actions.push(snapshot.slice(at, at + size))
    const again = `in the first ${actions.length} steps, which are replayed (seed ${seed})`
    const outcome = readOutcome(this.#ask((seat) => seat.replay(seed, actions), again))
    this.#begin(seed)
    if (actions.length === 0) return
    this.#actions = actions
    this.#return = outcome.reward
    this.#last = outcome
  }

  /** Null where the environment draws no pictures: its observations are shown then. */
  scene(): GymScene | null {
    if (this.#seed === null) return null
    this.#scene ??= sceneOf(this.#draw(), this.#controls)
    return this.#scene.png === '' ? null : this.#scene
  }

  events(): readonly unknown[] {
    return []
  }

  /** The time between two frames, as the environment has it. */
  animationSeconds(): number {
    return 1 / (this.#description.framesPerSecond ?? 10)
  }

  /** The process waits a while for another environment of the kind. */
  close(): void {
    this.#seat?.leave()
    this.#seat = null
    this.#seed = null
  }

  /** The step that is being made. */
  get #place(): string {
    return placeOf(this.#actions.length + 1, this.#seed!)
  }

  /**
   * @param place  of the episode, for errors
   * @throws UserError when the process has died or does not answer, and the next reset starts another; or when what the
   * environment does cannot be taken, and the next reset begins anew
   */
  #ask<T>(question: (seat: Seat) => T, place: string): T {
    try {
      this.#seat ??= takeSeat(this.#key, this.#draws)
      return question(this.#seat)
    } catch (error) {
      if (error instanceof Refusal) {
        this.#seed = null
        throw new UserError(`${this.spec.id}: ${error.message}, ${place}`, { remedy: 'fix the environment' })
      }
      this.close()
      throw error
    }
  }

  #requireFinite(reward: number, observation: Float32Array, place: string): void {
    const wrong = notFinite(this.spec, reward, observation)
    if (wrong === undefined) return
    this.#seed = null
    throw new UserError(`${this.spec.id} gave ${wrong} ${place}`, { remedy: FINITE_REMEDY })
  }

  /** @returns the picture, empty where there is none */
  #draw(): Uint8Array {
    if (!canDraw(this.#key)) return NO_PICTURE
    const episode = this.snapshot()
    try {
      if (!this.#draws) this.#move(episode, true)
      return this.#seat!.view()
    } catch (error) {
      if (!(error instanceof UserError || error instanceof Refusal)) throw error
      cannotDraw(this.#key)
      this.#move(episode, false)
      return NO_PICTURE
    }
  }

  /** Takes the episode to a process that draws, or to one that does not. */
  #move(episode: Uint8Array, draws: boolean): void {
    this.#seat?.leave()
    this.#seat = null
    this.#draws = draws
    this.restore(episode)
  }

  #begin(seed: number): void {
    this.#seed = seed
    this.#announced = null
    this.#actions = []
    this.#return = 0
    this.#last = null
    this.#scene = null
  }

  #took(action: Uint8Array, outcome: Outcome): void {
    this.#actions.push(action)
    this.#return += outcome.reward
    this.#last = outcome
    this.#scene = null
  }

  /** @throws Error when there is no episode to step, or the action is outside the spec */
  #bytesOf({ continuous, discrete }: Action): Uint8Array {
    if (this.#seed === null) throw new Error(`${this.spec.id} is stepped before it was reset`)
    if (this.#over) throw new Error(`${this.spec.id} is stepped after its episode has ended`)
    const { action } = this.spec
    for (let i = 0; i < action.continuous; i++) {
      if (!(Math.abs(continuous[i]!) <= 1)) throw new Error(`continuous value ${i} is ${continuous[i]}`)
    }
    for (const [branch, size] of action.discrete.entries()) {
      const index = discrete[branch]!
      if (!(index >= 0 && index < size)) throw new Error(`branch ${branch} has no action ${index}`)
    }
    const bytes = new Uint8Array(this.#actionBytes)
    bytes.set(new Uint8Array(continuous.buffer, continuous.byteOffset, 4 * action.continuous))
    bytes.set(
      new Uint8Array(discrete.buffer, discrete.byteOffset, 4 * action.discrete.length),
      4 * action.continuous,
    )
    return bytes
  }
}

function specOf(
  id: string,
  kwargs: Readonly<Record<string, ParameterValue>>,
  { observations, continuous, discrete, units, notes, maxEpisodeSteps, rewardThreshold }: Description,
): EnvironmentSpec {
  const solved = rewardThreshold === null ? '' : ` A return of ${rewardThreshold} is the goal.`
  return {
    id: `gym:${id}`,
    title: id.replace(/^.*:/, ''),
    description: [`Gymnasium's ${id}, in a Python process.${solved}`, ...notes].join(' '),
    version: Math.max(1, Number(/-v(\d+)$/.exec(id)?.[1] ?? 1)),
    parameters: kwargs,
    observations: observations.map(({ name, shape, description }) => ({
      name,
      shape,
      description: description.replaceAll(/\s+/g, ' ').slice(0, LONGEST_DESCRIPTION),
    })),
    action: { continuous, discrete, units },
    score: {
      unit: 'point',
      units: 'points',
      measure: 'return',
      ...(rewardThreshold === null ? { tellsSuccess: false } : {}),
    },
    ...(maxEpisodeSteps === null ? {} : { maxEpisodeSteps }),
    ...(notes.length === 0 ? {} : { notes: notes.map((note) => `gym:${id}: ${note}`) }),
  }
}

/** @param picture  u32 width, u32 height, PNG; empty where there is none */
function sceneOf(picture: Uint8Array, controls: ReturnType<typeof controlsOf>): GymScene {
  if (picture.length === 0) return { kind: 'gym', width: 0, height: 0, png: '', ...controls }
  const view = new DataView(picture.buffer, picture.byteOffset, picture.byteLength)
  return {
    kind: 'gym',
    width: view.getUint32(0, true),
    height: view.getUint32(4, true),
    png: Buffer.from(picture.subarray(8)).toString('base64'),
    ...controls,
  }
}

/**
 * A corridor that cannot be mastered without memory, after the T-maze of Bakker (2002, "Reinforcement learning with long
 * short-term memory"). A sign at the start names one of two doors; it is out of sight from the first step on. `length`
 * places later, between the doors, the right one pays 1 and the wrong one -1.
 *
 * Between the doors every episode looks the same and the sign is drawn fairly, so whoever decides by what is seen alone
 * gets 0 on average, whatever it decides.
 *
 * Differs from the T-maze: every action walks on until the doors are reached, so nothing but the choice can be learned.
 */
import { DataError } from '../../errors.ts'
import { Random } from '../../random.ts'
import type { Drawing, DrawingEvent } from '../drawing/drawing.ts'
import type { Action, Environment, EnvironmentSpec, ParameterValue, StepResult } from '../environment.ts'
import { readParameters } from '../parameters.ts'
import { type Door, drawRecall, type RecallState, recallEvents } from './drawing.ts'

export const DOORS: readonly Door[] = ['upper', 'lower']
const SNAPSHOT_BYTES = 8
/** Of the byte for the door that was taken. */
const NONE = 255

export class RecallEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #length: number
  readonly #random = new Random(0)
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  #sign = 0
  #position = 0
  #taken = NONE
  #ended = true
  #moved = false

  constructor(parameters?: Readonly<Record<string, ParameterValue>>) {
    const rules = { length: { from: 1, to: 200, initial: 8 } } as const
    const { length } = readParameters('recall', rules, parameters)
    this.#length = length
    this.spec = {
      id: 'recall',
      title: 'Recall',
      description:
        'Remember which door the sign at the start names, walk to the end of the corridor, and take that door.',
      version: 1,
      parameters: { length },
      parameterRules: rules,
      observations: [
        {
          name: 'view',
          shape: [4],
          description:
            'sign says upper, sign says lower, in the corridor, between the doors: one of them is 1',
          range: [0, 1],
        },
      ],
      action: { continuous: 0, discrete: [DOORS.length] },
      score: { unit: 'point', units: 'points', measure: 'return', goal: 1 },
    }
  }

  get succeeded(): boolean {
    return this.#taken === this.#sign
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#random.seed(seed)
    this.#sign = this.#random.below(DOORS.length)
    this.#position = 0
    this.#taken = NONE
    this.#ended = false
    this.#moved = false
    this.#observe(observation)
  }

  /** Branch 0: 0 takes the upper door, 1 the lower one; before the doors both walk on. */
  step(action: Action, observation: Float32Array | null): StepResult {
    if (this.#ended) throw new Error('recall: the episode is over; reset first')
    const door = action.discrete[0]!
    if (DOORS[door] === undefined) throw new RangeError(`recall: action ${door} is not 0 or 1`)

    this.#moved = true
    if (this.#position <= this.#length) this.#position++
    else this.#taken = door
    const result = this.#result
    result.terminated = this.#taken !== NONE
    result.reward = result.terminated ? (this.succeeded ? 1 : -1) : 0
    this.#ended = result.terminated
    this.#observe(observation)
    return result
  }

  snapshot(): Uint8Array {
    const { version } = this.spec
    return Uint8Array.of(0x52, 0x45, 0x43, version, this.#length, this.#position, this.#sign, this.#taken)
  }

  restore(snapshot: Uint8Array): void {
    const [r, e, c, version, length, position, sign, taken] = snapshot
    const known = r === 0x52 && e === 0x45 && c === 0x43 && version === this.spec.version
    const within = length === this.#length && position! <= this.#length + 1 && sign! < DOORS.length
    const whole = taken === NONE || (taken! < DOORS.length && position === this.#length + 1)
    if (snapshot.length !== SNAPSHOT_BYTES || !known || !within || !whole) {
      throw new DataError({
        file: 'snapshot',
        place: 'recall',
        expected: `${SNAPSHOT_BYTES} bytes of version ${this.spec.version} and length ${this.#length}`,
        found: `${snapshot.length} bytes: [${[...snapshot.subarray(0, SNAPSHOT_BYTES)]}]`,
      })
    }
    this.#position = position!
    this.#sign = sign!
    this.#taken = taken!
    this.#ended = taken !== NONE
    this.#moved = false
  }

  scene(): Drawing {
    return drawRecall(this.#state)
  }

  events(): readonly DrawingEvent[] {
    return this.#moved ? recallEvents(this.#state) : []
  }

  get #state(): RecallState {
    return {
      length: this.#length,
      position: this.#position,
      sign: this.#position === 0 ? DOORS[this.#sign]! : null,
      taken: DOORS[this.#taken] ?? null,
      right: this.succeeded,
    }
  }

  #observe(observation: Float32Array | null): void {
    if (observation === null) return
    observation.fill(0, 0, 4)
    const seen = this.#position === 0 ? this.#sign : this.#position <= this.#length ? 2 : 3
    observation[seen] = 1
  }
}

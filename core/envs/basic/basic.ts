/**
 * ML-Agents' Basic, exactly: a line of positions, start at 10, a small goal at 7 and a large one at 17. Every step costs
 * 0.01, the goals pay 0.1 and 1 and end the episode, so the best return is 0.93 (seven steps to the right).
 */
import { DataError } from '../../errors.ts'
import type { Drawing, DrawingEvent } from '../drawing/drawing.ts'
import type { Action, Environment, EnvironmentSpec, ParameterValue, StepResult } from '../environment.ts'
import { readParameters } from '../parameters.ts'
import { type BasicState, basicEvents, drawBasic } from './drawing.ts'

const LENGTH = 20
const START = 10
const SMALL = 7
const LARGE = 17
const BEST_RETURN = 0.93
const MOVES = [0, -1, 1] as const
const SNAPSHOT_BYTES = 8
/** Random play takes some 30 steps, the best seven. */
const PATIENCE = 200

export class BasicEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #maxSteps: number
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  #position = START
  #previous = START
  #steps = 0
  #ended = true
  #moved = false

  constructor(parameters?: Readonly<Record<string, ParameterValue>>) {
    const rules = { max_steps: { from: 0, to: 65535, initial: 0 } } as const
    const { max_steps } = readParameters('basic', rules, parameters)
    this.#maxSteps = max_steps
    this.spec = {
      id: 'basic',
      title: 'Basic',
      description:
        'Walk to the tall flag, which pays 1 point, in as few steps as you can. The short one pays 0.1.',
      version: 1,
      parameters: { max_steps },
      parameterRules: rules,
      observations: [
        { name: 'position', shape: [LENGTH], description: 'one-hot position on the line', range: [0, 1] },
      ],
      action: { continuous: 0, discrete: [MOVES.length] },
      score: { unit: 'point', units: 'points', measure: 'return', goal: BEST_RETURN },
      ...(max_steps > 0 ? { maxEpisodeSteps: max_steps } : { patience: PATIENCE }),
    }
  }

  get succeeded(): boolean {
    return this.#position === LARGE
  }

  reset(_seed: number, observation: Float32Array | null): void {
    this.#position = START
    this.#previous = START
    this.#steps = 0
    this.#ended = false
    this.#moved = false
    this.#observe(observation)
  }

  /** Branch 0: 0 stays, 1 goes left, 2 goes right. */
  step(action: Action, observation: Float32Array | null): StepResult {
    if (this.#ended) throw new Error('basic: the episode is over; reset first')
    const move = MOVES[action.discrete[0]!]
    if (move === undefined) throw new RangeError(`basic: action ${action.discrete[0]} is not 0, 1 or 2`)

    this.#previous = this.#position
    this.#position = Math.min(Math.max(this.#position + move, 0), LENGTH)
    this.#steps++
    this.#moved = true

    const result = this.#result
    result.reward = -0.01
    if (this.#position === SMALL) result.reward += 0.1
    if (this.#position === LARGE) result.reward += 1
    result.terminated = this.#position === SMALL || this.#position === LARGE
    result.truncated = !result.terminated && this.#maxSteps > 0 && this.#steps >= this.#maxSteps
    this.#ended = result.terminated || result.truncated
    this.#observe(observation)
    return result
  }

  snapshot(): Uint8Array {
    const bytes = new Uint8Array(SNAPSHOT_BYTES)
    const view = new DataView(bytes.buffer)
    bytes.set([0x42, 0x41, 0x53, this.spec.version, this.#position, Number(this.#ended)])
    view.setUint16(6, Math.min(this.#steps, 65535), true)
    return bytes
  }

  restore(snapshot: Uint8Array): void {
    const [b, a, s, version, position, ended] = snapshot
    const known = b === 0x42 && a === 0x41 && s === 0x53 && version === this.spec.version
    if (snapshot.length !== SNAPSHOT_BYTES || !known || position! > LENGTH || ended! > 1) {
      throw new DataError({
        file: 'snapshot',
        place: 'basic',
        expected: `${SNAPSHOT_BYTES} bytes of version ${this.spec.version}`,
        found: `${snapshot.length} bytes beginning with [${[...snapshot.subarray(0, 6)]}]`,
      })
    }
    this.#position = position!
    this.#previous = position!
    this.#ended = ended === 1
    this.#moved = false
    this.#steps = new DataView(snapshot.buffer, snapshot.byteOffset).getUint16(6, true)
  }

  scene(): Drawing {
    return drawBasic(this.#state)
  }

  events(): readonly DrawingEvent[] {
    return this.#moved ? basicEvents(this.#previous, this.#state) : []
  }

  get #state(): BasicState {
    return { length: LENGTH, position: this.#position, small: SMALL, large: LARGE }
  }

  #observe(observation: Float32Array | null): void {
    if (observation === null) return
    observation.fill(0, 0, LENGTH)
    observation[this.#position] = 1
  }
}

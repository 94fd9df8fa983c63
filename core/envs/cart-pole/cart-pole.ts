/**
 * A pole on a cart, to be kept upright by pushes to the left and to the right: Gymnasium's CartPole-v1, after Barto, Sutton
 * and Anderson (1983, "Neuronlike adaptive elements that can solve difficult learning control problems"). From the same state
 * the same push leads to the same observation and reward; the start is drawn by a generator of our own, so that Gymnasium's
 * seeds give other starts.
 */
import { DataError } from '../../errors.ts'
import { Random } from '../../random.ts'
import type { Drawing, DrawingEvent } from '../drawing/drawing.ts'
import type { Action, Environment, EnvironmentSpec, ParameterValue, StepResult } from '../environment.ts'
import { readParameters } from '../parameters.ts'
import { cosine, sine } from '../trigonometry.ts'
import { cartPoleEvents, drawCartPole } from './drawing.ts'

const GRAVITY = 9.8
const POLE_MASS = 0.1
const TOTAL_MASS = POLE_MASS + 1
/** Half of the pole, in metres. */
const HALF = 0.5
const MOMENT = POLE_MASS * HALF
const FORCE = 10
/** Seconds of a step. */
const STEP = 0.02
const LIMITS = { position: 2.4, angle: (12 * 2 * Math.PI) / 360 }
const MAX_STEPS = 500
/** Above what can be reached within the limits: some 10 m/s all along the rail, 4 rad/s from side to side. */
const FASTEST = 12
/** How far from 0 each part of the state can be at the start. */
const START = 0.05
const PUSHES = [-1, 1] as const
const SNAPSHOT_BYTES = 40

export class CartPoleEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #random = new Random(0)
  readonly #result: StepResult = { reward: 1, terminated: false, truncated: false }
  /** Position, velocity, angle, angular velocity: metres, radians, seconds. */
  readonly #state = new Float64Array(4)
  #steps = 0
  #push: -1 | 0 | 1 = 0
  #ended = true
  #moved = false

  constructor(parameters?: Readonly<Record<string, ParameterValue>>) {
    readParameters('cart-pole', {}, parameters)
    this.spec = {
      id: 'cart-pole',
      title: 'Cart-pole',
      description:
        "Keep a pole upright on a cart by pushing it left or right, for 500 steps at most: Gymnasium's CartPole-v1.",
      version: 1,
      parameters: {},
      observations: [
        {
          name: 'state',
          shape: [4],
          description: 'position (m) and velocity of the cart, angle (rad) and angular velocity of the pole',
          range: [-FASTEST, FASTEST],
        },
      ],
      action: { continuous: 0, discrete: [PUSHES.length] },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: MAX_STEPS,
    }
  }

  get succeeded(): boolean {
    return this.#ended && this.#lost === null
  }

  /** Which limit was crossed. */
  get #lost(): 'left' | 'fell' | null {
    const [x, , theta] = this.#state as unknown as [number, number, number]
    if (Math.abs(x) > LIMITS.position) return 'left'
    return Math.abs(theta) > LIMITS.angle ? 'fell' : null
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#random.seed(seed)
    for (let i = 0; i < 4; i++) this.#state[i] = START * (2 * this.#random.uniform() - 1)
    this.#steps = 0
    this.#push = 0
    this.#ended = false
    this.#moved = false
    observation?.set(this.#state)
  }

  /** Branch 0: 0 pushes to the left, 1 to the right. */
  step(action: Action, observation: Float32Array | null): StepResult {
    if (this.#ended) throw new Error('cart-pole: the episode is over; reset first')
    const push = PUSHES[action.discrete[0]!]
    if (push === undefined) throw new RangeError(`cart-pole: action ${action.discrete[0]} is not 0 or 1`)

    const [x, v, theta, omega] = this.#state as unknown as [number, number, number, number]
    const [sin, cos] = [sine(theta), cosine(theta)]
    // Operation by operation in Gymnasium's order: the last bit decides whether a long episode stays the same.
    const pushed = (push * FORCE + MOMENT * (omega * omega) * sin) / TOTAL_MASS
    const turning = (GRAVITY * sin - cos * pushed) / (HALF * (4 / 3 - (POLE_MASS * (cos * cos)) / TOTAL_MASS))
    const moving = pushed - (MOMENT * turning * cos) / TOTAL_MASS
    this.#state[0] = x + STEP * v
    this.#state[1] = v + STEP * moving
    this.#state[2] = theta + STEP * omega
    this.#state[3] = omega + STEP * turning
    this.#push = push
    this.#steps++
    this.#moved = true

    const result = this.#result
    result.terminated = this.#lost !== null
    result.truncated = !result.terminated && this.#steps >= MAX_STEPS
    this.#ended = result.terminated || result.truncated
    observation?.set(this.#state)
    return result
  }

  /** 'CAP', version, steps, whether it is over, the push of the last step, then the state. */
  snapshot(): Uint8Array {
    const bytes = new Uint8Array(SNAPSHOT_BYTES)
    const view = new DataView(bytes.buffer)
    bytes.set([0x43, 0x41, 0x50, this.spec.version])
    view.setUint16(4, this.#steps, true)
    view.setUint8(6, Number(this.#ended))
    view.setInt8(7, this.#push)
    for (const [i, value] of this.#state.entries()) view.setFloat64(8 * (i + 1), value, true)
    return bytes
  }

  restore(snapshot: Uint8Array): void {
    const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.length)
    const state = Array.from({ length: snapshot.length === SNAPSHOT_BYTES ? 4 : 0 }, (_, i) =>
      view.getFloat64(8 * (i + 1), true),
    )
    const [c, a, p, version, , , ended] = snapshot
    const known = c === 0x43 && a === 0x41 && p === 0x50 && version === this.spec.version && ended! < 2
    const steps = state.length === 0 ? 0 : view.getUint16(4, true)
    const push = state.length === 0 ? 0 : view.getInt8(7)
    const within = steps <= MAX_STEPS && Math.abs(push) <= 1 && state.every(Number.isFinite)
    if (state.length === 0 || !known || !within) {
      throw new DataError({
        file: 'snapshot',
        place: 'cart-pole',
        expected: `${SNAPSHOT_BYTES} bytes of version ${this.spec.version}`,
        found: `${snapshot.length} bytes beginning with [${[...snapshot.subarray(0, 8)]}]`,
      })
    }
    this.#state.set(state)
    this.#steps = steps
    this.#push = push as -1 | 0 | 1
    this.#ended = ended === 1
    this.#moved = false
  }

  scene(): Drawing {
    const [position, , angle] = this.#state as unknown as [number, number, number]
    const length = 2 * HALF
    return drawCartPole({
      position,
      angle,
      length,
      limits: LIMITS,
      push: this.#push,
      stepsPerSecond: 1 / STEP,
    })
  }

  events(): readonly DrawingEvent[] {
    return this.#moved && this.#ended ? cartPoleEvents(this.#lost ?? 'held') : []
  }

  animationSeconds(): number {
    return STEP
  }
}

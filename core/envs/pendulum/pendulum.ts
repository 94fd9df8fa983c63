/**
 * A pendulum to be swung up and held upright by a motor too weak to lift it at once: Gymnasium's Pendulum-v1. From the same
 * state the same torque leads to the same observation and reward; the start is drawn by a generator of our own, so that
 * Gymnasium's seeds give other starts.
 */
import { DataError } from '../../errors.ts'
import { Random } from '../../random.ts'
import type { Drawing, DrawingEvent } from '../drawing/drawing.ts'
import type { Action, Environment, EnvironmentSpec, ParameterValue, StepResult } from '../environment.ts'
import { readParameters } from '../parameters.ts'
import { cosine, sine } from '../trigonometry.ts'
import { drawPendulum, pendulumEvents } from './drawing.ts'

/** 3 g / (2 l), with g 10 and a rod of one metre and one kilogram; then its moment is a third. */
const FALLING = 15
const MAX_TORQUE = 2
const MAX_SPEED = 8
/** Seconds of a step. */
const STEP = 0.05
const MAX_STEPS = 200
const START_SPEED = 1
/** Radians from upright at which it counts as held up. */
const UPRIGHT = (12 * Math.PI) / 180
const { fround } = Math
const SNAPSHOT_BYTES = 32

export class PendulumEnvironment implements Environment {
  readonly spec: EnvironmentSpec
  readonly #random = new Random(0)
  readonly #result: StepResult = { reward: 0, terminated: false, truncated: false }
  #angle = 0
  #speed = 0
  #torque = 0
  #steps = 0
  #ended = true
  #moved = false

  constructor(parameters?: Readonly<Record<string, ParameterValue>>) {
    readParameters('pendulum', {}, parameters)
    this.spec = {
      id: 'pendulum',
      title: 'Pendulum',
      description:
        "Swing a pendulum up and hold it there with little torque, for 200 steps: Gymnasium's Pendulum-v1.",
      version: 1,
      parameters: {},
      observations: [
        {
          name: 'state',
          shape: [3],
          description: 'cosine and sine of the angle from upright, angular velocity (rad/s)',
          range: [-MAX_SPEED, MAX_SPEED],
        },
      ],
      action: {
        continuous: 1,
        discrete: [],
        units: { ranges: [[-MAX_TORQUE, MAX_TORQUE]], starts: [] },
      },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: MAX_STEPS,
    }
  }

  /** Whether it stands upright at the end. */
  get succeeded(): boolean {
    return this.#ended && Math.abs(fromUpright(this.#angle)) <= UPRIGHT
  }

  reset(seed: number, observation: Float32Array | null): void {
    this.#random.seed(seed)
    this.#angle = Math.PI * (2 * this.#random.uniform() - 1)
    this.#speed = START_SPEED * (2 * this.#random.uniform() - 1)
    this.#torque = 0
    this.#steps = 0
    this.#ended = false
    this.#moved = false
    this.#observe(observation)
  }

  /** Value 0: the torque, -1 clockwise to 1 counter-clockwise with all the motor has, 2 Nm. */
  step(action: Action, observation: Float32Array | null): StepResult {
    if (this.#ended) throw new Error('pendulum: the episode is over; reset first')
    const share = action.continuous[0]!
    if (!(Math.abs(share) <= 1)) throw new RangeError(`pendulum: action ${share} is not within -1 and 1`)

    // Where Gymnasium reckons with the torque, which it has as 32 bits, so does this.
    const torque = fround(MAX_TORQUE * share)
    const off = fromUpright(this.#angle)
    const effort = fround(fround(0.001) * fround(torque * torque))
    const cost = off * off + 0.1 * (this.#speed * this.#speed) + effort
    const speed = this.#speed + (FALLING * sine(this.#angle) + fround(3 * torque)) * STEP
    this.#speed = Math.min(MAX_SPEED, Math.max(-MAX_SPEED, speed))
    this.#angle += this.#speed * STEP
    this.#torque = torque
    this.#steps++
    this.#moved = true

    const result = this.#result
    result.reward = -cost
    result.truncated = this.#steps >= MAX_STEPS
    this.#ended = result.truncated
    this.#observe(observation)
    return result
  }

  /** 'PEN', version, steps, whether it is over, a byte of nothing, then angle, speed and the torque of the last step. */
  snapshot(): Uint8Array {
    const bytes = new Uint8Array(SNAPSHOT_BYTES)
    const view = new DataView(bytes.buffer)
    bytes.set([0x50, 0x45, 0x4e, this.spec.version])
    view.setUint16(4, this.#steps, true)
    view.setUint8(6, Number(this.#ended))
    for (const [i, value] of [this.#angle, this.#speed, this.#torque].entries()) {
      view.setFloat64(8 * (i + 1), value, true)
    }
    return bytes
  }

  restore(snapshot: Uint8Array): void {
    const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.length)
    const whole = snapshot.length === SNAPSHOT_BYTES
    const [p, e, n, version, , , ended] = snapshot
    const known = p === 0x50 && e === 0x45 && n === 0x4e && version === this.spec.version && ended! < 2
    const steps = whole ? view.getUint16(4, true) : 0
    const [angle, speed, torque] = [8, 16, 24].map((at) => (whole ? view.getFloat64(at, true) : 0)) as [
      number,
      number,
      number,
    ]
    const within = Math.abs(speed) <= MAX_SPEED && Math.abs(torque) <= MAX_TORQUE && Number.isFinite(angle)
    if (!whole || !known || !within || steps > MAX_STEPS) {
      throw new DataError({
        file: 'snapshot',
        place: 'pendulum',
        expected: `${SNAPSHOT_BYTES} bytes of version ${this.spec.version}`,
        found: `${snapshot.length} bytes beginning with [${[...snapshot.subarray(0, 8)]}]`,
      })
    }
    this.#angle = angle
    this.#speed = speed
    this.#torque = torque
    this.#steps = steps
    this.#ended = ended === 1
    this.#moved = false
  }

  scene(): Drawing {
    return drawPendulum({
      angle: this.#angle,
      torque: this.#torque / MAX_TORQUE,
      stepsPerSecond: 1 / STEP,
    })
  }

  events(): readonly DrawingEvent[] {
    return this.#moved && this.#ended ? pendulumEvents(this.succeeded) : []
  }

  animationSeconds(): number {
    return STEP
  }

  #observe(observation: Float32Array | null): void {
    if (observation === null) return
    observation[0] = cosine(this.#angle)
    observation[1] = sine(this.#angle)
    observation[2] = this.#speed
  }
}

/** The same angle within half a turn of upright, [-pi, pi). */
function fromUpright(angle: number): number {
  const turned = (angle + Math.PI) % (2 * Math.PI)
  return (turned < 0 ? turned + 2 * Math.PI : turned) - Math.PI
}

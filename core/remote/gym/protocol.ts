/** What is said to serve.py and what it answers; the file itself documents the bytes. */
import type { ActionUnits } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'

/** The environment as Python describes it. */
export interface Description {
  readonly observations: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly description: string
  }[]
  readonly continuous: number
  readonly discrete: readonly number[]
  /** What the numbers of an action are in Python. */
  readonly units: ActionUnits
  readonly maxEpisodeSteps: number | null
  readonly rewardThreshold: number | null
  readonly framesPerSecond: number | null
  /** Its version. */
  readonly gymnasium: string
}

export interface Outcome {
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
  /** Null where the environment does not say. */
  readonly success: boolean | null
}

/** A step that one of the environments of a process is to make. */
export interface Announced {
  /** Which of them. */
  readonly place: number
  /** f32[C] followed by i32[D] */
  readonly action: Uint8Array
}

const FAILED = 1
/** Before the observation in the answer to a step. */
export const OUTCOME_BYTES = 11
const UNSAID = 2

export function askMake(id: string, kwargs: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ id, kwargs }))
}

/** One more environment like the first; the places count up from 0. */
export function askAnother(): Uint8Array {
  return asked('A', 0).bytes
}

export function askReset(place: number, seed: number): Uint8Array {
  const { view, bytes } = asked('R', 12)
  view.setUint32(1, place, true)
  view.setFloat64(5, seed, true)
  return bytes
}

/** @param steps  one or more, of different places */
export function askSteps(steps: readonly Announced[]): Uint8Array {
  const size = 4 + steps[0]!.action.length
  const { view, bytes } = asked('S', steps.length * size)
  let at = 1
  for (const { place, action } of steps) {
    view.setUint32(at, place, true)
    bytes.set(action, at + 4)
    at += size
  }
  return bytes
}

export function askReplay(place: number, seed: number, actions: readonly Uint8Array[]): Uint8Array {
  const size = actions.reduce((sum, action) => sum + action.length, 0)
  const { view, bytes } = asked('P', 12 + size)
  view.setUint32(1, place, true)
  view.setFloat64(5, seed, true)
  let at = 13
  for (const action of actions) {
    bytes.set(action, at)
    at += action.length
  }
  return bytes
}

export function askView(place: number): Uint8Array {
  const { view, bytes } = asked('V', 4)
  view.setUint32(1, place, true)
  return bytes
}

/**
 * @param name  as an error calls the environment
 * @throws UserError with what the environment said; the answer's body otherwise
 */
export function bodyOf(answer: Uint8Array, name: string): Uint8Array {
  const body = answer.subarray(1)
  if (answer[0] !== FAILED) return body
  const said = new TextDecoder().decode(body)
  const missing = /^missing: (.+)$/.exec(said)?.[1]
  if (missing !== undefined) {
    throw new UserError(`${name} needs the Python package ${missing}, which is not installed`, {
      remedy: `pip install ${missing} for the Python that is used, or choose another: in the settings of the studio, by --python FILE, or by $UNDERSTUDY_PYTHON`,
    })
  }
  throw new UserError(`${name} cannot be made: ${said}`, {
    remedy: /NameNotFound|doesn't exist|not found/.test(said)
      ? 'look the id up in the documentation of its package; MODULE:ID imports a module first'
      : 'see that its Python packages are installed and its parameters are those of gymnasium.make',
  })
}

/**
 * @param name  as errors call the environment
 * @throws UserError when the reward is one that no learner can take
 */
export function readOutcome(name: string, body: Uint8Array): Outcome {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const success = view.getUint8(10)
  const reward = view.getFloat64(0, true)
  // It is kept in 32 bits, where a great number may be none.
  if (!Number.isFinite(Math.fround(reward))) throw notFinite(name, 'a reward', reward)
  return {
    reward,
    terminated: view.getUint8(8) === 1,
    truncated: view.getUint8(9) === 1,
    success: success === UNSAID ? null : success === 1,
  }
}

/**
 * @param name  as errors call the environment
 * @param at    where in the answer's body the observation begins
 * @throws UserError when it holds what no learner can take
 */
export function readObservation(name: string, body: Uint8Array, at: number, into: Float32Array): void {
  // The floats lie at any byte; a copy lies where a Float32Array can.
  into.set(new Float32Array(body.slice(at, at + 4 * into.length).buffer))
  const wrong = into.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) throw notFinite(name, `number ${wrong} of an observation`, into[wrong]!)
}

function notFinite(name: string, what: string, value: number): UserError {
  return new UserError(`${name} gave ${value} for ${what}, which must be finite in 32 bits`, {
    remedy: 'mend the environment, or wrap it in one that clips or scales what it gives',
  })
}

/** @param size  bytes behind the letter */
function asked(letter: string, size: number): { view: DataView; bytes: Uint8Array } {
  const bytes = new Uint8Array(1 + size)
  bytes[0] = letter.charCodeAt(0)
  return { view: new DataView(bytes.buffer), bytes }
}

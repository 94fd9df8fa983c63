/** What is said to serve.py and what it answers; the file itself documents the bytes. */
import { type ActionUnits, successOf } from '../../envs/index.ts'
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
  /** What was supposed where a space leaves it open, as sentences. */
  readonly notes: readonly string[]
  readonly maxEpisodeSteps: number | null
  readonly rewardThreshold: number | null
  readonly framesPerSecond: number | null
  /** Whether it says that it can draw pictures. */
  readonly draws: boolean
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

/** What the process says is wrong with what its environment did; whoever asked knows where. */
export class Refusal extends Error {}

const FAILED = 1
/** Before the observation in the answer to a step. */
export const OUTCOME_BYTES = 11

/** @param draws  whether it is to be made such that it can draw */
export function askMake(id: string, kwargs: object, draws: boolean): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ id, kwargs, draws }))
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

/** @throws Refusal with what the process said; the answer's body otherwise */
export function bodyOf(answer: Uint8Array): Uint8Array {
  const body = answer.subarray(1)
  if (answer[0] !== FAILED) return body
  throw new Refusal(new TextDecoder().decode(body))
}

/**
 * @param name  as an error calls the environment
 * @throws UserError when it cannot be made
 */
export function readDescription(answer: Uint8Array, name: string): Description {
  const said = new TextDecoder().decode(answer.subarray(1))
  if (answer[0] !== FAILED) return JSON.parse(said) as Description
  const missing = /^missing: (.+)$/.exec(said)?.[1]
  if (missing !== undefined) {
    throw new UserError(`${name} needs the Python package ${missing}, which is not installed`, {
      remedy: `pip install ${missing} for this Python, or choose another: in the studio's settings, with --python FILE, or with $UNDERSTUDY_PYTHON`,
    })
  }
  throw new UserError(`${name} cannot be made: ${said}`, {
    remedy: /NameNotFound|doesn't exist|not found/.test(said)
      ? "look up the id in its package's documentation; MODULE:ID imports a module first"
      : 'check that its Python packages are installed and that gymnasium.make takes its parameters',
  })
}

/** The answers to several steps, one by one. @param outcomeBytes  of one that was made, its observation included */
export function readSteps(body: Uint8Array, outcomeBytes: number): (Uint8Array | Refusal)[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const answers: (Uint8Array | Refusal)[] = []
  for (let at = 0; at < body.length; ) {
    const failed = body[at] === FAILED
    const from = failed ? at + 5 : at + 1
    const end = from + (failed ? view.getUint32(at + 1, true) : outcomeBytes)
    const said = body.subarray(from, end)
    answers.push(failed ? new Refusal(new TextDecoder().decode(said)) : said)
    at = end
  }
  return answers
}

export function readOutcome(body: Uint8Array): Outcome {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const success = view.getUint8(10)
  return {
    reward: view.getFloat64(0, true),
    terminated: view.getUint8(8) === 1,
    truncated: view.getUint8(9) === 1,
    success: successOf(success),
  }
}

/** @param at  where in the answer's body the observation begins */
export function readObservation(body: Uint8Array, at: number, size: number): Float32Array {
  // The floats lie at any byte; a copy lies where a Float32Array can.
  return new Float32Array(body.slice(at, at + 4 * size).buffer)
}

/** @param size  bytes behind the letter */
function asked(letter: string, size: number): { view: DataView; bytes: Uint8Array } {
  const bytes = new Uint8Array(1 + size)
  bytes[0] = letter.charCodeAt(0)
  return { view: new DataView(bytes.buffer), bytes }
}

/**
 * The contract that every environment meets. Terms are Gymnasium's (reset, step, terminated, truncated); the action
 * layout is ML-Agents': some continuous values and some discrete branches.
 *
 * An environment is deterministic given seed and actions and allocates nothing per step.
 */
import type { ParameterRule, ParameterValue } from './parameters.ts'

export type { ParameterValue } from './parameters.ts'

/** One named observation. Rank 1 is a vector, rank 2 is entities x features, rank 3 is an image [C, H, W]. */
export interface ObservationSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** One line for people: what the numbers mean and their range. */
  readonly description: string
  /** Least and largest value, where there are such: Gymnasium's Box has them, and the checker looks. */
  readonly range?: readonly [least: number, largest: number]
}

/** What the numbers of an action are called by the environment itself, where it has others than [-1, 1] and 0 to n-1. */
export interface ActionUnits {
  /** [continuous], what -1 and 1 stand for; in between it is linear. */
  readonly ranges: readonly (readonly [least: number, largest: number])[]
  /** [branches], what choice 0 is called; the others count up from it. */
  readonly starts: readonly number[]
}

export interface ActionSpec {
  /** How many continuous values, each in [-1, 1]. */
  readonly continuous: number
  /** Sizes of the discrete branches; an action holds one index per branch. */
  readonly discrete: readonly number[]
  /** Absent: the numbers here are the environment's own. What leaves for other programs is in these units. */
  readonly units?: ActionUnits
  /**
   * Branch `branch` chooses among the rows of the rank 2 observation `observation` (bubble: the angles and the rays).
   * The network builder then uses one head shared by all rows.
   */
  readonly aligned?: { readonly branch: number; readonly observation: string }
  /** Whether some discrete actions are sometimes forbidden; the environment then has `writeActionMask`. */
  readonly masked?: boolean
}

/** What is counted when people and agents are compared. */
export interface ScoreSpec {
  /** Plain words for one unit and many: 'bubble', 'bubbles'. */
  readonly unit: string
  readonly units: string
  /** 'length': steps of the episode, fewer is better. 'return': sum of rewards, more is better. */
  readonly measure: 'length' | 'return'
  /** The published human average on this environment, with its source. */
  readonly human?: { readonly mean: number; readonly plays: number; readonly source: string }
  /** The mean that leaves nothing to ask for: the best there is, or what its makers call solved; absent where nobody says. */
  readonly goal?: number
  /** false: it is not known to say whether an episode reached its goal. What `succeeded` says all the same counts. */
  readonly tellsSuccess?: false
}

export interface EnvironmentSpec {
  /** Registry name, with a variant behind a slash: 'bubble/25', 'basic'. */
  readonly id: string
  readonly title: string
  readonly description: string
  /** Raised whenever the same seed and actions would give other observations or rewards. */
  readonly version: number
  readonly parameters: Readonly<Record<string, ParameterValue>>
  /** What the parameters may be, so that values drawn in training are rounded and kept in range; absent: as they are. */
  readonly parameterRules?: Readonly<Record<string, ParameterRule>>
  readonly observations: readonly ObservationSpec[]
  readonly action: ActionSpec
  readonly score: ScoreSpec
  /** false: the same seed and actions may give another episode, as in a game that runs elsewhere; nothing can be replayed. */
  readonly reproducible?: false
  /** Steps after which an episode is truncated; undefined when the environment itself sets no limit. */
  readonly maxEpisodeSteps?: number
  /**
   * Steps after which training and evaluation break off an episode of an environment without a limit in which some players never
   * end (basic: "stay"); absent: after very many. A person's play goes on.
   */
  readonly patience?: number
  /** Sentences for whoever trains here, about what was supposed where the environment left it open. */
  readonly notes?: readonly string[]
}

/** One decision. Views may be reused by the caller; an environment copies what it keeps. */
export interface Action {
  /** [continuous], each in [-1, 1] */
  readonly continuous: Float32Array
  /** [branches] */
  readonly discrete: Int32Array
}

/** The result of one step. The object belongs to the environment and is overwritten by the next step. */
export interface StepResult {
  reward: number
  /** The rules ended the episode: nothing follows, so nothing is bootstrapped. */
  terminated: boolean
  /** A limit outside the rules ended the episode: a learner bootstraps through it. */
  truncated: boolean
}

export interface Environment {
  readonly spec: EnvironmentSpec

  /**
   * Starts the episode that `seed` determines.
   * @param observation  [O], all observations one behind the other in the order of the spec; null to skip them
   */
  reset(seed: number, observation: Float32Array | null): void

  /**
   * Says what the next `step` will be; `reset` and `restore` withdraw it. Whoever steps several environments announces all of
   * their steps first, so that those in another process make them together.
   * @throws as `step`
   */
  announce?(action: Action): void

  /**
   * @param observation  [O], receives the observation after the step, the terminal one included; null to skip it
   * @throws when the episode is over or the action is outside the spec
   */
  step(action: Action, observation: Float32Array | null): StepResult

  /**
   * Writes which discrete actions are allowed now; an environment without the method allows all.
   * @param mask  [sum of branch sizes], 1 = allowed
   */
  writeActionMask?(mask: Uint8Array): void

  /** Whether the episode that has just ended reached the goal (bubble: all captives free); null where nobody says. */
  readonly succeeded: boolean | null

  /** The whole state, the random generator included. */
  snapshot(): Uint8Array
  /** @throws DataError when the bytes are not a snapshot of this environment version */
  restore(snapshot: Uint8Array): void

  /**
   * What a screen draws now: plain data that survives msgpack, of a shape known to the environment's own view; null where
   * there is none, and the observations are shown.
   * @param options.aims  false leaves out what only somebody who is about to act needs (bubble: the aim lines)
   */
  scene(options?: { readonly aims?: boolean }): unknown
  /** What happened in the last step, for animation; plain data, empty after reset. */
  events(): readonly unknown[]

  /**
   * Seconds that the real game would keep its player waiting after the last step, or after reset until the first decision.
   * An environment without the method is taken to need a tenth of a second for either.
   */
  animationSeconds?(): number

  /**
   * Ends what the environment holds outside this program, such as a process. Whoever drops an environment calls it; nothing
   * else is called after it.
   */
  close?(): void
}

/** Closes the environment once `work` with it is done. */
export async function closing<T>(
  environment: Environment,
  work: (environment: Environment) => T | Promise<T>,
): Promise<T> {
  try {
    return await work(environment)
  } finally {
    environment.close?.()
  }
}

/** Number of floats of all observations together. */
export function observationSize(spec: EnvironmentSpec): number {
  return spec.observations.reduce((sum, observation) => sum + shapeSize(observation.shape), 0)
}

/** What is wrong with the units of an action space, as "what is expected"; undefined when nothing is. */
export function wrongUnits({
  continuous,
  discrete,
  units,
}: Pick<ActionSpec, 'continuous' | 'discrete' | 'units'>): string | undefined {
  if (units === undefined) return undefined
  const { ranges, starts } = units
  const rising = ranges.every(([least, largest]) => largest >= least && Number.isFinite(largest - least))
  if (ranges.length !== continuous || !rising) return `${continuous} ranges from a number to one no smaller`
  if (starts.length !== discrete.length || !starts.every(Number.isSafeInteger))
    return `${discrete.length} whole starts`
  return undefined
}

/** Where the named observation lies in the concatenated one. */
export function observationOffset(spec: EnvironmentSpec, name: string): number {
  let offset = 0
  for (const observation of spec.observations) {
    if (observation.name === name) return offset
    offset += shapeSize(observation.shape)
  }
  throw new Error(`${spec.id} has no observation "${name}"`)
}

export function shapeSize(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** A fresh action of the right layout, all zero. */
export function emptyAction(spec: EnvironmentSpec): Action {
  return {
    continuous: new Float32Array(spec.action.continuous),
    discrete: new Int32Array(spec.action.discrete.length),
  }
}

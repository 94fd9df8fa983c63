/**
 * Golden values: what a learner must come to from given weights, given steps and given draws, computed by make.py from the
 * papers with other tools (PyTorch in 64 bits). A fixture says everything that goes in; the learner is driven from outside, as
 * the trainer drives it, so that a fixture outlives every change of its inside.
 */
import { vi } from 'vitest'
import type { EnvironmentSpec } from '../../core/envs/index.ts'
import { makeActionBatch } from '../../core/experience/transitions.ts'
import {
  type Algorithm,
  behaviorSettings,
  type DemonstrationData,
  makeAlgorithm,
} from '../../core/learn/index.ts'
import { Random } from '../../core/random.ts'
import { loadRuntime, Parameters } from '../../core/tensor/index.ts'

type Rows = number[][]

export interface Weight {
  readonly shape: readonly number[]
  /** Row-major. */
  readonly values: readonly number[]
}

/** Set (the prefix of its Parameters) -> name -> numbers. */
export type WeightSets = Readonly<Record<string, Readonly<Record<string, Weight>>>>

export interface GoldenStep {
  /** [E, O] */
  readonly observations: Rows
  /** [E, C] and [E, D]; what the policy draws where they are absent. */
  readonly continuous?: Rows
  readonly discrete?: Rows
  /** [E] */
  readonly rewards: number[]
  /** [E, O] */
  readonly nextObservations: Rows
  /** [E], 0 or 1 */
  readonly terminated: number[]
  /** [E], 0 or 1 */
  readonly truncated: number[]
  /** [E, sum of branches], 1 = allowed */
  readonly masks?: Rows
  /** The learner is asked for its update after this step, as it is after the last. */
  readonly update?: true
}

export interface GoldenCase {
  /** What is computed, and from which equations of which paper. */
  readonly about: string
  readonly observations: readonly { readonly name: string; readonly shape: readonly number[] }[]
  readonly action: EnvironmentSpec['action']
  readonly numEnvs: number
  /** The section of a behaviour. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Hyperparameters with which the first update alone is made: its losses and gradients are compared. */
  readonly once: Readonly<Record<string, unknown>>
  readonly demonstrations?: {
    readonly observations: Rows
    readonly nextObservations: Rows
    readonly continuous?: Rows
    readonly discrete?: Rows
    readonly rewards: number[]
    readonly terminated: number[]
    readonly truncated: number[]
  }
  /** Before the first update, of every set. */
  readonly weights: WeightSets
  readonly steps: readonly GoldenStep[]
  /** Standard normal numbers that the policy draws while it acts, in order. */
  readonly acting?: readonly number[]
  /** What the learner draws while it updates, in order of each kind; a shuffle draws by `below`. */
  readonly draws: {
    readonly below?: readonly number[]
    readonly normal?: readonly number[]
    readonly uniform?: readonly number[]
  }
  readonly expected: {
    /** After one update: metrics by name, and the gradients; of several minibatches the means, and the gradients of the last. */
    readonly metrics: Readonly<Record<string, number>>
    readonly gradients: WeightSets
    /** What the policy decides in each step, [E, C] and [E, D]; a categorical is drawn at the middle of its cumulative. */
    readonly acted?: readonly { readonly continuous?: Rows; readonly discrete?: Rows }[]
    /** After all updates. */
    readonly weights: WeightSets
  }
  /** Relative to the greatest number of a tensor; 1e-4 when absent, else `about` says why. */
  readonly tolerance?: number
}

/** Says what the fixture says, and nothing once that is used up. */
class ScriptedRandom extends Random {
  acting = true
  #asked = 0
  readonly #acting: number[]
  readonly #left: { below: number[]; normal: number[]; uniform: number[] }

  constructor({ acting = [], draws }: GoldenCase) {
    super(1)
    this.#acting = [...acting]
    const { below = [], normal = [], uniform = [] } = draws
    this.#left = { below: [...below], normal: [...normal], uniform: [...uniform] }
  }

  override uniform(): number {
    return this.acting ? 0.5 : this.#next('uniform')
  }

  override below(n: number): number {
    // Whoever plays at random asks again until it is allowed.
    if (this.acting) return this.#asked++ % n
    const value = this.#next('below')
    if (value >= n) throw new Error(`the fixture draws ${value}, and there are only ${n}`)
    return value
  }

  override normal(): number {
    return this.acting ? (this.#acting.shift() ?? 0) : this.#next('normal')
  }

  /** Draws that nobody has asked for. */
  get unused(): Record<string, number> {
    const left = Object.entries(this.#left).map(([kind, values]) => [kind, values.length] as const)
    return Object.fromEntries(left.filter(([, count]) => count > 0))
  }

  #next(kind: 'below' | 'normal' | 'uniform'): number {
    const value = this.#left[kind].shift()
    if (value === undefined) throw new Error(`the fixture has no further ${kind} to draw`)
    return value
  }
}

export interface Outcome {
  readonly metrics: Readonly<Record<string, number>>
  /** By prefix. */
  readonly sets: ReadonlyMap<string, Parameters>
  readonly unused: Record<string, number>
  /** What the policy decided in each step. */
  readonly acted: readonly { readonly continuous: number[]; readonly discrete: number[] }[]
  release(): Promise<void>
}

/** @param once  makes the first update alone, whose losses and gradients are compared, else all of them */
export async function play(golden: GoldenCase, once: boolean): Promise<Outcome> {
  const random = new ScriptedRandom(golden)
  const sets = new Map<string, Parameters>()
  const { algorithm, spec } = await capturing(sets, () => create(golden, once, random))
  fill(sets, golden.weights)
  // what a learner has made of its first weights by now, it makes anew of these
  algorithm.load(structuredClone(algorithm.save()))
  random.acting = false
  await algorithm.prepare()
  random.acting = true
  const prepared = algorithm.metrics.drain()
  const acted: Outcome['acted'][number][] = []
  for (const [t, step] of golden.steps.entries()) {
    acted.push(await take(golden, step, spec, algorithm))
    if (step.update !== true && t < golden.steps.length - 1) continue
    algorithm.metrics.drain()
    random.acting = false
    await algorithm.update()
    random.acting = true
    if (once) break
  }
  return {
    metrics: { ...prepared, ...algorithm.metrics.drain() },
    sets,
    unused: random.unused,
    acted,
    release: () => algorithm.release(),
  }
}

/** Every set of weights that `work` allocates, by its prefix. */
async function capturing<T>(sets: Map<string, Parameters>, work: () => Promise<T>): Promise<T> {
  const { initialize } = Parameters.prototype
  const spy = vi.spyOn(Parameters.prototype, 'initialize').mockImplementation(function (
    this: Parameters,
    blocks,
  ) {
    sets.set(this.prefix, this)
    // the fixture has the weights, and nothing of what it draws is for them
    initialize.call(this, blocks, new Random(1))
  })
  try {
    return await work()
  } finally {
    spy.mockRestore()
  }
}

async function create(golden: GoldenCase, once: boolean, random: Random) {
  const spec: EnvironmentSpec = {
    id: 'golden',
    title: 'golden',
    description: '',
    version: 1,
    parameters: {},
    observations: golden.observations.map((observation) => ({ ...observation, description: '' })),
    action: golden.action,
    score: { unit: 'point', units: 'points', measure: 'return' },
  }
  const written = golden.settings as { hyperparameters?: Record<string, unknown> }
  const settings = behaviorSettings.parse({
    ...written,
    hyperparameters: { ...written.hyperparameters, ...(once ? golden.once : {}) },
  })
  const algorithm = await makeAlgorithm(settings.trainer_type, {
    spec,
    numEnvs: golden.numEnvs,
    settings,
    demonstrations: demonstrationsOf(golden),
    runtime: await loadRuntime('onnxruntime'),
    random,
    threads: 1,
  })
  return { algorithm, spec }
}

function demonstrationsOf({ demonstrations: rows }: GoldenCase): DemonstrationData | null {
  if (rows === undefined) return null
  return {
    length: rows.rewards.length,
    observations: Float32Array.from(rows.observations.flat()),
    nextObservations: Float32Array.from(rows.nextObservations.flat()),
    continuous: Float32Array.from((rows.continuous ?? []).flat()),
    discrete: Int32Array.from((rows.discrete ?? []).flat()),
    rewards: Float32Array.from(rows.rewards),
    terminated: Uint8Array.from(rows.terminated),
    truncated: Uint8Array.from(rows.truncated),
  }
}

/** The fixture must have every weight of every set, and no other: what it was computed with is what is trained. */
function fill(sets: ReadonlyMap<string, Parameters>, weights: WeightSets): void {
  const describe = (set: Readonly<Record<string, { readonly shape: readonly number[] }>>) =>
    Object.entries(set).map(([name, { shape }]) => `${name} [${shape}]`)
  for (const [prefix, set] of sets) {
    const own = describe(Object.fromEntries(set.names.map((name) => [name, { shape: set.shape(name) }])))
    const given = describe(weights[prefix] ?? {})
    const odd = [
      ...own.filter((name) => !given.includes(name)),
      ...given.filter((name) => !own.includes(name)),
    ]
    if (odd.length > 0) throw new Error(`${prefix}: fixture and learner differ in ${odd.join(', ')}`)
    for (const [name, { values }] of Object.entries(weights[prefix]!)) set.view(name).set(values)
  }
  const unknown = Object.keys(weights).filter((prefix) => !sets.has(prefix))
  if (unknown.length > 0) throw new Error(`the learner has no ${unknown.join(', ')}`)
}

async function take(
  golden: GoldenCase,
  step: GoldenStep,
  spec: EnvironmentSpec,
  algorithm: Algorithm,
): Promise<Outcome['acted'][number]> {
  const E = golden.numEnvs
  const { continuous: C, discrete } = spec.action
  const observations = Float32Array.from(step.observations.flat())
  const masks = step.masks === undefined ? null : Uint8Array.from(step.masks.flat())
  const actions = makeActionBatch(E, C, discrete.length)
  await algorithm.act(observations, masks, actions)
  const acted = { continuous: [...actions.continuous], discrete: [...actions.discrete] }
  if (step.continuous !== undefined) actions.continuous.set(step.continuous.flat())
  if (step.discrete !== undefined) actions.discrete.set(step.discrete.flat())
  algorithm.observe({
    observations,
    actions,
    rewards: Float32Array.from(step.rewards),
    nextObservations: Float32Array.from(step.nextObservations.flat()),
    terminated: Uint8Array.from(step.terminated),
    truncated: Uint8Array.from(step.truncated),
    masks,
  })
  return acted
}

/** The greatest difference, as a share of the greatest expected number; of numbers that should all be 0 as it is. */
export function distance(found: ArrayLike<number>, expected: readonly number[]): number {
  let [greatest, apart] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    greatest = Math.max(greatest, Math.abs(expected[i]!))
    apart = Math.max(apart, Math.abs(found[i]! - expected[i]!))
    if (!Number.isFinite(found[i]!)) return Number.POSITIVE_INFINITY
  }
  return greatest === 0 ? apart : apart / greatest
}

/** The part of a set's gradients that belongs to a weight, as the last update left it. */
export function gradientOf(set: Parameters, name: string): Float32Array {
  return set.gradientBindings()[set.gradientName(name)]!
}

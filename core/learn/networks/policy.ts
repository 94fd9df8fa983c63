/**
 * The acting network of every algorithm: logits per group of discrete branches, mean and spread of continuous actions.
 * `Actor` runs it for E environments; `exportPolicy` writes it as ONNX.
 */
import type { EnvironmentSpec } from '../../envs/environment.ts'
import { observationSize } from '../../envs/environment.ts'
import { type ActionBatch, allRows } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import {
  Graph,
  mul,
  type Parameters,
  type Program,
  type Runtime,
  tanh,
  type Value,
} from '../../tensor/index.ts'
import { constantInit } from '../../tensor/initializers.ts'
import type { ActionLayout } from './action-layout.ts'
import {
  boundedLogStd,
  type ContinuousKind,
  greatestAllowed,
  logDensity,
  logShare,
  sampleCategorical,
} from './distributions.ts'
import type { Scope } from './layers.ts'
import { body, dense, perAction } from './networks.ts'
import { type Normalizer, seen } from './normalizer.ts'
import { memorySize, type Past, remember } from './recurrent-policy.ts'
import type { NetworkSettings } from './settings.ts'

export interface PolicyShape {
  readonly spec: EnvironmentSpec
  readonly layout: ActionLayout
  readonly settings: NetworkSettings
  readonly normalizer: Normalizer | null
  readonly continuousKind: ContinuousKind
  /** Where logits come from when not from a network of their own: of a learner of values, Q over a temperature. */
  readonly logits?: (graph: Graph, parameters: Parameters, x: Value) => Value[]
  /** Logits are b tanh(l / b), which bounds how sure the policy can be; 0 leaves them alone. */
  readonly logitBound: number
  /** Of 'clipped' actions: the logarithm of their deviation at the start; 0 when absent. */
  readonly logStdInit?: number
}

export interface PolicyOutputs {
  /** Per group [B, size] */
  readonly logits: Value[]
  /** [B, C]; null without continuous actions */
  readonly mean: Value | null
  /** [B, C] from the network ('squashed'), [C] a free vector ('clipped'); null where nothing is drawn ('deterministic') */
  readonly logStd: Value | null
  /** What is remembered after the last step, [B, memory_size]; null without memory */
  readonly state: Value | null
}

/**
 * @param x     [B, O], normalised where the settings say so; with memory [T B, O], time by time
 * @param past  what a policy with memory remembers before the first of T steps; null without memory
 */
export function buildPolicy(
  shape: PolicyShape,
  graph: Graph,
  parameters: Parameters,
  x: Value,
  past: Past | null = null,
): PolicyOutputs {
  if (shape.logits !== undefined) {
    return { logits: shape.logits(graph, parameters, x), mean: null, logStd: null, state: null }
  }
  const { spec, layout, settings } = shape
  const scope = { graph, parameters }
  const memory = past === null ? null : remember(scope, 'policy', x, spec, settings, false, past)
  const state = memory?.state ?? null
  const options = { outputGain: 0.1, norm: false, past: memory?.outputs ?? null }
  const logits = perAction(scope, 'policy', x, spec, layout, settings, options).map(([head]) =>
    shape.logitBound === 0 ? head! : mul(tanh(mul(head!, 1 / shape.logitBound)), shape.logitBound),
  )
  const C = layout.continuous
  if (C === 0) return { logits, mean: null, logStd: null, state }
  const h = memory?.outputs ?? body(scope, 'policy/continuous', x, spec, settings, false)
  const mean = dense(scope, 'policy/mean', h, C, 0.2)
  return { logits, mean, logStd: logStdOf(shape, scope, h), state }
}

function logStdOf(
  { continuousKind, layout, logStdInit = 0 }: PolicyShape,
  scope: Scope,
  h: Value,
): Value | null {
  const name = 'policy/log-std'
  if (continuousKind === 'deterministic') return null
  if (continuousKind === 'squashed') return boundedLogStd(dense(scope, name, h, layout.continuous, 0.2))
  return scope.parameters.use(scope.graph, name, [layout.continuous], constantInit(logStdInit))
}

/** Names every input that `parameters` and the normaliser feed. */
export function policyBindings(shape: PolicyShape, parameters: Parameters): Record<string, Float32Array> {
  return { ...parameters.bindings(), ...shape.normalizer?.bindings() }
}

export interface Acting {
  readonly random: Random
  /** Discrete actions are drawn from pi^(1/spread), continuous ones with so many times their spread; 0: what is likeliest. */
  readonly spread?: number
  /** Whose actions are drawn; null: everybody's. */
  readonly environments?: Int32Array | null
}

/** Acts for E environments with one batch per step. */
export class Actor {
  /** [E, memory_size], what is remembered of the episode that each environment is in; empty without memory. */
  readonly memory: Float32Array
  readonly #shape: PolicyShape
  readonly #program: Program
  readonly #jointMasks: Float32Array[]
  readonly #all: Int32Array

  private constructor(shape: PolicyShape, program: Program, numEnvs: number) {
    this.#shape = shape
    this.#program = program
    this.#all = allRows(numEnvs)
    this.#jointMasks = shape.layout.groups.map((group) => new Float32Array(numEnvs * group.size))
    this.memory = new Float32Array(numEnvs * memorySize(shape.settings))
  }

  /** Allocate `parameters` first. */
  static async compile(
    shape: PolicyShape,
    parameters: Parameters,
    runtime: Runtime,
    numEnvs: number,
  ): Promise<Actor> {
    const graph = new Graph()
    const observation = graph.input('observation', [numEnvs, observationSize(shape.spec)])
    const [x] = seen(shape.normalizer, graph, observation)
    const size = memorySize(shape.settings)
    const past = size === 0 ? null : { state: graph.input('memory', [numEnvs, size]), kept: null }
    const { logits, mean, logStd, state } = buildPolicy(shape, graph, parameters, x, past)
    const outputs: Record<string, Value> = {}
    if (state !== null) outputs.remembered = state
    logits.forEach((value, g) => {
      outputs[`logits${g}`] = value
    })
    if (mean !== null) outputs.mean = mean
    if (logStd !== null && shape.continuousKind === 'squashed') outputs['log-std'] = logStd
    const program = await runtime.compile({ outputs, bind: policyBindings(shape, parameters), threads: 1 })
    const actor = new Actor(shape, program, numEnvs)
    if (shape.continuousKind === 'clipped' && mean !== null)
      actor.#freeLogStd = parameters.view('policy/log-std')
    return actor
  }

  #freeLogStd: Float32Array | null = null

  /**
   * @param observations  [E, O]
   * @param masks         [E, sum of branches] or null
   * @param actions       receives the decisions, and how likely each was where `logPi` is there; with a spread of 0 or 1, as
   * the policy has it
   */
  async act(
    observations: Float32Array,
    masks: Uint8Array | null,
    actions: ActionBatch,
    { random, spread = 1, environments = null }: Acting,
  ): Promise<void> {
    const { layout } = this.#shape
    this.#program.inputs.observation!.set(observations)
    this.#program.inputs.memory?.set(this.memory)
    await this.#program.run()
    this.#remember(environments)
    const D = layout.branchSizes.length
    const maskWidth = layout.branchSizes.reduce((sum, size) => sum + size, 0)
    const { logPi } = actions
    for (const e of environments ?? this.#all) {
      if (logPi !== undefined) logPi[e] = 0
      layout.groups.forEach((group, g) => {
        const logits = this.#program.outputs[`logits${g}`]!
        const joint = masks === null ? null : this.#jointMasks[g]!
        if (joint !== null) layout.jointMask(g, masks!, e * maskWidth, joint, e * group.size)
        const at = e * group.size
        if (spread !== 0 && spread !== 1) {
          for (let i = at; i < at + group.size; i++) logits[i] = logits[i]! / spread
        }
        const index =
          spread === 0
            ? greatestAllowed(logits, at, group.size, joint, at)
            : sampleCategorical(random, logits, at, group.size, joint, at)
        if (logPi !== undefined) logPi[e]! += logShare(index, logits, at, group.size, joint, at)
        layout.decode(g, index, actions.discrete, e * D)
      })
      this.#drawContinuous(e, actions, random, spread)
    }
  }

  #remember(environments: Int32Array | null): void {
    const size = memorySize(this.#shape.settings)
    if (size === 0) return
    for (const e of environments ?? this.#all) {
      this.memory.set(this.#program.outputs.remembered!.subarray(e * size, (e + 1) * size), e * size)
    }
  }

  /** Environment `e` begins an episode. */
  forget(e: number): void {
    const size = memorySize(this.#shape.settings)
    this.memory.fill(0, e * size, (e + 1) * size)
  }

  #drawContinuous(e: number, actions: ActionBatch, random: Random, spread: number): void {
    const C = this.#shape.layout.continuous
    for (let i = 0; i < C; i++) {
      const at = e * C + i
      const logStd = this.#freeLogStd?.[i] ?? this.#program.outputs['log-std']?.[at]
      const noise = spread === 0 || logStd === undefined ? 0 : Math.exp(logStd) * (spread * random.normal())
      const mean = this.#program.outputs.mean![at]!
      const raw = mean + noise
      if (actions.raw !== undefined) actions.raw[at] = raw
      // Of the number that is kept, which has fewer digits.
      if (actions.logPi !== undefined && logStd !== undefined) {
        actions.logPi[e]! += logDensity(Math.fround(raw), mean, logStd)
      }
      actions.continuous[at] =
        this.#shape.continuousKind === 'clipped' ? Math.max(-3, Math.min(3, raw)) / 3 : Math.tanh(raw)
    }
  }

  release(): Promise<void> {
    return this.#program.release()
  }
}

/** Minibatches of single steps of a rollout buffer, and what the present networks say of everything in it. */
import { type Graph, oneHot, type Parameters, type Runtime, type Value } from '../../tensor/index.ts'
import { type JudgedActions, judgeActions } from '../algorithms/clipped-objective.ts'
import type { Kept } from '../learner-state.ts'
import { body, dense } from '../networks/networks.ts'
import { seen } from '../networks/normalizer.ts'
import { type Actor, buildPolicy } from '../networks/policy.ts'
import { type Past, remember } from '../networks/recurrent-policy.ts'
import type { Setup } from '../setup.ts'
import { Update } from '../update.ts'
import type { RolloutBuffer } from './rollout-buffer.ts'

/** What the loss of an on-policy learner sees of M steps. */
export interface Minibatch {
  /** M */
  readonly rows: number
  /** What was done, as likely as the policy takes it now. */
  readonly judged: JudgedActions
  /** V_s(o) of every reward signal, [M, S] */
  readonly value: Value
  /** Numbers of the buffer, `width` for every step: [M], or [M, width] where it is given. */
  column(name: string, numbers: Float32Array, width?: number): Value
}

/** How a buffer becomes minibatches. */
export interface Minibatches extends Kept {
  readonly minibatch: Minibatch
  /** Once all weights are allocated. */
  compile(runtime: Runtime, threads: number): Promise<void>
  /** Before the policy acts. */
  acting(actor: Actor): void
  /** Environment `e` is about to add a row to the buffer; `ended` says whether its episode ends with it. */
  adding(e: number, ended: boolean): void
  /** Fills in values of all rows and of what was seen at cuts, and log-probabilities where those of whoever acted are not there. */
  judge(): Promise<void>
  /** Calls `learn` for every minibatch of one pass; what does not fill one is left out, as in ML-Agents. @returns how many */
  pass(learn: () => Promise<void>): Promise<number>
  release(): Promise<void>
}

export interface MinibatchContext {
  readonly setup: Setup
  readonly critic: Parameters
  /** S, reward signals */
  readonly signals: number
  /** E */
  readonly numEnvs: number
  readonly buffer: RolloutBuffer
  readonly update: Update
  shuffle(order: Uint32Array): void
}

/** V_s of every reward signal, [n, S], and what the critic remembers then. */
export function valuesOf(
  { setup, critic, signals }: MinibatchContext,
  graph: Graph,
  x: Value,
  past: Past | null,
): { value: Value; state: Value | null } {
  const { spec, settings } = setup.shape
  const scope = { graph, parameters: critic }
  if (past === null) {
    const h = body(scope, 'value', x, spec, settings, false)
    return { value: dense(scope, 'value/out', h, signals, 1), state: null }
  }
  const { outputs, state } = remember(scope, 'value', x, spec, settings, false, past)
  return { value: dense(scope, 'value/out', outputs, signals, 1), state }
}

/** Which rows of the buffer a run is about: row i of the graph is row `at(i)` of it, for i below `count`. */
export interface Chosen {
  count: number
  at: (i: number) => number
  /** What is seen in row i of the graph where it stands in no row of the buffer. */
  observation?: ((i: number) => Float32Array) | undefined
}

/** What was seen and done in n steps, as inputs that are filled from the rows chosen. */
export function steppedInputs(
  { setup, buffer }: MinibatchContext,
  update: Update,
  n: number,
  chosen: Chosen,
) {
  const { layout, O, C, normalizer, replayShape } = setup
  const { branches: D, mask: width } = replayShape
  const gather = (from: Float32Array, size: number) => (to: Float32Array) => {
    for (let i = 0; i < chosen.count; i++) {
      const row = chosen.at(i) * size
      for (let k = 0; k < size; k++) to[i * size + k] = from[row + k]!
    }
  }
  const observation = update.input('observation', [n, O], (to) => {
    const { observation } = chosen
    if (observation === undefined) gather(buffer.observations, O)(to)
    else for (let i = 0; i < chosen.count; i++) to.set(observation(i), i * O)
  })
  const [x] = seen(normalizer, update.graph, observation)
  const choices = layout.groups.map((group, g) =>
    oneHot(
      update.input(`choice${g}`, [n], (to) => {
        for (let i = 0; i < chosen.count; i++) to[i] = layout.encode(g, buffer.discrete, chosen.at(i) * D)
      }),
      group.size,
    ),
  )
  const raw = C === 0 ? null : update.input('raw', [n, C], gather(buffer.raw, C))
  const masks = layout.groups.map((group, g) =>
    layout.masked
      ? update.input(`mask${g}`, [n, group.size], (to) => {
          for (let i = 0; i < chosen.count; i++) {
            layout.jointMask(g, buffer.masks, chosen.at(i) * width, to, i * group.size)
          }
        })
      : null,
  )
  return { x, choices, raw, masks, gather }
}

export class StepMinibatches implements Minibatches {
  readonly minibatch: Minibatch
  readonly #context: MinibatchContext
  readonly #M: number
  readonly #order: Uint32Array
  readonly #chosen: Chosen
  readonly #judge = new Update()
  readonly #judging: Chosen
  readonly #values: () => Float32Array
  readonly #logPi: () => Float32Array

  /** @param rows  M */
  constructor(context: MinibatchContext, rows: number) {
    const { setup, update, buffer } = context
    const { policy, shape } = setup
    this.#context = context
    this.#M = rows
    this.#order = new Uint32Array(buffer.capacity)
    this.#chosen = { count: rows, at: (i) => i }
    const { x, choices, raw, masks, gather } = steppedInputs(context, update, rows, this.#chosen)
    this.minibatch = {
      rows,
      judged: judgeActions(buildPolicy(shape, update.graph, policy, x), choices, raw, masks),
      value: valuesOf(context, update.graph, x, null).value,
      column: (name, numbers, width) =>
        update.input(name, width === undefined ? [rows] : [rows, width], gather(numbers, width ?? 1)),
    }
    this.#judging = { count: rows, at: (i) => i }
    const judge = this.#judge
    const of = steppedInputs(context, judge, rows, this.#judging)
    const outputs = buildPolicy(shape, judge.graph, policy, of.x)
    this.#values = judge.read(valuesOf(context, judge.graph, of.x, null).value)
    this.#logPi = judge.read(judgeActions(outputs, of.choices, of.raw, of.masks).logPi)
  }

  async compile(runtime: Runtime, threads: number): Promise<void> {
    const { setup, critic } = this.#context
    await this.#judge.compile(runtime, threads, [setup.policy, critic], setup.normalizer?.bindings())
  }

  acting(): void {}

  adding(): void {}

  async judge(): Promise<void> {
    const { buffer, signals: S } = this.#context
    for (let from = 0; from < buffer.length; from += this.#M) {
      const count = Math.min(this.#M, buffer.length - from)
      Object.assign(this.#judging, { count, at: (i: number) => from + i })
      await this.#judge.run()
      buffer.values.set(this.#values().subarray(0, count * S), from * S)
      buffer.judge(from, this.#logPi().subarray(0, count))
    }
    await this.#judgeCuts()
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i
  }

  async pass(learn: () => Promise<void>): Promise<number> {
    const { shuffle, buffer } = this.#context
    const [M, N] = [this.#M, buffer.length]
    shuffle(this.#order)
    let made = 0
    for (let first = 0; first + M <= N; first += M, made++) {
      this.#chosen.at = (i) => this.#order[first + i]!
      await learn()
    }
    return made
  }

  save(): unknown {
    return this.#context.buffer.save()
  }

  load(saved: unknown): void {
    this.#context.buffer.load(saved)
  }

  release(): Promise<void> {
    return this.#judge.release()
  }

  /** V(s_{t+1}) where it cannot be read off the next row: at cuts, from the observation kept for that purpose. */
  async #judgeCuts(): Promise<void> {
    const { buffer, signals: S } = this.#context
    const cuts = buffer.cuts.filter(({ row }) => buffer.terminated[row] === 0)
    for (let first = 0; first < cuts.length; first += this.#M) {
      const rows = cuts.slice(first, first + this.#M)
      const observation = (i: number) => rows[i]!.observation
      Object.assign(this.#judging, { count: rows.length, at: () => 0, observation })
      await this.#judge.run()
      rows.forEach((cut, i) => {
        cut.values.set(this.#values().subarray(i * S, (i + 1) * S))
      })
    }
    this.#judging.observation = undefined
  }
}

/**
 * Minibatches of sequences, through which networks with memory pass: policy and critic each have an LSTM of their own
 * (`network_settings.memory`).
 *
 * A buffer holds T steps of E environments. It is cut into sequences of `sequence_length` steps as they were made, across the
 * ends of episodes: there the state is reset inside the sequence, so none is padded. Each begins with the state that the
 * networks of the old policy had there (the *stored state* of R2D2, Kapturowski et al. 2019, which for an on-policy learner
 * is at most one update old); gradients flow back to the beginning of the sequence and no further.
 *
 * Differs from ML-Agents: its sequences end with the episode and are padded with zeros. Here T is a multiple of
 * `sequence_length`, and a minibatch is floor(batch_size / sequence_length) whole sequences, as there, but at least 1.
 */
import type { Runtime } from '../../tensor/index.ts'
import { judgeActions } from '../algorithms/clipped-objective.ts'
import { type Actor, buildPolicy } from '../networks/policy.ts'
import { memorySize } from '../networks/recurrent-policy.ts'
import { type Reading, Update } from '../update.ts'
import {
  type Chosen,
  type Minibatch,
  type MinibatchContext,
  type Minibatches,
  steppedInputs,
  valuesOf,
} from './minibatches.ts'
import type { Cut } from './rollout-buffer.ts'

interface Saved extends Record<'policyBefore' | 'criticNow' | 'memory', Float32Array> {
  readonly rows: unknown
  readonly first: Uint8Array
  readonly begins: Uint8Array
}

export class SequenceMinibatches implements Minibatches {
  readonly minibatch: Minibatch
  readonly #context: MinibatchContext
  readonly #actor: () => Actor
  readonly #H: number
  readonly #L: number
  /** B, sequences in a minibatch */
  readonly #B: number
  /** [sequences]: k * E + e holds steps k L to (k + 1) L - 1 of environment e */
  readonly #order: Uint32Array
  readonly #chosen: Chosen
  /** The first of the sequences in the order that the minibatch has. */
  #from = 0
  /** [N], 1 where a row begins an episode */
  readonly #first: Uint8Array
  /** [E], whether the next row of an environment will */
  readonly #begins: Uint8Array
  /** [sequences, H], at the beginning of every sequence */
  readonly #states: Readonly<Record<'policy' | 'critic', Float32Array>>
  /** [E, H], at the beginning of the buffer */
  readonly #policyBefore: Float32Array
  /** [E, H], while the buffer is judged */
  readonly #policyNow: Float32Array
  /** [E, H], after all that was judged */
  readonly #criticNow: Float32Array
  readonly #judge = new Update()
  readonly #judging: Chosen
  readonly #read: Readonly<Record<'values' | 'logPi' | 'policyAfter' | 'criticAfter', Reading>>

  /**
   * @param rows   M, a multiple of the length of a sequence
   * @param actor  who acts, once there is one: its memory is saved with the buffer
   */
  constructor(context: MinibatchContext, rows: number, actor: () => Actor) {
    const { setup, update, buffer, numEnvs: E } = context
    const { policy, shape } = setup
    this.#context = context
    this.#actor = actor
    const [H, L] = [memorySize(shape.settings), shape.settings.memory!.sequence_length]
    const [B, sequences] = [rows / L, buffer.capacity / L]
    this.#H = H
    this.#L = L
    this.#B = B
    this.#order = new Uint32Array(sequences)
    this.#first = new Uint8Array(buffer.capacity)
    this.#begins = new Uint8Array(E).fill(1)
    this.#states = { policy: new Float32Array(sequences * H), critic: new Float32Array(sequences * H) }
    this.#policyBefore = new Float32Array(E * H)
    this.#policyNow = new Float32Array(E * H)
    this.#criticNow = new Float32Array(E * H)

    this.#chosen = { count: rows, at: (i) => this.#rowOf(i) }
    const { x, choices, raw, masks, gather } = steppedInputs(context, update, rows, this.#chosen)
    const kept = update.input('kept', [rows, 1], (to) => {
      for (let i = 0; i < rows; i++) to[i] = 1 - this.#first[this.#rowOf(i)]!
    })
    const before = (who: 'policy' | 'critic') => ({
      state: update.input(`${who}-state`, [B, H], (to) => {
        for (let s = 0; s < B; s++) {
          const at = this.#order[this.#from + s]! * H
          to.set(this.#states[who].subarray(at, at + H), s * H)
        }
      }),
      kept,
    })
    const outputs = buildPolicy(shape, update.graph, policy, x, before('policy'))
    this.minibatch = {
      rows,
      value: valuesOf(context, update.graph, x, before('critic')).value,
      judged: judgeActions(outputs, choices, raw, masks),
      column: (name, numbers, width) =>
        update.input(name, width === undefined ? [rows] : [rows, width], gather(numbers, width ?? 1)),
    }

    // One step of E environments: values, log pi of what was done, and both states after it.
    const judge = this.#judge
    this.#judging = { count: E, at: (e) => e }
    const of = steppedInputs(context, judge, E, this.#judging)
    const from = (name: string, state: Float32Array) => ({
      state: judge.input(name, [E, H], (to) => to.set(state)),
      kept: null,
    })
    const policyOutputs = buildPolicy(shape, judge.graph, policy, of.x, from('policy-state', this.#policyNow))
    const { value, state } = valuesOf(context, judge.graph, of.x, from('critic-state', this.#criticNow))
    this.#read = {
      values: judge.read(value),
      logPi: judge.read(judgeActions(policyOutputs, of.choices, of.raw, of.masks).logPi),
      policyAfter: judge.read(policyOutputs.state!),
      criticAfter: judge.read(state!),
    }
  }

  async compile(runtime: Runtime): Promise<void> {
    const { setup, critic } = this.#context
    await this.#judge.compile(runtime, 1, [setup.policy, critic], setup.normalizer?.bindings())
  }

  acting({ memory }: Actor): void {
    if (this.#context.buffer.length === 0) this.#policyBefore.set(memory)
  }

  adding(e: number, ended: boolean): void {
    this.#first[this.#context.buffer.length] = this.#begins[e]!
    this.#begins[e] = ended ? 1 : 0
    if (ended) this.#actor().forget(e)
  }

  async judge(): Promise<void> {
    const { buffer, numEnvs: E, signals: S } = this.#context
    const H = this.#H
    this.#policyNow.set(this.#policyBefore)
    const cuts = new Map(buffer.cuts.map((cut) => [cut.row, cut]))
    const open: { cut: Cut; state: Float32Array }[] = []
    for (let t = 0; t < buffer.length / E; t++) {
      const at = t * E
      for (let e = 0; e < E; e++) {
        if (this.#first[at + e] === 0) continue
        this.#policyNow.fill(0, e * H, (e + 1) * H)
        this.#criticNow.fill(0, e * H, (e + 1) * H)
      }
      if (t % this.#L === 0) {
        this.#states.policy.set(this.#policyNow, (at / this.#L) * H)
        this.#states.critic.set(this.#criticNow, (at / this.#L) * H)
      }
      this.#judging.at = (e) => at + e
      await this.#judge.run()
      buffer.values.set(this.#read.values(), at * S)
      buffer.judge(at, this.#read.logPi())
      this.#policyNow.set(this.#read.policyAfter())
      this.#criticNow.set(this.#read.criticAfter())
      for (let e = 0; e < E; e++) {
        const cut = cuts.get(at + e)
        if (cut === undefined || buffer.terminated[cut.row] === 1) continue
        open.push({ cut, state: this.#criticNow.slice(e * H, (e + 1) * H) })
      }
    }
    await this.#judgeCuts(open)
    for (let i = 0; i < this.#order.length; i++) this.#order[i] = i
  }

  async pass(learn: () => Promise<void>): Promise<number> {
    this.#context.shuffle(this.#order)
    let made = 0
    for (this.#from = 0; this.#from + this.#B <= this.#order.length; this.#from += this.#B, made++) {
      await learn()
    }
    return made
  }

  save(): unknown {
    return {
      rows: this.#context.buffer.save(),
      first: this.#first,
      begins: this.#begins,
      policyBefore: this.#policyBefore,
      criticNow: this.#criticNow,
      memory: this.#actor().memory,
    }
  }

  load({ rows, first, begins, policyBefore, criticNow, memory }: Saved): void {
    this.#context.buffer.load(rows)
    this.#first.set(first)
    this.#begins.set(begins)
    this.#policyBefore.set(policyBefore)
    this.#criticNow.set(criticNow)
    this.#actor().memory.set(memory)
  }

  release(): Promise<void> {
    return this.#judge.release()
  }

  /** Row i of a minibatch, time by time, in the buffer. */
  #rowOf(i: number): number {
    const { numEnvs: E } = this.#context
    const [t, sequence] = [Math.floor(i / this.#B), this.#order[this.#from + (i % this.#B)]!]
    return (Math.floor(sequence / E) * this.#L + t) * E + (sequence % E)
  }

  /** V of what was seen after a cut, by a critic that remembers the way there. */
  async #judgeCuts(cuts: readonly { cut: Cut; state: Float32Array }[]): Promise<void> {
    const { numEnvs: E, signals: S } = this.#context
    const [H, after] = [this.#H, this.#criticNow.slice()]
    for (let from = 0; from < cuts.length; from += E) {
      const rows = cuts.slice(from, from + E)
      rows.forEach(({ state }, i) => {
        this.#criticNow.set(state, i * H)
      })
      const observation = (i: number) => rows[i]!.cut.observation
      Object.assign(this.#judging, { count: rows.length, observation })
      await this.#judge.run()
      rows.forEach(({ cut }, i) => {
        cut.values.set(this.#read.values().subarray(i * S, (i + 1) * S))
      })
    }
    this.#criticNow.set(after)
    Object.assign(this.#judging, { count: E, observation: undefined })
  }
}

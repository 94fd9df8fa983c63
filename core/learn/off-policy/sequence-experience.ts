/**
 * Sequences of steps, through which networks with memory pass (`network_settings.memory`).
 *
 * A sequence is drawn anywhere in what an environment has seen. Memories begin it at zero, `burn_in` steps fill them without
 * a gradient, and the next `sequence_length` steps teach; an episode that begins on the way resets them. Policy, critics and targets
 * each have an LSTM of their own, as Ni et al. 2022 (arXiv:2110.05038) found best.
 *
 * Of the two remedies of R2D2 (Kapturowski et al. 2019) for a memory that must begin in the middle, burn-in is used and not
 * the stored state: several networks remember here and only the policy acts, so a state could be stored for one of them.
 * Differs from R2D2: sequences may begin at every step and run across the ends of episodes; replay is uniform.
 * Differs from ML-Agents: it stores the policy's and the critic's state at the beginning of a sequence and pads.
 */

import type { StepBatch } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import {
  add,
  div,
  mul,
  oneHot,
  type Parameters,
  slice,
  stopGradient,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { seen } from '../networks/normalizer.ts'
import { buildPolicy, type PolicyOutputs } from '../networks/policy.ts'
import { memorySize, type Past, remember } from '../networks/recurrent-policy.ts'
import { weightedRewards, writeChoices } from '../signals/reward-signal.ts'
import {
  type Experience,
  type ExperienceContext,
  noiseInput,
  type Replay,
  type Sight,
  type When,
} from './experience.ts'
import type { SampledBatch } from './replay-buffer.ts'
import { makeSequenceBatch, type SequenceBatch, SequenceReplay } from './sequence-replay.ts'

/** How many steps of a batch of `batchSize` teach: whole sequences, and at least one. */
export function teachingRows(batchSize: number, length: number): number {
  return Math.max(1, Math.floor(batchSize / length)) * length
}

export class SequenceExperience implements Experience, Replay {
  readonly rows: number
  readonly needs: number
  readonly choices: readonly Value[]
  readonly continuous: Value | null
  /** r per discount, [N] */
  readonly #rewards: readonly Value[]
  readonly #context: ExperienceContext
  /** B, sequences in a batch */
  readonly #B: number
  readonly #burnIn: number
  /** [(L + 1) B, O], the steps that teach and what followed the last of them, and before them [burnIn B, O] */
  readonly #x: { readonly main: Value; readonly before: Value | null }
  readonly #kept: { readonly main: Value; readonly before: Value | null }
  readonly #acted: Value
  readonly #going: Value
  readonly #batch: SequenceBatch
  readonly #replay: SequenceReplay
  readonly #masks = new Map<number, Value>()
  readonly #policies = new Map<Parameters, PolicyOutputs>()

  /** @param size  rows that are to teach, N or a little more */
  constructor(context: ExperienceContext, { size, capacity }: { size: number; capacity: number }) {
    const { update, setup, signals, gammas, steps, numEnvs } = context
    const { layout, O, C, replayShape, normalizer, shape } = setup
    const { sequence_length: L, burn_in: burnIn = L >> 1 } = shape.settings.memory!
    this.#context = context
    this.#burnIn = burnIn
    this.rows = teachingRows(size, L)
    const [N, B, W] = [this.rows, this.rows / L, burnIn + L + 1] // W: what followed the last step is one more
    this.#B = B
    const batch = makeSequenceBatch(W * B, replayShape)
    this.#batch = batch
    this.#replay = new SequenceReplay(capacity, numEnvs, replayShape, W)
    // every sequence that is drawn must be whole, in whichever environment it was seen
    this.needs = W * numEnvs
    const from = burnIn * B
    const all = update.input('observation', [W * B, O], (to) => to.set(batch.observations))
    const kept = update.input('kept', [W * B, 1], (to) => to.set(batch.kept))
    const [x] = seen(normalizer, update.graph, all)
    const split = (rows: Value) => ({
      main: slice(rows, 0, from, W * B),
      before: burnIn === 0 ? null : slice(rows, 0, 0, from),
    })
    this.#x = split(x)
    this.#kept = split(kept)
    const teaching = (column: Float32Array, width = 1) => column.subarray(from * width, (from + N) * width)
    const reward = update.input('reward', [N], (to) => to.set(teaching(batch.rewards)))
    const terminated = update.input('terminated', [N], (to) => to.set(teaching(batch.terminated)))
    // 0 where an episode has ended and nothing was done
    this.#acted = update.input('acted', [N], (to) => to.set(teaching(batch.acted)))
    const D = replayShape.branches
    this.choices = layout.groups.map((group, g) =>
      oneHot(
        update.input(`choice${g}`, [N], (to) =>
          writeChoices(layout, g, batch.discrete.subarray(from * D, (from + N) * D), N, to),
        ),
        group.size,
      ),
    )
    this.continuous =
      C === 0 ? null : update.input('continuous', [N, C], (to) => to.set(teaching(batch.continuous, C)))
    const { main } = split(all)
    const transition = {
      observation: this.#of('now', main),
      choices: this.choices,
      continuous: this.continuous,
      reward,
      nextObservation: this.#of('next', main),
      terminated,
    }
    this.#rewards = weightedRewards(update, signals, gammas, transition, steps, (rows) => this.mean(rows))
    this.#going = sub(1, terminated)
  }

  policy(when: When, parameters: Parameters): PolicyOutputs {
    const { update, setup } = this.#context
    let policy = this.#policies.get(parameters)
    if (policy === undefined) {
      const past = this.#burnedIn(parameters, 'policy', false)
      policy = buildPolicy(setup.shape, update.graph, parameters, this.#x.main, past)
      this.#policies.set(parameters, policy)
    }
    const { logits, mean, logStd, state } = policy
    const part = (value: Value | null) => (value === null ? null : this.#of(when, value))
    return { logits: logits.map((l) => this.#of(when, l)), mean: part(mean), logStd: part(logStd), state }
  }

  sight(when: When, parameters: Parameters, name: string): Sight {
    const { update, setup } = this.#context
    const { spec, settings } = setup.shape
    const { layer_norm: norm } = settings
    const { state } = this.#burnedIn(parameters, name, norm)
    // What came after the last step is only looked at where it is judged.
    const whole = (rows: Value) => (when === 'next' ? rows : this.#of('now', rows))
    const past = { state, kept: whole(this.#kept.main) }
    const scope = { graph: update.graph, parameters }
    const { outputs } = remember(scope, name, whole(this.#x.main), spec, settings, norm, past)
    return {
      x: this.#of(when, this.#x.main),
      past: when === 'next' ? this.#of('next', outputs) : outputs,
    }
  }

  mask(group: number, when: When): Value | null {
    const { update, setup } = this.#context
    const { layout, replayShape } = setup
    if (!layout.masked) return null
    const { size } = layout.groups[group]!
    const count = this.rows + this.#B
    let masks = this.#masks.get(group)
    if (masks === undefined) {
      masks = update.input(`mask${group}`, [count, size], (to) => {
        const [from, M] = [this.#burnIn * this.#B, replayShape.mask]
        for (let i = 0; i < count; i++) {
          layout.jointMask(group, this.#batch.masks, (from + i) * M, to, i * size)
        }
      })
      this.#masks.set(group, masks)
    }
    return this.#of(when, masks)
  }

  noise(name: string): Value {
    return noiseInput(this.#context, name, this.rows)
  }

  mean(values: Value): Value {
    return div(sum(mul(values, this.#acted)), sum(this.#acted))
  }

  returns(k: number, next: Value): Value {
    return add(this.#rewards[k]!, mul(mul(this.#going, next), this.#context.gammas[k]!))
  }

  add(step: StepBatch): void {
    this.#replay.add(step)
  }

  drop(environment: number): void {
    this.#replay.drop(environment)
  }

  draw(random: Random): void {
    this.#replay.sample(random, this.#batch, this.#B)
  }

  transitions(random: Random, batch: SampledBatch): void {
    this.#replay.sampleTransitions(random, batch, batch.rewards.length)
  }

  save(): unknown {
    return this.#replay.save()
  }

  load(saved: unknown): void {
    this.#replay.load(saved)
  }

  /** Of [(L + 1) B, ..] rows the N that teach, or those a step later. */
  #of(when: When, rows: Value): Value {
    return when === 'now' ? slice(rows, 0, 0, this.rows) : slice(rows, 0, this.#B, this.#B + this.rows)
  }

  /** What network `name` remembers of the burn-in, without gradient. */
  #burnedIn(parameters: Parameters, name: string, norm: boolean): Past {
    const { update, setup } = this.#context
    const { spec, settings } = setup.shape
    const state = update.graph.constant(0, [this.#B, memorySize(settings)])
    const { before } = this.#x
    if (before === null) return { state, kept: this.#kept.main }
    const past = { state, kept: this.#kept.before }
    const scope = { graph: update.graph, parameters }
    const warm = remember(scope, name, before, spec, settings, norm, past)
    return { state: stopGradient(warm.state), kept: this.#kept.main }
  }
}

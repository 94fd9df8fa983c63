/** Windows of one or n steps, drawn from replay and from demonstrations: what networks without memory learn from. */

import type { DemonstrationData, StepBatch } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import { mean, mul, type Parameters, sub, type Value } from '../../tensor/index.ts'
import { seen } from '../networks/normalizer.ts'
import { buildPolicy, type PolicyOutputs } from '../networks/policy.ts'
import { weightedRewards } from '../signals/reward-signal.ts'
import { transitionInputs } from '../signals/transition-inputs.ts'
import {
  type Experience,
  type ExperienceContext,
  noiseInput,
  type Replay,
  type Sight,
  type When,
} from './experience.ts'
import { makeWindowBatch, sampleDemonstrationWindows, Windows } from './n-step.ts'
import type { SampledBatch, WindowBatch } from './replay-buffer.ts'

/** Where windows come from; a replay of priorities is another one than the plain one. */
export interface WindowSource {
  add(step: StepBatch): void
  drop(environment: number): void
  sampleWindows(random: Random, batch: WindowBatch, at: number, count: number): void
  sample(random: Random, batch: SampledBatch, at: number, count: number): void
  save(): unknown
  load(saved: unknown): void
}

export interface WindowOptions {
  /** B, windows in a batch */
  readonly size: number
  /** n, steps in a window */
  readonly steps: number
  /** How many of the windows are demonstrations. */
  readonly demonstrationRows: number
  /** Null where no row is one. */
  readonly demonstrations: DemonstrationData | null
  readonly source: WindowSource
}

export class WindowExperience implements Experience, Replay {
  readonly needs = 0
  readonly choices: readonly Value[]
  readonly continuous: Value | null
  /** r per discount of every step, [n B] */
  readonly #rewards: readonly Value[]
  readonly #context: ExperienceContext
  readonly #options: WindowOptions
  readonly #windows: Windows
  readonly #batch: WindowBatch
  readonly #seen: Readonly<Record<When, Value>>
  readonly #going: Value
  readonly #masks = new Map<string, Value>()

  constructor(context: ExperienceContext, options: WindowOptions) {
    const { update, setup, gammas, signals, steps } = context
    const { layout, replayShape, normalizer } = setup
    this.#context = context
    this.#options = options
    this.#windows = new Windows(options.size, options.steps)
    this.#batch = makeWindowBatch(options.size, options.steps, replayShape)
    const transition = transitionInputs(update, layout, replayShape, this.#batch)
    const { observation, nextObservation, terminated, choices, continuous } = transition
    const going = sub(1, terminated)
    const [now, next] = seen(
      normalizer,
      update.graph,
      this.#windows.first(observation),
      this.#windows.last(nextObservation),
    )
    const meanOf = this.#windows.mean(update, this.#batch.lengths)
    this.#rewards = weightedRewards(update, signals, gammas, transition, steps, meanOf)
    this.#seen = { now, next }
    this.#going = this.#windows.last(going)
    this.choices = choices.map((choice) => this.#windows.first(choice))
    this.continuous = continuous === null ? null : this.#windows.first(continuous)
  }

  get rows(): number {
    return this.#options.size
  }

  policy(when: When, parameters: Parameters): PolicyOutputs {
    const { update, setup } = this.#context
    return buildPolicy(setup.shape, update.graph, parameters, this.#seen[when])
  }

  sight(when: When): Sight {
    return { x: this.#seen[when], past: null }
  }

  mask(group: number, when: When): Value | null {
    const { update, setup } = this.#context
    const { layout, replayShape } = setup
    if (!layout.masked) return null
    const { size: B } = this.#options
    const { size } = layout.groups[group]!
    const name = `${when === 'now' ? '' : 'next-'}mask${group}`
    const known = this.#masks.get(name)
    if (known !== undefined) return known
    const from = when === 'now' ? 0 : this.#windows.rows - B
    const masks = when === 'now' ? this.#batch.masks : this.#batch.nextMasks
    const mask = update.input(name, [B, size], (to) => {
      for (let i = 0; i < B; i++) layout.jointMask(group, masks, (from + i) * replayShape.mask, to, i * size)
    })
    this.#masks.set(name, mask)
    return mask
  }

  noise(name: string): Value {
    return noiseInput(this.#context, name, this.rows)
  }

  mean(values: Value): Value {
    return mean(values)
  }

  returns(k: number, next: Value): Value {
    const { update, gammas } = this.#context
    const value = mul(this.#going, next)
    return this.#windows.return(update, k, gammas[k]!, this.#rewards[k]!, value, this.#batch.lengths)
  }

  add(step: StepBatch): void {
    this.#options.source.add(step)
  }

  drop(environment: number): void {
    this.#options.source.drop(environment)
  }

  draw(random: Random): void {
    const { source, size, demonstrationRows: shown, demonstrations } = this.#options
    source.sampleWindows(random, this.#batch, shown, size - shown)
    if (demonstrations === null) return
    const { replayShape } = this.#context.setup
    sampleDemonstrationWindows(random, demonstrations, replayShape, this.#batch, 0, shown)
  }

  transitions(random: Random, batch: SampledBatch): void {
    this.#options.source.sample(random, batch, 0, batch.rewards.length)
  }

  save(): unknown {
    return this.#options.source.save()
  }

  load(saved: unknown): void {
    this.#options.source.load(saved)
  }
}

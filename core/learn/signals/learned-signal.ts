/** A signal that learns: its reward, the update of its own, and what it must remember, each said once. */
import { Adam, type Parameters } from '../../tensor/index.ts'
import type { LearnerState } from '../learner-state.ts'
import type { Metrics } from '../metrics.ts'
import type { Normalizer } from '../networks/normalizer.ts'
import type { Update } from '../update.ts'
import type { RewardSignal, SampleAgent } from './reward-signal.ts'

export interface LearnedSignal extends Pick<RewardSignal, 'name' | 'gamma' | 'strength' | 'reward'> {
  /** All weights that the reward depends on; Adam moves those that the update descends. */
  readonly parameters: Parameters
  /** Of what its networks see; null where they see it as it is. */
  readonly normalizer: Normalizer | null
  readonly optimizer: { readonly learningRate: number; readonly weightDecay?: number }
  /** The graph of its own update, which descends the loss. */
  readonly update: Update
  /** Keeps what it must remember beside its weights. */
  readonly state: LearnerState
  readonly absorbingReward?: RewardSignal['absorbingReward']
  /** Memory of the inputs that `reward` adds to a graph beside weights and statistics. */
  readonly inputs?: Readonly<Record<string, Float32Array>>
  /** Draws what the next run of the update sees. @returns false where nothing is to be learned this time */
  draw(sampleAgent: SampleAgent): boolean
  /** After a step of the optimizer. */
  learned?(metrics: Metrics): void
}

export function learnedSignal(signal: LearnedSignal): RewardSignal {
  const { name, gamma, strength, reward, absorbingReward = () => null, inputs = {} } = signal
  const { parameters, normalizer, optimizer, update, state } = signal
  let adam: Adam
  state.keep('parameters', parameters)
  return {
    name,
    gamma,
    parameters,
    strength,
    reward,
    absorbingReward,
    bindings: () => ({ ...parameters.bindings(), ...normalizer?.bindings(), ...inputs }),

    async compile(runtime, threads): Promise<void> {
      adam = new Adam(parameters, optimizer)
      await update.compile(runtime, threads, [parameters], normalizer?.bindings())
    },

    async update(metrics, sampleAgent): Promise<void> {
      if (!signal.draw(sampleAgent)) return
      await update.run()
      adam.step()
      update.tell(metrics)
      signal.learned?.(metrics)
    },

    save: () => state.save(),
    load: (saved) => state.load(saved as ReturnType<LearnerState['save']>),
    release: () => update.release(),
  }
}

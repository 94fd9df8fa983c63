/**
 * What on-policy learners with an actor and a critic share: a buffer is filled, judged by the present networks and learned from in
 * minibatches, then forgotten. A learner is the loss of a minibatch and what follows from its gradients; all else is here.
 *
 * Actor and critic are separate networks (ML-Agents' default); the critic has one value head per reward signal, each with
 * its own discount, and the advantages of the signals are added.
 */

import { type ActingPart, chunkStepsFor } from '../../experience/acting.ts'
import { allRows, type StepBatch } from '../../experience/transitions.ts'
import { allocateParameters, Parameters } from '../../tensor/index.ts'
import { actingState } from '../acting-copy.ts'
import type { Algorithm, LearnContext } from '../algorithm.ts'
import { type Cloning, makeCloning } from '../cloning.ts'
import { LearnerState } from '../learner-state.ts'
import { Metrics } from '../metrics.ts'
import { Actor, type PolicyShape } from '../networks/policy.ts'
import { exportPolicy } from '../networks/policy-export.ts'
import { refuseWithMemory } from '../networks/recurrent-policy.ts'
import { setUp } from '../setup.ts'
import { makeRewardSignals } from '../signals/signals.ts'
import { Update } from '../update.ts'
import { estimateAdvantages } from './advantages.ts'
import { BufferRewards } from './buffer-rewards.ts'
import { CriticFirst } from './critic-first.ts'
import { type Minibatch, StepMinibatches } from './minibatches.ts'
import { makeRewardNormalizer } from './reward-normalizer.ts'
import { RolloutBuffer } from './rollout-buffer.ts'
import { SequenceMinibatches } from './sequence-minibatches.ts'

/** The hyperparameters that this file reads, as every on-policy learner has them. */
export interface OnPolicyHyperparameters {
  readonly batch_size: number
  readonly buffer_size: number
  readonly num_epoch: number
  readonly lambd: number
  readonly normalize_reward: boolean
  /** Buffers for which the critic may learn alone beside a policy that knows something. */
  readonly policy_init_buffers: number
}

export interface OnPolicyOptions {
  readonly hyperparameters: OnPolicyHyperparameters
  readonly acting: Pick<PolicyShape, 'continuousKind' | 'logitBound' | 'logStdInit'>
}

/**
 * Steps of a policy that acts elsewhere are learned from while it is at most so many buffers old: what is under way while a buffer is
 * learned from belongs to the next one.
 */
const MOST_BEHIND = 1
/** Of a buffer, what may be under way with copies that act elsewhere while it is learned from: so much of the next one is older. */
const SHARE_UNDER_WAY = 1 / 4

/** What a learner is built of. */
export interface OnPolicyParts {
  /** The graph of one update: the loss is added to it. */
  readonly update: Update
  readonly minibatch: Minibatch
  readonly buffer: RolloutBuffer
  readonly policy: Parameters
  readonly critic: Parameters
  readonly cloning: Cloning | null
  /** Environment steps so far. */
  readonly steps: { readonly value: number }
}

/** A learner's own part. */
export interface OnPolicyLearner {
  /** Takes the steps that follow from the gradients that an update has left, once memory is there. */
  start(): {
    /** @param held  whether the policy stays as it is in this round, and only the critic moves */
    begin(held: boolean): void
    step(): void
  }
}

/** @param build  adds the loss to the update */
export async function makeOnPolicy(
  context: LearnContext,
  { hyperparameters: h, acting }: OnPolicyOptions,
  build: (parts: OnPolicyParts) => OnPolicyLearner,
): Promise<Algorithm> {
  const { numEnvs: E, settings, runtime, random, threads } = context
  const memory = settings.network_settings.memory ?? null
  refuseWithMemory(memory !== null && settings.behavioral_cloning != null, 'behavioral_cloning')
  const setup = setUp(context, { ...acting, recurrent: true })
  const { normalizer, shape, replayShape, layout, policy } = setup
  const L = memory?.sequence_length ?? 1
  const T = Math.max(1, Math.ceil(h.buffer_size / E / L)) * L // steps per environment and update
  const M = Math.max(1, Math.floor(Math.min(h.batch_size, T * E) / L)) * L

  const state = new LearnerState()
  const metrics = state.keep('metrics', new Metrics())
  const steps = state.counter('steps')
  const update = new Update()
  const cloning = makeCloning(context, shape, replayShape, policy)
  const signals = makeRewardSignals(context, layout, replayShape, M)
  const critic = new Parameters('critic')
  const buffer = new RolloutBuffer(T, E, replayShape, signals.length)
  const within = {
    setup,
    critic,
    signals: signals.length,
    numEnvs: E,
    buffer,
    update,
    shuffle: (order: Uint32Array) => random.shuffle(order),
  }
  let actor: Actor
  const minibatches =
    memory === null ? new StepMinibatches(within, M) : new SequenceMinibatches(within, M, () => actor)
  const { minibatch } = minibatches
  const learner = build({ update, minibatch, buffer, policy, critic, cloning, steps })

  const rewards = new BufferRewards(signals, layout, replayShape, M)
  const learned = signals.map((signal) => signal.parameters).filter((parameters) => parameters !== null)
  allocateParameters([policy, critic, ...learned], random)
  await update.compile(runtime, threads, [policy, critic], normalizer?.bindings())
  await minibatches.compile(runtime, threads)
  await rewards.compile(runtime, threads)
  for (const signal of signals) await signal.compile(runtime, threads)
  actor = await Actor.compile(shape, policy, runtime, E)
  const { begin, step } = learner.start()

  state.keep('policy', policy)
  state.keep('critic', critic)
  state.keep('normalizer', normalizer)
  const rewardNormalizer = h.normalize_reward ? makeRewardNormalizer(signals, E) : null
  state.keep('rewardNormalizer', rewardNormalizer, { optional: true })
  state.keepAll('signals', signals)
  state.keep('buffer', minibatches)
  const horizon = new Uint32Array(E) // steps since each trajectory was cut
  state.keep('horizon', {
    save: () => horizon.slice(),
    load: (saved: Uint32Array) => horizon.set(saved),
  })
  const criticFirst = state.keep('criticFirst', new CriticFirst(), { optional: true })
  const everybody = allRows(E)

  let buffersLearned = 0
  const elsewhere: ActingPart = {
    get version() {
      return buffersLearned
    },
    mostBehind: MOST_BEHIND,
    chunkSteps: chunkStepsFor(SHARE_UNDER_WAY * T * E, E),
    save: () => actingState(policy, normalizer, 0),
  }

  /**
   * Statistics of observations that have seen nothing are those of the first buffer, before anything is learned from it. What
   * it was played with stays what the new policy is compared with.
   */
  async function learnStatistics(): Promise<void> {
    normalizer!.update(buffer.observations)
    await minibatches.judge()
  }

  async function learn(): Promise<void> {
    await update.run()
    step()
    update.tell(metrics)
    for (const signal of signals) {
      await signal.update(metrics, (rows) => buffer.sample(random, rows))
    }
  }

  const algorithm: Algorithm = {
    metrics,
    ...(memory === null ? { acting: elsewhere } : {}),
    prepare: async () => cloning?.pretrain(context, metrics),

    act(observations, masks, actions, environments = null) {
      minibatches.acting(actor)
      const { deterministic } = settings.network_settings
      return actor.act(observations, masks, actions, { random, spread: deterministic ? 0 : 1, environments })
    },

    observe(batch: StepBatch): void {
      const rows = batch.environments ?? everybody
      steps.value += rows.length
      for (const e of rows) {
        const ended = batch.terminated[e] === 1 || batch.truncated[e] === 1
        rewardNormalizer?.observe(e, batch.rewards[e]!, ended)
        const length = ended ? 0 : horizon[e]! + 1
        const cut = ended || length >= settings.time_horizon
        horizon[e] = cut ? 0 : length
        minibatches.adding(e, ended)
        buffer.addRow(batch, e, cut)
      }
    },

    drop(environment): void {
      buffer.cutAfterNewest(environment)
      rewardNormalizer?.drop(environment)
      horizon[environment] = 0
    },

    async update(): Promise<number> {
      if (!buffer.full) return 0
      buffer.close()
      rewardNormalizer?.normalize(buffer.rewards, metrics)
      await rewards.judge(buffer, steps.value)
      await minibatches.judge()
      const first = normalizer?.fresh === true
      if (first) await learnStatistics()
      estimateAdvantages(buffer, { signals, E, lambda: h.lambd, steps: steps.value, metrics }, (s) =>
        rewards.absorbing(s),
      )
      if (critic.t === 0 && (policy.t > 0 || cloning?.pretrains)) criticFirst.begin(h.policy_init_buffers)
      begin(criticFirst.holds(buffer))
      let made = 0
      for (let k = 0; k < h.num_epoch; k++) made += await minibatches.pass(learn)
      if (!first) normalizer?.update(buffer.observations)
      buffer.clear()
      buffersLearned++
      return made
    },

    save: () => state.save(),
    load: (saved) => state.load(saved),
    exportPolicy: () => exportPolicy(shape, policy),

    async release(): Promise<void> {
      await Promise.all([update, minibatches, rewards, actor, ...signals].map((part) => part.release()))
    },
  }
  // Sequences are of environments that step together.
  if (memory !== null) delete algorithm.drop
  return algorithm
}

/**
 * What off-policy learners share: experience is gathered step by step, and every few environment steps one graph is run on a batch of
 * it. A learner is its networks, its losses and how its optimizers step; all else is here.
 */

import { type ActingPart, chunkStepsFor } from '../../experience/acting.ts'
import { allRows, type StepBatch } from '../../experience/transitions.ts'
import { allocateParameters, type Parameters } from '../../tensor/index.ts'
import { actingState } from '../acting-copy.ts'
import type { Algorithm, LearnContext } from '../algorithm.ts'
import { type Cloning, makeCloning } from '../cloning.ts'
import { LearnerState } from '../learner-state.ts'
import { Metrics } from '../metrics.ts'
import { Actor, type PolicyShape } from '../networks/policy.ts'
import { exportPolicy } from '../networks/policy-export.ts'
import { refuseWithMemory } from '../networks/recurrent-policy.ts'
import { requireDemonstrations, type Setup, setUp } from '../setup.ts'
import { makeRewardSignals } from '../signals/signals.ts'
import { Update } from '../update.ts'
import type { Experience, ExperienceContext, Replay } from './experience.ts'
import type { OffPolicyHyperparameters } from './hyperparameters.ts'
import { ReplayBuffer, type ReplayShape } from './replay-buffer.ts'
import { SequenceExperience, teachingRows } from './sequence-experience.ts'
import { drawUniformly } from './uniform-play.ts'
import { WindowExperience, type WindowSource } from './window-experience.ts'

export interface OffPolicyOptions<Source extends WindowSource> {
  readonly hyperparameters: OffPolicyHyperparameters
  readonly acting: Pick<PolicyShape, 'continuousKind' | 'logitBound'>
  /** Whether there is a form of it with memory. */
  readonly recurrent?: boolean
  /** Whether it has a policy that demonstrations can be cloned into. */
  readonly clones?: boolean
  /** Where windows are drawn from when not uniformly. */
  readonly source?: (numEnvs: number, shape: ReplayShape) => Source
}

/**
 * How many updates the steps are worth that are under way with copies that act elsewhere. Play that is hundreds of updates old teaches
 * little: SAC in bubble/25 learned nothing within 4,000 steps where 512 were sent at a time.
 */
const UPDATES_UNDER_WAY = 32

/** What a learner is built of. */
export interface OffPolicyParts<Source extends WindowSource = WindowSource> {
  readonly context: LearnContext
  readonly setup: Setup
  /** The graph of one update: losses are added to it. */
  readonly update: Update
  readonly experience: Experience
  /** The distinct discounts of the reward signals: critics have a head for each. */
  readonly gammas: readonly number[]
  readonly cloning: Cloning | null
  /** Where its windows come from; null with memory, which learns from sequences. */
  readonly source: Source | null
  readonly state: LearnerState
  readonly metrics: Metrics
  /** Environment steps and updates so far. */
  readonly steps: { readonly value: number }
  readonly updates: { readonly value: number }
}

/** A learner's own part. */
export interface OffPolicyLearner {
  /** Its weights by the names that they are saved under, in the order in which they are drawn; the first one acts. */
  readonly networks: Readonly<Record<string, Parameters>>
  /** Followers begin as copies of whom they follow. */
  readonly copies?: readonly (readonly [follower: Parameters, followed: Parameters])[]
  /** What acts, where logits are not those of a policy network. */
  readonly shape?: PolicyShape
  /** Takes the steps that follow from the gradients that an update has left, once memory is there. */
  start(): { step(): void }
  /** How it acts; with spread 0 it takes what is likeliest. */
  readonly spread?: number
  /** Changes some of the actions of these environments, to explore beside what was chosen. */
  explore?(
    masks: Uint8Array | null,
    actions: { readonly continuous: Float32Array; readonly discrete: Int32Array },
    environments: Int32Array,
  ): void
}

/** @param build  adds the losses to the update */
export async function makeOffPolicy<Source extends WindowSource = WindowSource>(
  context: LearnContext,
  options: OffPolicyOptions<Source>,
  build: (parts: OffPolicyParts<Source>) => OffPolicyLearner,
): Promise<Algorithm> {
  const { numEnvs, settings, runtime, random, threads } = context
  const { hyperparameters: h, acting, recurrent = false } = options
  const memory = settings.network_settings.memory ?? null
  const setup = setUp(context, { ...acting, recurrent })
  const state = new LearnerState()
  const metrics = new Metrics()
  const update = new Update()
  const size = memory === null ? h.batch_size : teachingRows(h.batch_size, memory.sequence_length)
  const signals = makeRewardSignals(context, setup.layout, setup.replayShape, size)
  const gammas = [...new Set(signals.map((signal) => signal.gamma))]
  const [steps, updates] = [state.counter('steps'), state.counter('updates')]
  const within = { numEnvs, random, setup, update, signals, gammas, steps }
  const source = memory === null ? (options.source?.(numEnvs, setup.replayShape) ?? null) : null
  const experience = memory === null ? windows(context, h, source, within) : sequences(context, h, within)
  const cloning =
    options.clones === true ? makeCloning(context, setup.shape, setup.replayShape, setup.policy) : null

  const counted = { steps, updates }
  const learner = build({
    context,
    setup,
    update,
    experience,
    gammas,
    cloning,
    source,
    state,
    metrics,
    ...counted,
  })
  const networks = Object.values(learner.networks)
  const learned = signals.map((signal) => signal.parameters).filter((parameters) => parameters !== null)
  allocateParameters([...networks, ...learned], random)
  for (const [follower, followed] of learner.copies ?? []) follower.copyFrom(followed)
  const { shape = setup.shape } = learner
  const bind = Object.assign({}, setup.normalizer?.bindings(), ...signals.map((signal) => signal.bindings()))
  await update.compile(runtime, threads, networks, bind)
  for (const signal of signals) await signal.compile(runtime, threads)
  const actor = await Actor.compile(shape, networks[0]!, runtime, numEnvs)
  const { step } = learner.start()

  for (const [name, parameters] of Object.entries(learner.networks)) state.keep(name, parameters)
  state.keep('normalizer', setup.normalizer)
  state.keepAll('signals', signals)
  state.keep('metrics', metrics)
  state.keep('replay', memory === null ? experience : withMemory(experience, actor))
  const everybody = allRows(numEnvs)
  const firstUpdate = Math.max(h.buffer_init_steps, experience.needs)

  const randomSteps = () => (cloning?.pretrains === true ? 0 : Math.max(0, h.buffer_init_steps - steps.value))
  const elsewhere: ActingPart = {
    get version() {
      return updates.value
    },
    // What was seen says nothing of who acted.
    mostBehind: Number.POSITIVE_INFINITY,
    chunkSteps: chunkStepsFor(UPDATES_UNDER_WAY * h.steps_per_update, numEnvs),
    save: () => actingState(networks[0]!, setup.normalizer, randomSteps()),
  }

  async function updateOnce(): Promise<void> {
    experience.draw(random)
    await update.run()
    step()
    update.tell(metrics)
    for (const signal of signals) {
      await signal.update(metrics, (rows) => experience.transitions(random, rows))
    }
    updates.value++
  }

  return {
    metrics,
    // A policy made of values has more to it than its weights.
    ...(memory === null && learner.shape === undefined ? { acting: elsewhere } : {}),
    prepare: async () => cloning?.pretrain(context, metrics),

    async act(observations, masks, actions, environments = null): Promise<void> {
      const waiting = environments ?? everybody
      const knowsNothing = randomSteps() > 0
      // A policy with memory watches the random play, and remembers what it will need once it plays.
      if (!knowsNothing || memory !== null) {
        const { deterministic } = settings.network_settings
        const spread = deterministic ? 0 : (learner.spread ?? 1)
        await actor.act(observations, masks, actions, { random, spread, environments })
      }
      if (knowsNothing) drawUniformly(context, masks, actions, waiting)
      else if (!settings.network_settings.deterministic) learner.explore?.(masks, actions, waiting)
    },

    observe(batch: StepBatch): void {
      const rows = batch.environments ?? null
      setup.normalizer?.update(batch.nextObservations, rows)
      experience.add(batch)
      if (memory !== null) {
        for (const e of rows ?? everybody) {
          if (batch.terminated[e] === 1 || batch.truncated[e] === 1) actor.forget(e)
        }
      }
      steps.value += rows?.length ?? numEnvs
    },

    drop(environment): void {
      experience.drop(environment)
      if (memory !== null) actor.forget(environment)
    },

    async update(): Promise<number> {
      const due = Math.floor((steps.value - firstUpdate) / h.steps_per_update)
      let made = 0
      for (; updates.value < due; made++) await updateOnce()
      return made
    },

    save: () => state.save(),
    load: (saved) => state.load(saved),
    exportPolicy: () => exportPolicy(shape, networks[0]!),

    async release(): Promise<void> {
      await Promise.all([update, actor, ...signals].map((part) => part.release()))
    },
  }
}

function windows(
  context: LearnContext,
  h: OffPolicyHyperparameters,
  source: WindowSource | null,
  within: ExperienceContext,
): Experience & Replay {
  const { numEnvs, setup } = within
  const demonstrationRows = Math.round(h.demonstration_share * h.batch_size)
  return new WindowExperience(within, {
    size: h.batch_size,
    steps: h.n_step,
    demonstrationRows,
    demonstrations:
      demonstrationRows === 0 ? null : requireDemonstrations(context, 'demonstration_share above 0'),
    source: source ?? new ReplayBuffer(h.buffer_size, numEnvs, setup.replayShape),
  })
}

function sequences(
  { settings }: LearnContext,
  h: OffPolicyHyperparameters,
  within: ExperienceContext,
): Experience & Replay {
  refuseWithMemory(settings.behavioral_cloning != null, 'behavioral_cloning')
  refuseWithMemory(h.demonstration_share > 0, 'demonstration_share above 0')
  refuseWithMemory(h.n_step > 1, 'n_step above 1')
  return new SequenceExperience(within, { size: h.batch_size, capacity: h.buffer_size })
}

/** Beside what was seen, what the policy remembers of the episodes under way. */
function withMemory(replay: Replay, actor: Actor) {
  return {
    save: () => ({ rows: replay.save(), memory: actor.memory }),
    load(saved: { readonly rows: unknown; readonly memory: Float32Array }): void {
      replay.load(saved.rows as never)
      actor.memory.set(saved.memory)
    },
  }
}

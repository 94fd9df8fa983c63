/**
 * Evolution strategies (Salimans et al. 2017, arXiv:1703.03864, Algorithm 2): the weights are perturbed, each perturbation
 * plays an episode, and the weights move towards those that did well. No gradient of the network is ever computed, so
 * neither sparse rewards nor long episodes make it harder to say which action earned them.
 *
 *     theta <- theta + alpha (1 / (n sigma)) sum_i F_i eps_i,   eps_i ~ N(0, I)
 *
 * with what the paper adds to make it work: antithetic pairs (theta + sigma eps, theta - sigma eps), centred ranks in place
 * of returns (section 2.1), weight decay, Adam, and noise that is known by its seed and never stored.
 *
 * An evaluation is of whole episodes: of one that is cut, the part that was played says little of the whole, and what is left of it
 * would be the next perturbation's to play.
 *
 * Every environment evaluates a perturbation of its own, so acting is one run of the network per environment with that
 * environment's weights, which every kind of network allows.
 *
 * Differs from the paper:
 * - No virtual batch normalisation: that was for convolutional networks on Atari, whose actions small perturbations did not
 *   change; here `normalize` keeps running statistics of observations, which change between generations only. The first generation
 *   only shows what observations are like, and is played again.
 * - No random frame skip and no exploration in actions: the most likely action is taken, all exploration is in the weights.
 */
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { allRows, type StepBatch } from '../../experience/transitions.ts'
import { Random } from '../../random.ts'
import { Adam, allocateParameters, Graph, Parameters } from '../../tensor/index.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from '../algorithm.ts'
import { LearnerState } from '../learner-state.ts'
import { Metrics } from '../metrics.ts'
import { seen } from '../networks/normalizer.ts'
import { Actor, buildPolicy } from '../networks/policy.ts'
import { exportPolicy } from '../networks/policy-export.ts'
import { setUp } from '../setup.ts'
import { extrinsicSettings } from '../signals/extrinsic.ts'
import { esMetrics } from './es-metrics.ts'

export const esHyperparameters = z.strictObject({
  population: z
    .int()
    .min(2)
    .multipleOf(2)
    .default(64)
    .describe('Perturbations per update, in antithetic pairs; the paper has 1440 and more'),
  noise_std: z
    .number()
    .positive()
    .default(0.1)
    .describe('Standard deviation of the perturbations; the paper has 0.02')
    .meta({ title: 'Spread of the perturbations' }),
  learning_rate: z.number().positive().default(0.02).describe('Step size of the weights'),
  weight_decay: z.number().min(0).default(0.005).describe('How strongly weights are pulled to zero'),
  episodes_per_evaluation: z.int().min(1).default(1).describe('Episodes that judge one perturbation'),
  max_evaluation_steps: z
    .int()
    .min(1)
    .default(1_000)
    .describe(
      'Environment steps after which an evaluation begins no further episode; the one it plays is finished',
    )
    .meta({ title: 'Most steps of an evaluation' }),
})

const ALONE = { message: 'es follows the reward of the environment and nothing else', remedy: 'leave it out' }

/** An environment without a perturbation: it plays with the weights themselves, and nothing of that counts. */
const WAITING = -1

export async function makeEs(context: LearnContext): Promise<Algorithm> {
  const { numEnvs: E, settings, runtime, random } = context
  const h = esHyperparameters.parse(settings.hyperparameters)
  const { extrinsic } = settings.reward_signals
  if (extrinsic == null) throw new UserError(ALONE.message, { remedy: 'add extrinsic to reward_signals' })
  const { strength } = extrinsicSettings.parse(extrinsic)
  const { layout, O, C, normalizer, shape, policy } = setUp(context, {
    continuousKind: 'squashed',
    logitBound: 0,
  })
  const D = layout.branchSizes.length
  const maskWidth = layout.branchSizes.reduce((all, size) => all + size, 0)
  const n = h.population

  const perturbed = new Parameters('perturbed') // of whoever acts
  const graph = new Graph()
  const [x] = seen(normalizer, graph, graph.input('observation', [1, O]))
  for (const parameters of [policy, perturbed]) buildPolicy(shape, graph, parameters, x)
  allocateParameters([policy, perturbed], random)
  const actor = await Actor.compile(shape, perturbed, runtime, 1)
  const adam = new Adam(policy, { learningRate: h.learning_rate })
  const everybody = allRows(E)

  // One generation: perturbations 2 i and 2 i + 1 are +eps_i and -eps_i.
  const seeds = new Uint32Array(n / 2)
  const fitness = new Float64Array(n)
  let begun = 0
  let done = 0
  // [E], what each environment is at
  const task = new Int32Array(E).fill(WAITING)
  const earned = new Float64Array(E)
  const played = new Int32Array(E) // steps of the task
  const finished = new Int32Array(E) // episodes of the task
  const weights = Array.from({ length: E }, () => new Float32Array(policy.size))

  const state = new LearnerState()
  state.keep('policy', policy)
  state.keep('normalizer', normalizer)
  const metrics = state.keep('metrics', new Metrics())
  const steps = state.counter('steps')
  const updates = state.counter('updates')
  const generation = { seeds, fitness, task, earned, played, finished }
  state.keep('buffer', {
    save: () => ({ ...structuredClone(generation), begun, done }),
    load(saved: typeof generation & { readonly begun: number; readonly done: number }): void {
      if (saved.task.length !== E || saved.fitness.length !== n) {
        throw new Error('the saved generation has another number of environments or perturbations')
      }
      for (const name of Object.keys(generation) as (keyof typeof generation)[]) {
        generation[name].set(saved[name])
      }
      begun = saved.begun
      done = saved.done
      for (const e of everybody) perturb(e)
    },
  })

  function beginGeneration(): void {
    for (let i = 0; i < seeds.length; i++) seeds[i] = random.nextUint32()
    begun = 0
    done = 0
  }

  /** Gives an environment the next perturbation, while there is one. */
  function begin(e: number): void {
    task[e] = begun < n ? begun++ : WAITING
    earned[e] = played[e] = finished[e] = 0
    perturb(e)
  }

  /** theta + sigma eps_i, or theta - sigma eps_i */
  function perturb(e: number): void {
    if (task[e] === WAITING) return
    weights[e]!.set(policy.values)
    const noise = new Random(seeds[task[e]! >> 1]!)
    const scale = task[e]! % 2 === 0 ? h.noise_std : -h.noise_std
    const own = weights[e]!
    for (let j = 0; j < own.length; j++) own[j] = own[j]! + scale * noise.normal()
  }

  /** The step of Algorithm 2, with ranks for returns. */
  function evolve(): void {
    const shaped = centredRanks(fitness)
    const { gradients, values } = policy
    gradients.fill(0)
    for (let i = 0; i < seeds.length; i++) {
      const noise = new Random(seeds[i]!)
      const difference = shaped[2 * i]! - shaped[2 * i + 1]!
      for (let j = 0; j < gradients.length; j++) gradients[j] = gradients[j]! + difference * noise.normal()
    }
    // Adam descends, so this is the negative of the estimate, plus the pull of the weight decay.
    const scale = -1 / (n * h.noise_std)
    for (let j = 0; j < gradients.length; j++) {
      gradients[j] = scale * gradients[j]! + h.weight_decay * values[j]!
    }
    adam.step()
    metrics.add('es/fitness', fitness.reduce((sum, f) => sum + f, 0) / n)
    metrics.add('es/best_fitness', Math.max(...fitness))
    metrics.add('es/gradient_norm', norm(gradients))
    metrics.add('es/weight_norm', norm(values))
  }

  beginGeneration()
  for (const e of everybody) begin(e)

  return {
    metrics,
    prepare: async () => {},

    async act(observations, masks, actions, environments = null): Promise<void> {
      for (const e of environments ?? everybody) {
        perturbed.values.set(task[e] === WAITING ? policy.values : weights[e]!)
        const own = {
          continuous: actions.continuous.subarray(e * C, (e + 1) * C),
          discrete: actions.discrete.subarray(e * D, (e + 1) * D),
        }
        const mask = masks?.subarray(e * maskWidth, (e + 1) * maskWidth) ?? null
        await actor.act(observations.subarray(e * O, (e + 1) * O), mask, own, { random, spread: 0 })
      }
    },

    observe(step: StepBatch): void {
      const rows = step.environments ?? null
      normalizer?.take(step.nextObservations, rows)
      steps.value += rows?.length ?? E
      for (const e of rows ?? everybody) {
        earned[e] = earned[e]! + strength * step.rewards[e]!
        played[e] = played[e]! + 1
        if (step.terminated[e] === 0 && step.truncated[e] === 0) continue
        finished[e] = finished[e]! + 1
        const needed = task[e] === WAITING ? 1 : h.episodes_per_evaluation
        if (finished[e]! < needed && played[e]! < h.max_evaluation_steps) continue
        if (task[e] !== WAITING) {
          fitness[task[e]!] = earned[e]! / finished[e]!
          done++
        }
        begin(e)
      }
    },

    /** What the lost episode earned is known in part only: its perturbation begins anew. */
    drop(environment): void {
      earned[environment] = played[environment] = finished[environment] = 0
    },

    async update(): Promise<number> {
      if (done < n) return 0
      const unseen = normalizer?.fresh === true
      if (!unseen) {
        evolve()
        updates.value++
      }
      normalizer?.show()
      beginGeneration()
      // Who has just ended an episode begins the next generation with a new one; the others finish theirs first.
      for (const e of everybody) if (task[e] === WAITING && played[e] === 0) begin(e)
      return unseen ? 0 : 1
    },

    save: () => state.save(),
    load: (saved) => state.load(saved),
    exportPolicy: () => exportPolicy(shape, policy),
    release: () => actor.release(),
  }
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
}

/** Ranks of the values, spread evenly over [-0.5, 0.5]; equal values share the mean of their ranks, so luck is no merit. */
export function centredRanks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!)
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to - 1) / 2 / (values.length - 1) - 0.5
    from = to
  }
  return ranks
}

export const es: AlgorithmDefinition = {
  name: 'es',
  title: 'Evolution strategies',
  hyperparameters: esHyperparameters,
  metrics: esMetrics,
  without: {
    signals: ALONE,
    cloning: ALONE,
    memory: { message: 'es has no form with memory', remedy: 'leave it out, or train with ppo or sac' },
  },
  create: makeEs,
}

registerAlgorithm(es)

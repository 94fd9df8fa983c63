/**
 * Deep Q-learning (Mnih et al. 2015, Nature 518, Algorithm 1) for discrete actions, with the improvements that Rainbow
 * (Hessel et al. 2018, arXiv:1710.02298) put together, each of which can be switched off:
 *
 *     double_q            the online network chooses the next action, the target network says what it is worth
 *                         (van Hasselt et al. 2016, arXiv:1509.06461)
 *     dueling             Q(s, a) = V(s) + A(s, a) - mean_a' A(s, a')      (Wang et al. 2016, arXiv:1511.06581)
 *     n_step              see n-step.ts
 *     prioritized_replay  see prioritized-replay.ts                     (Schaul et al. 2016, arXiv:1511.05952)
 *
 * Differs from the papers:
 * - No noisy layers and no distribution over returns, which Rainbow adds: exploration is epsilon-greedy.
 * - Several branches whose combinations are too many have a Q each; the value of an action is their mean (action branching,
 *   Tavakoli et al. 2018, arXiv:1711.08946).
 * - One Q head per distinct discount of the reward signals; the greedy action is that of their sum, as in ML-Agents.
 * - Dueling: the streams share an encoder of images and no dense layer; their common gradient is not scaled by 1/sqrt(2).
 * - Adam, a target that follows slowly (tau) rather than by copies, layer normalisation, 6 to 20 times fewer steps.
 * Differs from ML-Agents, whose example trainer plugin gives the key names: the next action is chosen in the next state, not
 * in this one; target_update_interval has a meaning; it is exported, see docs/algorithms/dqn.md.
 */
import { z } from 'zod'
import {
  Adam,
  abs,
  add,
  addAll,
  argmax,
  type Graph,
  mean,
  minimum,
  mul,
  oneHot,
  Parameters,
  polyak,
  stopGradient,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from '../algorithm.ts'
import { body, dense, perAction, perTaken } from '../networks/networks.ts'
import type { PolicyShape } from '../networks/policy.ts'
import { offPolicyHyperparameters } from '../off-policy/hyperparameters.ts'
import { makeOffPolicy, type OffPolicyLearner, type OffPolicyParts } from '../off-policy/off-policy.ts'
import { PrioritizedReplay } from '../off-policy/prioritized-replay.ts'
import type { ReplayShape } from '../off-policy/replay-buffer.ts'
import { drawUniformly } from '../off-policy/uniform-play.ts'
import { dqnMetrics } from './dqn-metrics.ts'
import { groupMean } from './soft-values.ts'

export const dqnHyperparameters = z.strictObject({
  ...offPolicyHyperparameters,
  learning_rate: z.number().positive().default(3e-4).describe('Step size of the network'),
  learning_rate_schedule: z
    .literal('constant')
    .default('constant')
    .describe('Only constant, as for ML-Agents’ off-policy learners'),
  exploration_schedule: z.literal('linear').default('linear').describe('Only linear, as in ML-Agents'),
  exploration_initial_eps: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('First share of random actions; ML-Agents has 0.1, the paper 1')
    .meta({ title: 'Random actions at first' }),
  exploration_final_eps: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Last share of random actions')
    .meta({ title: 'Random actions at the end' }),
  exploration_steps: z
    .int()
    .min(1)
    .default(20_000)
    .describe('Ours: environment steps until the last share; ML-Agents fixes 20000'),
  tau: z
    .number()
    .positive()
    .max(1)
    .default(0.005)
    .describe('How far the target follows at each of its updates'),
  target_update_interval: z
    .int()
    .min(1)
    .default(1)
    .describe(
      'Gradient updates between two of the target; with tau 1 the copies of the paper. ML-Agents ignores it',
    ),
  double_q: z
    .boolean()
    .default(true)
    .describe('Ours: double Q-learning, against overestimated values')
    .meta({ title: 'Double Q' }),
  dueling: z.boolean().default(false).describe('Ours: values and advantages by two streams'),
  prioritized_replay: z
    .boolean()
    .default(false)
    .describe('Ours: draw transitions more often the more they surprise')
    .meta({ title: 'Prioritised replay' }),
  priority_alpha: z
    .number()
    .min(0)
    .max(1)
    .default(0.6)
    .describe('Ours: how much surprise counts in the draw; 0 is uniform'),
  priority_beta: z
    .number()
    .min(0)
    .max(1)
    .default(0.4)
    .describe('Ours: first correction of the bias of the draw; it rises to 1 by the last step'),
  export_temperature: z
    .number()
    .positive()
    .default(0.05)
    .describe('Ours: the exported agent draws from softmax(Q / this) where it is asked to draw'),
})

/** Norm to which the whole gradient is clipped (Wang et al. 2016, section 4.2). */
const MAX_GRADIENT_NORM = 10

export type DqnHyperparameters = z.infer<typeof dqnHyperparameters>

export function makeDqn(context: LearnContext): Promise<Algorithm> {
  const h = dqnHyperparameters.parse(context.settings.hyperparameters)
  const alpha = h.prioritized_replay ? h.priority_alpha : 0 // 0: uniformly, though in strata
  const options = {
    hyperparameters: h,
    acting: { continuousKind: 'squashed', logitBound: 0 } as const,
    source: (numEnvs: number, shape: ReplayShape) =>
      new PrioritizedReplay(h.buffer_size, numEnvs, shape, alpha, h.batch_size),
  }
  return makeOffPolicy(context, options, (parts) => buildDqn(parts, h))
}

function buildDqn(parts: OffPolicyParts<PrioritizedReplay>, h: DqnHyperparameters): OffPolicyLearner {
  const { context, setup, update, experience, gammas, metrics, steps, updates } = parts
  const { spec, settings, random } = context
  const replay = parts.source!
  const { layout } = setup
  const net = settings.network_settings
  const online = new Parameters('q')
  const targets = new Parameters('target')
  const heads = { outputGain: 1, norm: net.layer_norm, heads: gammas.length }

  /** Q(s, .) per group and discount, [B, size]. */
  function qValues(graph: Graph, parameters: Parameters, x: Value): Value[][] {
    const scope = { graph, parameters }
    const advantages = perAction(scope, 'advantage', x, spec, layout, net, heads)
    if (!h.dueling) return advantages
    const hidden = body(scope, 'value', x, spec, net, net.layer_norm)
    const values = gammas.map((_, k) => dense(scope, `value/out-${k}`, hidden, 1, 1)) // [B, 1]
    // Q(s, a) = V(s) + A(s, a) - mean_a' A(s, a')                                             (1511.06581, Eq. 9)
    return advantages.map((perDiscount) =>
      perDiscount.map((a, k) => add(values[k]!, sub(a, mean(a, [1], { keepDims: true })))),
    )
  }

  /** Q(s, a) of the actions taken, per discount, [B]. */
  function takenQ({ x }: { readonly x: Value }): Value[] {
    const { choices } = experience
    const perGroup = h.dueling
      ? qValues(update.graph, online, x).map((perDiscount, g) =>
          perDiscount.map((q) => sum(mul(q, choices[g]!), [1])),
        )
      : perTaken(
          { graph: update.graph, parameters: online },
          'advantage',
          x,
          choices,
          spec,
          layout,
          net,
          heads,
        )
    return gammas.map((_, k) => groupMean(perGroup.map((perDiscount) => perDiscount[k]!)))
  }

  const shape: PolicyShape = {
    ...setup.shape,
    logits: (graph, parameters, x) =>
      qValues(graph, parameters, x).map((perDiscount) => mul(addAll(perDiscount), 1 / h.export_temperature)),
  }

  // a* = argmax_a Q(s', a),  V(s') = Q'(s', a*)                                                (1509.06461, Eq. 4)
  const { x: xNext } = experience.sight('next', online, 'advantage')
  const next = qValues(update.graph, targets, xNext)
  const chooser = h.double_q ? qValues(update.graph, online, xNext) : next
  const best = chooser.map((perDiscount, g) => {
    const q = addAll(perDiscount)
    const mask = experience.mask(g, 'next')
    return oneHot(argmax(mask === null ? q : add(q, mul(sub(mask, 1), 1e8))), layout.groups[g]!.size)
  })
  const taken = takenQ(experience.sight('now', online, 'advantage'))
  // y = r + gamma (1 - d) V(s'),  delta = y - Q(s, a),  L = E[ w huber(delta) ]          (1509.06461, Eq. 4; Mnih 2015)
  const none = update.graph.constant(0, [experience.rows])
  let [loss, error]: [Value, Value] = [none, none]
  gammas.forEach((_, k) => {
    const value = groupMean(next.map((perDiscount, g) => sum(mul(perDiscount[k]!, best[g]!), [1])))
    const delta = sub(stopGradient(experience.returns(k, value)), taken[k]!)
    loss = add(loss, huber(delta))
    error = add(error, delta)
  })
  const weight = update.input('weight', [experience.rows], (to) => to.set(replay.weights))
  const weighted = experience.mean(mul(loss, weight))
  update.report('loss/q', weighted)
  update.report('critic/q', experience.mean(addAll(taken)))
  update.descend(weighted, online)
  const errors = update.read(error)

  // beta rises linearly to 1 at the end of learning                                    (1511.05952, section 3.4)
  replay.beta = () => h.priority_beta + (1 - h.priority_beta) * Math.min(1, steps.value / settings.max_steps)

  function epsilon(): number {
    const { exploration_initial_eps: first, exploration_final_eps: last, exploration_steps: over } = h
    return first + (last - first) * Math.min(1, steps.value / over)
  }

  return {
    networks: { online, targets },
    copies: [[targets, online]],
    shape,
    spread: 0,
    explore(masks, actions, environments): void {
      const exploring = environments.filter(() => random.uniform() < epsilon())
      drawUniformly(context, masks, actions, exploring)
    },
    start() {
      const adam = new Adam(online, { learningRate: h.learning_rate })
      return {
        step(): void {
          adam.step({ maxNorm: MAX_GRADIENT_NORM })
          replay.learn(errors())
          if ((updates.value + 1) % h.target_update_interval === 0) polyak(targets, online, h.tau)
          metrics.add('policy/epsilon', epsilon())
        },
      }
    },
  }
}

/** delta^2 / 2 up to |delta| = 1 and straight beyond: the clipped error of Mnih et al. 2015; delta [B] -> [B]. */
function huber(delta: Value): Value {
  const size = abs(delta)
  const inside = minimum(size, 1)
  return mul(inside, sub(size, mul(inside, 0.5)))
}

export const dqn: AlgorithmDefinition = {
  name: 'dqn',
  title: 'Deep Q-learning',
  hyperparameters: dqnHyperparameters,
  metrics: dqnMetrics,
  actions: ['discrete'],
  buffer: 'grows',
  without: {
    cloning: {
      message: 'dqn has values and no policy that could clone',
      remedy: 'leave it out, and show demonstrations with hyperparameters.demonstration_share',
    },
    memory: { message: 'dqn has no form with memory', remedy: 'leave it out, or train with ppo or sac' },
  },
  create: makeDqn,
}

registerAlgorithm(dqn)

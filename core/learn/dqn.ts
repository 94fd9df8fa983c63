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
import { UserError } from '../errors.ts'
import {
  Adam,
  abs,
  add,
  allocateParameters,
  argmax,
  Graph,
  gradients,
  mean,
  minimum,
  mul,
  oneHot,
  Parameters,
  polyak,
  type SavedParameters,
  stopGradient,
  sub,
  sum,
  type Value,
} from '../tensor/index.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from './algorithm.ts'
import { dqnMetrics } from './dqn-metrics.ts'
import { Metrics } from './metrics.ts'
import { makeWindowBatch, sampleDemonstrationWindows, Windows } from './n-step.ts'
import { body, dense, perAction, perTaken } from './networks.ts'
import { seen } from './normalizer.ts'
import { Actor, type PolicyShape, policyBindings } from './policy.ts'
import { exportPolicy } from './policy-export.ts'
import { PrioritizedReplay } from './prioritized-replay.ts'
import { addRewardMetrics, weightedRewards, writeChoices } from './reward-signal.ts'
import { requireDemonstrations, setUp } from './setup.ts'
import { makeRewardSignals } from './signals.ts'
import { allRows, type StepBatch } from './transitions.ts'
import { drawUniformly } from './uniform-play.ts'

export const dqnHyperparameters = z.strictObject({
  batch_size: z.int().min(1).default(128).describe('Transitions per gradient update'),
  buffer_size: z.int().min(1).default(50_000).describe('Transitions that are remembered'),
  buffer_init_steps: z
    .int()
    .min(0)
    .default(1_000)
    .describe('Environment steps of random play before learning; ML-Agents has 0'),
  learning_rate: z.number().positive().default(3e-4).describe('Step size of the network'),
  learning_rate_schedule: z
    .literal('constant')
    .default('constant')
    .describe('Only constant, as for ML-Agents’ off-policy learners'),
  steps_per_update: z.number().positive().default(1).describe('Environment steps per gradient update'),
  exploration_schedule: z.literal('linear').default('linear').describe('Only linear, as in ML-Agents'),
  exploration_initial_eps: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('First share of random actions; ML-Agents has 0.1, the paper 1'),
  exploration_final_eps: z.number().min(0).max(1).default(0.05).describe('Last share of random actions'),
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
  double_q: z.boolean().default(true).describe('Ours: double Q-learning, against overestimated values'),
  dueling: z.boolean().default(false).describe('Ours: values and advantages by two streams'),
  n_step: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Ours: rewards summed before the value of the state that follows them is used'),
  prioritized_replay: z
    .boolean()
    .default(false)
    .describe('Ours: draw transitions more often the more they surprise'),
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
    .describe('Ours: first correction of the bias of the draw; it rises to 1 at max_steps'),
  demonstration_share: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Ours: share of each batch that are demonstration rows'),
  export_temperature: z
    .number()
    .positive()
    .default(0.05)
    .describe('Ours: the exported agent draws from softmax(Q / this) where it is asked to draw'),
})

/** Norm to which the whole gradient is clipped (Wang et al. 2016, section 4.2). */
const MAX_GRADIENT_NORM = 10

export async function makeDqn(context: LearnContext): Promise<Algorithm> {
  const { spec, numEnvs, settings, runtime, random, threads } = context
  const h = dqnHyperparameters.parse(settings.hyperparameters)
  const net = settings.network_settings
  const setup = setUp(context, { continuousKind: 'squashed', logitBound: 0 })
  const { layout, O, C, normalizer, replayShape } = setup
  if (C > 0) {
    throw new UserError(`DQN chooses among discrete actions, and ${spec.id} has continuous ones`, {
      remedy: 'use sac or ppo',
    })
  }
  const B = h.batch_size
  const windows = new Windows(B, h.n_step)
  const demoRows = Math.round(h.demonstration_share * B)
  const demonstrations = demoRows === 0 ? null : requireDemonstrations(context, 'demonstration_share above 0')

  const metrics = new Metrics()
  const signals = makeRewardSignals(context, layout, replayShape, B)
  const gammas = [...new Set(signals.map((signal) => signal.gamma))]
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
  function takenQ(graph: Graph, x: Value, choices: readonly Value[]): Value[] {
    const perGroup = h.dueling
      ? qValues(graph, online, x).map((perDiscount, g) =>
          perDiscount.map((q) => sum(mul(q, choices[g]!), [1])),
        )
      : perTaken({ graph, parameters: online }, 'advantage', x, choices, spec, layout, net, heads)
    return gammas.map((_, k) => groupMean(perGroup.map((perDiscount) => perDiscount[k]!)))
  }

  const shape: PolicyShape = {
    ...setup.shape,
    logits: (graph, parameters, x) =>
      qValues(graph, parameters, x).map((perDiscount) => mul(total(perDiscount), 1 / h.export_temperature)),
  }

  /** One whole update as one graph: outputs are gradients, the loss and the errors that become priorities. */
  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const N = windows.rows
    const observation = graph.input('observation', [N, O])
    const nextObservation = graph.input('next-observation', [N, O])
    const reward = graph.input('reward', [N])
    const terminated = graph.input('terminated', [N]) // d
    const choices = layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [N]), group.size))
    const transition = { observation, choices, continuous: null, reward, nextObservation, terminated }
    const means: Record<string, Value> = {}
    const rewards = weightedRewards(graph, signals, gammas, transition, means)
    const [x, xNext] = seen(normalizer, graph, windows.first(observation), windows.last(nextObservation))

    // a* = argmax_a Q(s', a),  V(s') = Q'(s', a*)                                                (1509.06461, Eq. 4)
    const next = qValues(graph, targets, xNext)
    const chooser = h.double_q ? qValues(graph, online, xNext) : next
    const best = chooser.map((perDiscount, g) => {
      const q = total(perDiscount)
      const { size } = layout.groups[g]!
      const allowed = layout.masked ? add(q, mul(sub(graph.input(`next-mask${g}`, [B, size]), 1), 1e8)) : q
      return oneHot(argmax(allowed), size)
    })
    const taken = takenQ(
      graph,
      x,
      choices.map((choice) => windows.first(choice)),
    )
    // y = r + gamma (1 - d) V(s'),  delta = y - Q(s, a),  L = E[ w huber(delta) ]          (1509.06461, Eq. 4; Mnih 2015)
    const going = windows.last(sub(1, terminated))
    let loss: Value = graph.constant(0, [B])
    let error: Value = graph.constant(0, [B])
    gammas.forEach((gamma, k) => {
      const value = groupMean(next.map((perDiscount, g) => sum(mul(perDiscount[k]!, best[g]!), [1])))
      const y = stopGradient(windows.return(graph, k, gamma, rewards[k]!, mul(going, value)))
      const delta = sub(y, taken[k]!)
      loss = add(loss, huber(delta))
      error = add(error, delta)
    })
    const outputs: Record<string, Value> = {
      ...means,
      loss: mean(mul(loss, graph.input('weight', [B]))),
      error,
      'q-mean': mean(total(taken)),
      'reward-mean': mean(total(rewards)),
    }
    gradients(outputs.loss!, online.of(graph)).forEach((gradient, i) => {
      outputs[online.gradientName(online.names[i]!)] = gradient
    })
    return outputs
  }

  const outputs = buildUpdate()
  const learned = signals.map((signal) => signal.parameters).filter((parameters) => parameters !== null)
  allocateParameters([online, targets, ...learned], random)
  targets.copyFrom(online)
  const bind: Record<string, Float32Array> = {
    ...policyBindings(shape, online),
    ...targets.bindings(),
    ...online.gradientBindings(),
  }
  for (const signal of signals) Object.assign(bind, signal.bindings())
  const program = await runtime.compile({ outputs, bind, threads })
  for (const signal of signals) await signal.compile(runtime, threads)
  const actor = await Actor.compile(shape, online, runtime, numEnvs)
  const adam = new Adam(online, { learningRate: h.learning_rate })
  const alpha = h.prioritized_replay ? h.priority_alpha : 0
  const replay = new PrioritizedReplay(h.buffer_size, numEnvs, replayShape, alpha)
  const batch = makeWindowBatch(B, h.n_step, replayShape)
  const ids = new Float64Array(B)
  const everybody = allRows(numEnvs)
  let steps = 0
  let updates = 0

  function epsilon(): number {
    const { exploration_initial_eps: first, exploration_final_eps: last, exploration_steps: over } = h
    return first + (last - first) * Math.min(1, steps / over)
  }

  /** beta rises linearly to 1 at the end of learning                                    (1511.05952, section 3.4) */
  function correction(): number {
    return h.priority_beta + (1 - h.priority_beta) * Math.min(1, steps / settings.max_steps)
  }

  async function updateOnce(): Promise<void> {
    const { inputs } = program
    const weights = inputs.weight!.fill(1)
    replay.sampleWindows(random, batch, demoRows, B - demoRows, correction(), ids, weights)
    if (demonstrations !== null) {
      sampleDemonstrationWindows(random, demonstrations, replayShape, batch, 0, demoRows)
    }
    inputs.observation!.set(batch.observations)
    inputs['next-observation']!.set(batch.nextObservations)
    inputs.reward?.set(batch.rewards)
    inputs.terminated!.set(batch.terminated)
    const maskWidth = replayShape.mask
    const last = windows.rows - B
    layout.groups.forEach((group, g) => {
      writeChoices(layout, g, batch.discrete, windows.rows, inputs[`choice${g}`]!)
      if (maskWidth === 0) return
      for (let i = 0; i < B; i++) {
        layout.jointMask(g, batch.nextMasks, (last + i) * maskWidth, inputs[`next-mask${g}`]!, i * group.size)
      }
    })
    windows.feed(inputs, gammas, batch.lengths)
    signals.forEach((signal, k) => {
      inputs[`strength${k}`]![0] = signal.strength(steps)
    })

    await program.run()
    adam.step({ maxNorm: MAX_GRADIENT_NORM })
    replay.update(ids, program.outputs.error!, demoRows, B - demoRows)
    updates++
    if (updates % h.target_update_interval === 0) polyak(targets, online, h.tau)
    metrics.add('loss/q', program.outputs.loss![0]!)
    metrics.add('critic/q', program.outputs['q-mean']![0]!)
    metrics.add('critic/reward', program.outputs['reward-mean']![0]!)
    addRewardMetrics(metrics, signals, program.outputs)
    metrics.add('policy/epsilon', epsilon())
    for (const signal of signals) {
      await signal.update(random, metrics, (rows, count) => replay.sample(random, rows, 0, count))
    }
  }

  return {
    metrics,
    prepare: async () => {},

    async act(observations, masks, actions, environments = null): Promise<void> {
      const waiting = environments ?? everybody
      if (steps < h.buffer_init_steps) return drawUniformly(context, masks, actions, waiting)
      await actor.act(observations, masks, actions, random, true, 1, environments)
      if (net.deterministic) return
      const exploring = waiting.filter(() => random.uniform() < epsilon())
      drawUniformly(context, masks, actions, exploring)
    },

    observe(step: StepBatch): void {
      const rows = step.environments ?? null
      normalizer?.update(step.nextObservations, rows)
      replay.add(step)
      steps += rows?.length ?? numEnvs
    },

    drop: (environment) => replay.drop(environment),

    async update(): Promise<number> {
      const due = Math.floor((steps - h.buffer_init_steps) / h.steps_per_update)
      let made = 0
      for (; updates < due; made++) await updateOnce()
      return made
    },

    save: () => ({
      online: online.save(),
      targets: targets.save(),
      normalizer: normalizer?.save() ?? null,
      signals: signals.map((signal) => signal.save()),
      metrics: metrics.save(),
      replay: replay.save(),
      steps,
      updates,
    }),

    load(state): void {
      const saved = state as {
        online: SavedParameters
        targets: SavedParameters
        normalizer: unknown
        signals: unknown[]
        metrics: ReturnType<Metrics['save']>
        replay: unknown
        steps: number
        updates: number
      }
      online.load(saved.online)
      targets.load(saved.targets)
      normalizer?.load(saved.normalizer)
      signals.forEach((signal, k) => {
        signal.load(saved.signals[k])
      })
      metrics.load(saved.metrics)
      replay.load(saved.replay)
      steps = saved.steps
      updates = saved.updates
    },

    exportPolicy: () => exportPolicy(shape, online),

    async release(): Promise<void> {
      await Promise.all([program.release(), actor.release(), ...signals.map((signal) => signal.release())])
    },
  }
}

/** delta^2 / 2 up to |delta| = 1 and straight beyond: the clipped error of Mnih et al. 2015; delta [B] -> [B]. */
function huber(delta: Value): Value {
  const size = abs(delta)
  const inside = minimum(size, 1)
  return mul(inside, sub(size, mul(inside, 0.5)))
}

function total(values: readonly Value[]): Value {
  return values.reduce((all, value) => add(all, value))
}

function groupMean(values: readonly Value[]): Value {
  return values.length === 1 ? values[0]! : mul(total(values), 1 / values.length)
}

export const dqn: AlgorithmDefinition = {
  name: 'dqn',
  title: 'Deep Q-learning',
  hyperparameters: dqnHyperparameters,
  metrics: dqnMetrics,
  buffer: 'grows',
  actions: ['discrete'],
  without: {
    cloning: {
      message: 'dqn has values and no policy that could clone',
      remedy: 'leave it out, and show demonstrations with hyperparameters.demonstration_share',
    },
  },
  create: makeDqn,
}

registerAlgorithm(dqn)

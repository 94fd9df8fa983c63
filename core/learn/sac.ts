/**
 * Soft actor-critic, the version with two critics and a learned temperature (Haarnoja et al. 2018b, arXiv:1812.05905,
 * Algorithm 1), for continuous actions and, with exact expectations over actions, for discrete ones (Christodoulou 2019,
 * arXiv:1910.07207).
 *
 * Differs from the paper:
 * - All gradients of one update come from one graph, so the policy's gradient uses the critics from before their step.
 * - Discrete: the critic's target has no entropy term unless `entropy_in_target`; coupling the two is what makes discrete
 *   SAC fragile ("Dissecting Discrete SAC" 2025, arXiv:2509.09838). The policy keeps its entropy term.
 * - Discrete: the target entropy is a share of ln|A| that may fall over time, and logits may be bounded, b tanh(l / b);
 *   in a prototype on bubble/25 the entropy collapsed with neither; which of the two cured it was not separated.
 * - One Q head per distinct discount of the reward signals; the policy climbs their sum. (ML-Agents: one per signal.)
 * - Critics have layer normalisation by default (RLPD, Ball et al. 2023, arXiv:2302.02948).
 * - A share of each batch may be demonstrations (RLPD), with rewards by the newest discriminator like all others.
 * - n-step returns with `n_step` above 1, see n-step.ts; the entropy counts only in the state that is bootstrapped from.
 */
import { z } from 'zod'
import { UserError } from '../errors.ts'
import {
  Adam,
  add,
  allocateParameters,
  Graph,
  gradients,
  mean,
  minimum,
  mul,
  neg,
  oneHot,
  Parameters,
  reshape,
  square,
  stopGradient,
  sub,
  type Value,
} from '../tensor/index.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from './algorithm.ts'
import { makeCloning } from './cloning.ts'
import { categoricalEntropy, maskedLogSoftmax, squashedGaussian } from './distributions.ts'
import { Metrics } from './metrics.ts'
import { makeWindowBatch, sampleDemonstrationWindows, Windows } from './n-step.ts'
import { body, dense, perAction, perTaken } from './networks.ts'
import { seen } from './normalizer.ts'
import { Actor, buildPolicy, policyBindings } from './policy.ts'
import { exportPolicy } from './policy-export.ts'
import { makeRecurrentSac } from './recurrent-sac.ts'
import { ReplayBuffer } from './replay-buffer.ts'
import { addRewardMetrics, weightedRewards, writeChoices } from './reward-signal.ts'
import { sacMetrics } from './sac-metrics.ts'
import { requireDemonstrations, setUp } from './setup.ts'
import { makeRewardSignals } from './signals.ts'
import { expectedSoftValue, groupMean, sacSchedule } from './soft-values.ts'
import { Temperature } from './temperature.ts'
import { allRows, type StepBatch } from './transitions.ts'
import { drawUniformly } from './uniform-play.ts'

export const sacHyperparameters = z.strictObject({
  batch_size: z.int().min(1).default(128).describe('Transitions per gradient update'),
  buffer_size: z.int().min(1).default(50_000).describe('Transitions that are remembered'),
  buffer_init_steps: z
    .int()
    .min(0)
    .default(1_000)
    .describe(
      'Environment steps of random play before learning, of a pretrained policy if there is one; ML-Agents has 0 and lets the policy play',
    ),
  learning_rate: z.number().positive().default(3e-4).describe('Step size of policy and critics'),
  learning_rate_schedule: z
    .enum(['linear', 'constant'])
    .default('constant')
    .describe('linear: the step sizes of policy and critics fall to nearly 0 at max_steps'),
  tau: z.number().positive().max(1).default(0.005).describe('How fast the target critics follow'),
  steps_per_update: z.number().positive().default(1).describe('Environment steps per gradient update'),
  init_entcoef: z.number().positive().default(1).describe('First temperature'),
  entcoef_learning_rate: z.number().positive().default(3e-4).describe('Ours: step size of the temperature'),
  target_entropy_start: z
    .number()
    .optional()
    .describe(
      'Ours: first target entropy as a share of ln|A| (continuous: of -|A|); as target_entropy_end when absent',
    ),
  target_entropy_end: z
    .number()
    .optional()
    .describe(
      "Ours: the share after the annealing; absent: ML-Agents' 0.2 for discrete and 1 for continuous actions",
    ),
  target_entropy_anneal_steps: z.int().min(0).default(0).describe('Ours: environment steps of the annealing'),
  entropy_in_target: z
    .boolean()
    .default(false)
    .describe("Ours: entropy in the critics' target (the paper: yes)"),
  logit_bound: z
    .number()
    .min(0)
    .default(6)
    .describe('Ours: discrete logits are b tanh(l / b); 0 leaves them alone'),
  n_step: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Ours: rewards summed before the value of the state that follows them is used'),
  demonstration_share: z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .describe('Ours: share of each batch that are demonstration rows'),
  policy_init_updates: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'Ours: updates of the critics alone, before the policy moves; for a policy that was pretrained',
    ),
  acting_temperature: z
    .number()
    .min(0)
    .default(1)
    .describe(
      'Ours: discrete actions are drawn from pi^(1/T), continuous ones with T times their spread; below 1 the agent plays more surely than it learns, with 0 it always does what is likeliest',
    ),
})

export type SacHyperparameters = z.infer<typeof sacHyperparameters>

export async function makeSac(context: LearnContext): Promise<Algorithm> {
  const { spec, numEnvs, settings, runtime, random, threads } = context
  const h: SacHyperparameters = sacHyperparameters.parse(settings.hyperparameters)
  const acting = { continuousKind: 'squashed', logitBound: h.logit_bound } as const
  const { layout, O, C, normalizer, shape, replayShape, policy } = setUp(context, acting)
  const B = h.batch_size
  const windows = new Windows(B, h.n_step)
  const discrete = layout.groups.length > 0
  if (discrete && C > 0) {
    throw new UserError(`SAC here takes discrete or continuous actions, and ${spec.id} has both`, {
      remedy: 'use ppo',
    })
  }
  const cloning = makeCloning(context, shape, replayShape, policy)
  const demoRows = Math.round(h.demonstration_share * B)
  const demonstrations = demoRows === 0 ? null : requireDemonstrations(context, 'demonstration_share above 0')

  const metrics = new Metrics()
  const signals = makeRewardSignals(context, layout, replayShape, B)
  const gammas = [...new Set(signals.map((signal) => signal.gamma))]
  const critics = new Parameters('critic')
  const targets = new Parameters('target')

  const heads = { outputGain: 1, norm: settings.network_settings.layer_norm, heads: gammas.length }

  /** Q_i(s, .) per group and discount, [B, size]; `which` is 1 or 2. */
  function discreteQ(graph: Graph, parameters: Parameters, which: number, x: Value): Value[][] {
    return perAction({ graph, parameters }, `q${which}`, x, spec, layout, settings.network_settings, heads)
  }

  /** Q_i(s, a) per group and discount, [B]. */
  function takenQ(graph: Graph, which: number, x: Value, choices: readonly Value[]): Value[][] {
    const scope = { graph, parameters: critics }
    return perTaken(scope, `q${which}`, x, choices, spec, layout, settings.network_settings, heads)
  }

  /** Q_i(s, a) per discount, [B]. */
  function continuousQ(
    graph: Graph,
    parameters: Parameters,
    which: number,
    x: Value,
    action: Value,
  ): Value[] {
    const scope = { graph, parameters }
    const net = settings.network_settings
    const hidden = body(scope, `q${which}`, x, spec, net, net.layer_norm, [action])
    return gammas.map((_, k) => reshape(dense(scope, `q${which}/out-${k}`, hidden, 1, 1), [B]))
  }

  /** One whole update as one graph: outputs are gradients, losses and what the temperature needs. */
  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const N = windows.rows // every step of every window; B when n_step is 1
    const observation = graph.input('observation', [N, O])
    const nextObservation = graph.input('next-observation', [N, O])
    const reward = graph.input('reward', [N])
    const terminated = graph.input('terminated', [N]) // d
    const going = sub(1, terminated)
    const choices = layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [N]), group.size))
    const continuous = C === 0 ? null : graph.input('continuous', [N, C])
    const alphas = Array.from({ length: discrete ? layout.groups.length : 1 }, (_, g) =>
      graph.input(`alpha${g}`, []),
    )
    const mask = (g: number, name: string) =>
      layout.masked ? graph.input(`${name}${g}`, [B, layout.groups[g]!.size]) : null
    const [x, xNext] = seen(normalizer, graph, windows.first(observation), windows.last(nextObservation))

    const transition = { observation, choices, continuous, reward, nextObservation, terminated }
    const outputs: Record<string, Value> = {}
    const rewards = weightedRewards(graph, signals, gammas, transition, outputs)

    let nextValues: Value[]
    let taken: Value[][] // [critic][discount], [B]
    let policyLoss: Value
    if (discrete) {
      // V(s') = sum_a pi(a|s') (min_i Q'_i(s', a) - alpha log pi(a|s')),  mean over groups       (1910.07207, Eq. 10)
      const nextLogP = buildPolicy(shape, graph, policy, xNext).logits.map((logits, g) =>
        stopGradient(maskedLogSoftmax(logits, mask(g, 'next-mask'))),
      )
      const [q1Next, q2Next] = [discreteQ(graph, targets, 1, xNext), discreteQ(graph, targets, 2, xNext)]
      nextValues = gammas.map((_, k) =>
        groupMean(
          layout.groups.map((_, g) => {
            const alpha = h.entropy_in_target && k === 0 ? alphas[g]! : null
            return expectedSoftValue(minimum(q1Next[g]![k]!, q2Next[g]![k]!), nextLogP[g]!, alpha)
          }),
        ),
      )
      const first = choices.map((choice) => windows.first(choice))
      const q = [discreteQ(graph, critics, 1, x), discreteQ(graph, critics, 2, x)]
      taken = [1, 2].map((which) => {
        const perGroup = takenQ(graph, which, x, first)
        return gammas.map((_, k) => groupMean(perGroup.map((ofGroup) => ofGroup[k]!)))
      })
      // J_pi = E_s[ sum_a pi(a|s) (alpha log pi(a|s) - min_i Q_i(s, a)) ]                        (1910.07207, Eq. 12)
      const logP = buildPolicy(shape, graph, policy, x).logits.map((logits, g) =>
        maskedLogSoftmax(logits, mask(g, 'mask')),
      )
      policyLoss = groupMean(
        logP.map((logPi, g) => {
          const value = gammas
            .map((_, k) => minimum(q[0]![g]![k]!, q[1]![g]![k]!))
            .reduce((all, part) => add(all, part))
          return neg(mean(expectedSoftValue(stopGradient(value), logPi, alphas[g]!)))
        }),
      )
      logP.forEach((logPi, g) => {
        outputs[`entropy${g}`] = mean(categoricalEntropy(logPi))
      })
    } else {
      const next = buildPolicy(shape, graph, policy, xNext)
      const drawnNext = squashedGaussian(next.mean!, next.logStd!, graph.input('next-noise', [B, C]))
      const nextAction = stopGradient(drawnNext.action)
      const q1Next = continuousQ(graph, targets, 1, xNext, nextAction)
      const q2Next = continuousQ(graph, targets, 2, xNext, nextAction)
      // V(s') = min_i Q'_i(s', a') - alpha log pi(a'|s'),  a' ~ pi                                          (Eq. 3, 5)
      nextValues = gammas.map((_, k) => {
        const q = minimum(q1Next[k]!, q2Next[k]!)
        return k === 0 ? sub(q, mul(stopGradient(drawnNext.logPi), alphas[0]!)) : q
      })
      taken = [1, 2].map((which) => continuousQ(graph, critics, which, x, windows.first(continuous!)))
      // J_pi = E_s[ alpha log pi(a|s) - min_i Q_i(s, a) ],  a = f(noise; s)                                    (Eq. 7)
      const now = buildPolicy(shape, graph, policy, x)
      const { action, logPi } = squashedGaussian(now.mean!, now.logStd!, graph.input('noise', [B, C]))
      const q1 = continuousQ(graph, critics, 1, x, action)
      const q2 = continuousQ(graph, critics, 2, x, action)
      const value = gammas.map((_, k) => minimum(q1[k]!, q2[k]!)).reduce((all, part) => add(all, part))
      policyLoss = mean(sub(mul(logPi, alphas[0]!), value))
      outputs.entropy0 = mul(mean(logPi), -1)
    }

    // y = r + gamma (1 - d) V(s'),   J_Q = E[ (Q_i(s, a) - y)^2 / 2 ], i = 1, 2                              (Eq. 5)
    let criticLoss: Value = graph.constant(0)
    gammas.forEach((gamma, k) => {
      const next = mul(windows.last(going), nextValues[k]!)
      const y = stopGradient(windows.return(graph, k, gamma, rewards[k]!, next))
      for (const q of taken) criticLoss = add(criticLoss, mul(mean(square(sub(q[k]!, y))), 0.5))
    })

    outputs['critic-loss'] = criticLoss
    outputs['policy-loss'] = policyLoss
    if (cloning !== null) policyLoss = add(policyLoss, (outputs['cloning-loss'] = cloning.addTo(graph)))
    outputs['q-mean'] = mean(taken[0]!.reduce((all, part) => add(all, part)))
    outputs['reward-mean'] = mean(rewards.reduce((all, part) => add(all, part)))
    for (const [parameters, loss] of [
      [critics, criticLoss],
      [policy, policyLoss],
    ] as const) {
      gradients(loss, parameters.of(graph)).forEach((gradient, i) => {
        outputs[parameters.gradientName(parameters.names[i]!)] = gradient
      })
    }
    return outputs
  }

  const outputs = buildUpdate()
  const learned = signals.map((signal) => signal.parameters).filter((parameters) => parameters !== null)
  allocateParameters([policy, critics, targets, ...learned], random)
  targets.copyFrom(critics)
  const bind: Record<string, Float32Array> = {
    ...policyBindings(shape, policy),
    ...critics.bindings(),
    ...targets.bindings(),
    ...policy.gradientBindings(),
    ...critics.gradientBindings(),
  }
  for (const signal of signals) Object.assign(bind, signal.bindings())
  const program = await runtime.compile({ outputs, bind, threads })
  for (const signal of signals) await signal.compile(runtime, threads)
  const actor = await Actor.compile(shape, policy, runtime, numEnvs)
  const policyAdam = new Adam(policy, { learningRate: h.learning_rate })
  const criticAdam = new Adam(critics, { learningRate: h.learning_rate })
  const temperatures = (discrete ? layout.groups.map((group) => Math.log(group.size)) : [-C]).map(
    (scale) => new Temperature(h.init_entcoef, h.entcoef_learning_rate, scale),
  )
  const replay = new ReplayBuffer(h.buffer_size, numEnvs, replayShape)
  const batch = makeWindowBatch(B, h.n_step, replayShape)
  const schedule = sacSchedule(h, discrete, settings.max_steps)
  let steps = 0
  let updates = 0

  async function updateOnce(): Promise<void> {
    replay.sampleWindows(random, batch, demoRows, B - demoRows)
    if (demonstrations !== null) {
      sampleDemonstrationWindows(random, demonstrations, replayShape, batch, 0, demoRows)
    }
    const { inputs } = program
    inputs.observation!.set(batch.observations)
    inputs['next-observation']!.set(batch.nextObservations)
    inputs.reward?.set(batch.rewards)
    inputs.terminated!.set(batch.terminated)
    inputs.continuous?.set(batch.continuous)
    const maskWidth = replayShape.mask
    layout.groups.forEach((group, g) => {
      writeChoices(layout, g, batch.discrete, windows.rows, inputs[`choice${g}`]!)
      if (maskWidth === 0) return
      const last = windows.rows - B
      for (let i = 0; i < B; i++) {
        layout.jointMask(g, batch.masks, i * maskWidth, inputs[`mask${g}`]!, i * group.size)
        layout.jointMask(g, batch.nextMasks, (last + i) * maskWidth, inputs[`next-mask${g}`]!, i * group.size)
      }
    })
    windows.feed(inputs, gammas, batch.lengths)
    for (const name of ['noise', 'next-noise']) {
      const noise = inputs[name]
      if (noise !== undefined) for (let i = 0; i < noise.length; i++) noise[i] = random.normal()
    }
    temperatures.forEach((temperature, g) => {
      const alpha = inputs[`alpha${g}`]
      if (alpha !== undefined) alpha[0] = temperature.alpha
    })
    signals.forEach((signal, k) => {
      inputs[`strength${k}`]![0] = signal.strength(steps)
    })

    cloning?.feed(inputs, random, steps)

    await program.run()
    criticAdam.learningRate = schedule.learningRate(steps)
    policyAdam.learningRate = criticAdam.learningRate
    criticAdam.step({ follow: { target: targets, tau: h.tau } })
    const moves = updates >= h.policy_init_updates
    if (moves) policyAdam.step()
    temperatures.forEach((temperature, g) => {
      const entropy = program.outputs[`entropy${g}`]![0]!
      if (moves) temperature.step(entropy, schedule.targetEntropyShare(steps) * temperature.scale)
      metrics.add('policy/entropy', entropy)
      metrics.add('policy/temperature', temperature.alpha)
      metrics.add('policy/target_entropy', schedule.targetEntropyShare(steps) * temperature.scale)
    })
    metrics.add('loss/critic', program.outputs['critic-loss']![0]!)
    metrics.add('loss/policy', program.outputs['policy-loss']![0]!)
    if (cloning !== null) metrics.add('cloning/loss', program.outputs['cloning-loss']![0]!)
    metrics.add('critic/q', program.outputs['q-mean']![0]!)
    metrics.add('critic/reward', program.outputs['reward-mean']![0]!)
    addRewardMetrics(metrics, signals, program.outputs)
    for (const signal of signals) {
      await signal.update(random, metrics, (rows, count) => replay.sample(random, rows, 0, count))
    }
    updates++
  }

  return {
    metrics,
    prepare: async () => cloning?.pretrain(context, metrics),

    async act(observations, masks, actions, environments = null): Promise<void> {
      if (steps >= h.buffer_init_steps || cloning?.pretrains) {
        const { deterministic } = settings.network_settings
        const { acting_temperature: temperature } = h
        await actor.act(observations, masks, actions, random, deterministic, temperature, environments)
      } else {
        drawUniformly(context, masks, actions, environments ?? allRows(numEnvs))
      }
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
      policy: policy.save(),
      critics: critics.save(),
      targets: targets.save(),
      temperatures: temperatures.map((temperature) => temperature.save()),
      normalizer: normalizer?.save() ?? null,
      signals: signals.map((signal) => signal.save()),
      metrics: metrics.save(),
      replay: replay.save(),
      steps,
      updates,
    }),

    load(state): void {
      const saved = state as ReturnType<Algorithm['save']> & {
        policy: ReturnType<Parameters['save']>
        critics: ReturnType<Parameters['save']>
        targets: ReturnType<Parameters['save']>
        temperatures: ReturnType<Temperature['save']>[]
        normalizer: unknown
        signals: unknown[]
        metrics: ReturnType<Metrics['save']>
        replay: unknown
        steps: number
        updates: number
      }
      policy.load(saved.policy)
      critics.load(saved.critics)
      targets.load(saved.targets)
      temperatures.forEach((temperature, g) => {
        temperature.load(saved.temperatures[g]!)
      })
      normalizer?.load(saved.normalizer)
      signals.forEach((signal, k) => {
        signal.load(saved.signals[k])
      })
      metrics.load(saved.metrics)
      replay.load(saved.replay)
      steps = saved.steps
      updates = saved.updates
    },

    exportPolicy: () => exportPolicy(shape, policy),

    async release(): Promise<void> {
      await Promise.all([program.release(), actor.release(), ...signals.map((signal) => signal.release())])
    },
  }
}

export const sac: AlgorithmDefinition = {
  name: 'sac',
  title: 'Soft actor-critic',
  hyperparameters: sacHyperparameters,
  metrics: sacMetrics,
  buffer: 'grows',
  create: (context) => {
    if (context.settings.network_settings.memory == null) return makeSac(context)
    return makeRecurrentSac(context, sacHyperparameters.parse(context.settings.hyperparameters))
  },
}

registerAlgorithm(sac)

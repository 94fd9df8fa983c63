/**
 * Generative adversarial imitation learning (Ho and Ermon 2016, arXiv:1606.03476) as a reward signal.
 *
 * A discriminator D tells demonstrations from the agent; the agent is rewarded for what D takes for a demonstration.
 *
 * 1. The paper's Algorithm 1 ascends  E_agent[log D] + E_demo[log(1 - D)]  (Eq. 17): there D is the probability of *agent*.
 * 2. Here, as in most code, D = sigmoid(h) is the probability of *demonstration*, so the loss to descend is
 *    E_agent[-log(1 - D)] + E_demo[-log D] = E_agent[softplus(h)] + E_demo[softplus(-h)].
 * 3. The policy step (Eq. 18) descends the cost log D_paper = log(1 - D), that is, it is rewarded with
 *    -log(1 - D) = softplus(h)                              `gail`: never negative, rewards staying alive
 *    Two other forms share the discriminator:
 *    log D - log(1 - D) = h                                 `airl` (Fu et al. 2018): both signs, least bias per step
 *    log D = -softplus(-h)                                  `logd`: never positive, rewards ending soon
 * 4. h is clipped to +-reward_clip before it becomes a reward.
 *
 * The gradient penalty is the mean of |dh/dx|^2 over x between agent and demonstration: centred at 0 (Mescheder et al. 2018,
 * arXiv:1801.04406, for rows of one side), on interpolates (Gulrajani et al. 2017, arXiv:1704.00028, who centre it at 1). Its
 * weight is small: 10, ML-Agents' for a penalty on slopes other than 1, left a logit that says nothing (docs/decisions/0011).
 *
 * With `absorbing_states` (Kostrikov et al. 2018, DAC, arXiv:1809.02925) an episode that truly ended goes on in an
 * absorbing state for ever. That state has no features, so D there is one learned number h_abs, and its self-loop has
 * the closed value r(h_abs) / (1 - gamma), which learners add at a true end.
 *
 * As Arulkumaran and Lillrank 2023 (arXiv:2108.01867) tuned both: `mixup` (Zhang et al. 2018, arXiv:1710.09412) trains on those
 * interpolates with labels as mixed as they are, and `entropy_bonus` rewards the discriminator for doubt.
 *
 * With `use_vail` the discriminator sees through a variational bottleneck (discriminator.ts) whose multiplier beta follows
 * the KL by dual gradient ascent (Peng et al. 2018, arXiv:1810.00821).
 *
 * Differs from the paper: updates by minibatches with Adam, interleaved with those of the policy.
 * Differs from DAC: no absorbing rows in replay; the closed form replaces them.
 */
import { z } from 'zod'
import type { Random } from '../../random.ts'
import {
  Adam,
  add,
  clip,
  Graph,
  gradients,
  greater,
  less,
  mean,
  mul,
  neg,
  Parameters,
  type Program,
  type Runtime,
  reshape,
  sigmoid,
  slice,
  softplus,
  square,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { zeros } from '../../tensor/initializers.ts'
import type { Metrics } from '../metrics.ts'
import { Normalizer, seen } from '../networks/normalizer.ts'
import { makeSampledBatch } from '../off-policy/replay-buffer.ts'
import { networkSettings } from '../settings.ts'
import { requireDemonstrations } from '../setup.ts'
import { BOTTLENECK, Discriminator, type Evidence } from './discriminator.ts'
import { gailMetrics } from './gail-metrics.ts'
import { type RewardSignal, type SignalInputs, sampleDemonstrations } from './reward-signal.ts'
import { registerRewardSignal, type SignalContext } from './signals.ts'
import { feedTransitions, transitionInputs } from './transition-inputs.ts'

export const gailSettings = z.strictObject({
  strength: z
    .number()
    .min(0)
    .default(1)
    .describe("Factor on the discriminator's reward; below 0.1 beside an extrinsic reward"),
  gamma: z.number().min(0).max(1).default(0.99).describe('Discount of future rewards'),
  learning_rate: z.number().positive().default(3e-4).describe('Step size of the discriminator'),
  use_actions: z.boolean().default(false).describe('Show the discriminator actions as well as observations'),
  use_next_state: z
    .boolean()
    .default(false)
    .describe('Ours: show the discriminator the observation after the action as well'),
  use_vail: z
    .boolean()
    .default(false)
    .describe(
      'Let the discriminator see through a variational bottleneck, which weakens one that is too strong',
    ),
  demo_path: z
    .string()
    .optional()
    .describe('File or folder of demonstrations; the library is used when it is absent'),
  network_settings: networkSettings.prefault({}),
  reward_form: z
    .enum(['gail', 'airl', 'logd'])
    .default('gail')
    .describe(
      'Ours: softplus(h), h or -softplus(-h) of the logit h; gail rewards survival, logd rewards a quick end',
    ),
  reward_clip: z.number().positive().default(10).describe('Ours: bound on the logit that becomes the reward'),
  gradient_penalty: z
    .number()
    .min(0)
    .default(0.01)
    .describe(
      'Ours: weight of the gradient penalty, which pulls the slope of the logit to 0; ML-Agents fixes 10 and pulls it to 1',
    ),
  weight_decay: z.number().min(0).default(0).describe('Ours: decoupled weight decay of the discriminator'),
  entropy_bonus: z
    .number()
    .min(0)
    .default(0)
    .describe("Ours: weight of the discriminator's entropy, which keeps it from being sure"),
  mixup: z
    .boolean()
    .default(false)
    .describe('Ours: train on mixtures of an agent and a demonstration row; for few demonstrations'),
  absorbing_states: z
    .boolean()
    .default(false)
    .describe('Ours: tell the discriminator of ended episodes (DAC), which removes the survival bias'),
  updates_interval: z.int().min(1).default(1).describe('Ours: policy updates per discriminator update'),
  anneal_steps: z
    .int()
    .min(0)
    .default(0)
    .describe('Ours: environment steps over which the strength falls linearly to 0; 0 keeps it'),
})

/** I_c, what may pass the bottleneck, and the step of its multiplier; both as in ML-Agents, like the first beta of 0. */
const INFORMATION = 0.5
const BETA_STEP = 5e-4

type GailSettings = z.infer<typeof gailSettings>

/** @param context.batchSize  rows of the agent, and as many of demonstrations, per update */
export function gailSignal(context: SignalContext, settings: GailSettings): RewardSignal {
  const { spec, layout, shape, batchSize: B } = context
  const demonstrations = requireDemonstrations(context, 'the gail reward signal')
  const parameters = new Parameters('gail')
  // As in ML-Agents the statistics are those of the demonstrations alone; here they never move, so rewards do not either.
  const normalizer = settings.network_settings.normalize ? new Normalizer(spec, 'gail-normalizer') : null
  normalizer?.update(demonstrations.observations)

  const discriminator = new Discriminator(parameters, spec, layout, settings)

  function evidenceOf(graph: Graph, inputs: SignalInputs): Evidence {
    const [x, xNext] = seen(normalizer, graph, inputs.observation, inputs.nextObservation)
    return { x, xNext, choices: inputs.choices, continuous: inputs.continuous, mixed: false }
  }

  const absorbingLogit = (graph: Graph): Value => parameters.use(graph, 'absorbing', [1], zeros)

  function rewardOf(h: Value): Value {
    const bounded = clip(h, -settings.reward_clip, settings.reward_clip)
    if (settings.reward_form === 'airl') return bounded
    return settings.reward_form === 'gail' ? softplus(bounded) : neg(softplus(neg(bounded)))
  }

  const update = buildUpdate()
  let program: Program | null = null
  let adam: Adam | null = null
  let sinceUpdate = 0
  let beta = 0
  const agentRows = makeSampledBatch(B, shape)
  const demoRows = makeSampledBatch(B, shape)

  /** The discriminator step as one graph: loss, penalty and their gradients. */
  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const inputs = transitionInputs(graph, layout, shape, 2 * B) // agent rows, then demonstration rows
    const evidence = evidenceOf(graph, inputs)
    const noise = settings.use_vail ? graph.input('noise', [2 * B, BOTTLENECK]) : null
    const noisy = noise === null ? null : discriminator.noisyLogit(graph, evidence, noise)
    const h = noisy?.h ?? discriminator.logit(graph, evidence)
    const hAgent = slice(h, 0, 0, B)
    const hDemo = slice(h, 0, B, 2 * B)
    let loss = add(mean(softplus(hAgent)), mean(softplus(neg(hDemo)))) // Eq. 17, see 2 above
    const outputs: Record<string, Value> = {
      'accuracy-agent': mean(less(hAgent, 0)),
      'accuracy-demonstrations': mean(greater(hDemo, 0)),
      'logit-agent': mean(hAgent),
      'logit-demonstrations': mean(hDemo),
      loss,
    }
    const share = graph.input('mix', [B, 1]) // of the agent's row in the row between, uniform in [0, 1)
    const between = (rows: Value) =>
      add(mul(slice(rows, 0, 0, B), share), mul(slice(rows, 0, B, 2 * B), sub(1, share)))
    const mixed: Evidence = {
      x: between(evidence.x),
      xNext: between(evidence.xNext),
      choices: evidence.choices.map(between),
      continuous: evidence.continuous === null ? null : between(evidence.continuous),
      mixed: true,
    }
    if (settings.mixup) {
      // The same loss on rows between, whose label is as mixed as they are.
      const hMixed =
        noise === null
          ? discriminator.logit(graph, mixed)
          : discriminator.noisyLogit(graph, mixed, slice(noise, 0, 0, B)).h
      const ofAgent = reshape(share, [B])
      const softened = add(mul(softplus(hMixed), ofAgent), mul(softplus(neg(hMixed)), sub(1, ofAgent)))
      loss = mul(mean(softened), 2)
      outputs.loss = loss
    }
    if (settings.entropy_bonus > 0) {
      const entropy = mean(sub(softplus(h), mul(h, sigmoid(h)))) // H(D) of a coin that falls with D = sigmoid(h)
      outputs.entropy = entropy
      loss = sub(loss, mul(entropy, settings.entropy_bonus))
    }
    if (settings.absorbing_states) {
      const ended = inputs.terminated
      const hEnd = absorbingLogit(graph)
      loss = add(loss, mean(mul(slice(ended, 0, 0, B), softplus(hEnd))))
      loss = add(loss, mean(mul(slice(ended, 0, B, 2 * B), softplus(neg(hEnd)))))
    }
    if (settings.gradient_penalty > 0) {
      const slopes = gradients(sum(discriminator.logit(graph, mixed)), discriminator.shown(mixed))
      const penalty = slopes
        .map((slope) => mean(sum(square(slope), [1])))
        .reduce((all, part) => add(all, part))
      outputs.penalty = penalty
      loss = add(loss, mul(penalty, settings.gradient_penalty))
    }
    if (noisy !== null) {
      // + beta (E_agent[KL] + E_demo[KL] - I_c)                                              (VAIL, Section 4)
      const { divergence } = noisy
      const kl = add(mean(slice(divergence, 0, 0, B)), mean(slice(divergence, 0, B, 2 * B)))
      outputs.kl = kl
      loss = add(loss, mul(sub(kl, INFORMATION), graph.input('beta', [])))
    }
    const weights = parameters.of(graph)
    gradients(loss, weights).forEach((gradient, i) => {
      outputs[parameters.gradientName(parameters.names[i]!)] = gradient
    })
    return outputs
  }

  return {
    name: 'gail',
    gamma: settings.gamma,
    parameters,
    strength: (step) =>
      settings.anneal_steps === 0
        ? settings.strength
        : settings.strength * Math.max(0, 1 - step / settings.anneal_steps),

    reward: (graph: Graph, inputs: SignalInputs): Value =>
      rewardOf(discriminator.logit(graph, evidenceOf(graph, inputs))),

    absorbingReward: (graph) => (settings.absorbing_states ? rewardOf(absorbingLogit(graph)) : null),

    bindings: () => ({ ...parameters.bindings(), ...normalizer?.bindings() }),

    async compile(runtime: Runtime, threads: number): Promise<void> {
      adam = new Adam(parameters, {
        learningRate: settings.learning_rate,
        weightDecay: settings.weight_decay,
      })
      program = await runtime.compile({
        outputs: update,
        bind: { ...parameters.bindings(), ...parameters.gradientBindings(), ...normalizer?.bindings() },
        threads,
      })
    },

    async update(random: Random, metrics: Metrics, sampleAgent): Promise<void> {
      if (++sinceUpdate < settings.updates_interval) return
      sinceUpdate = 0
      const { inputs, outputs } = program!
      sampleAgent(agentRows, B)
      sampleDemonstrations(random, demonstrations, shape, demoRows, 0, B)
      feedTransitions(inputs, layout, shape, agentRows, B)
      feedTransitions(inputs, layout, shape, demoRows, B, B)
      const mix = inputs.mix
      if (mix !== undefined) for (let i = 0; i < B; i++) mix[i] = random.uniform()
      const { noise } = inputs
      if (noise !== undefined) for (let i = 0; i < noise.length; i++) noise[i] = random.normal()
      if (inputs.beta !== undefined) inputs.beta[0] = beta
      await program!.run()
      adam!.step()
      metrics.add('gail/loss', outputs.loss![0]!)
      metrics.add('gail/accuracy_agent', outputs['accuracy-agent']![0]!)
      metrics.add('gail/accuracy_demonstrations', outputs['accuracy-demonstrations']![0]!)
      metrics.add('gail/logit_agent', outputs['logit-agent']![0]!)
      metrics.add('gail/logit_demonstrations', outputs['logit-demonstrations']![0]!)
      if (outputs.penalty !== undefined) metrics.add('gail/gradient_penalty', outputs.penalty[0]!)
      if (outputs.entropy !== undefined) metrics.add('gail/entropy', outputs.entropy[0]!)
      if (outputs.kl !== undefined) {
        // beta <- max(0, beta + alpha (KL - I_c))                                            (VAIL, Section 4)
        beta = Math.max(0, beta + BETA_STEP * (outputs.kl[0]! - INFORMATION))
        metrics.add('gail/kl', outputs.kl[0]!)
        metrics.add('gail/beta', beta)
      }
    },

    save: () => ({ parameters: parameters.save(), sinceUpdate, beta }),
    load(saved: unknown): void {
      const state = saved as { parameters: ReturnType<Parameters['save']>; sinceUpdate: number; beta: number }
      parameters.load(state.parameters)
      sinceUpdate = state.sinceUpdate
      beta = state.beta
    },
    release: async () => program?.release(),
  }
}

registerRewardSignal({
  name: 'gail',
  title: 'GAIL',
  settings: gailSettings,
  metrics: gailMetrics,
  needsDemonstrations: true,
  create: gailSignal,
})

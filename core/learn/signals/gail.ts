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
import {
  add,
  addAll,
  clip,
  type Graph,
  gradients,
  greater,
  less,
  mean,
  mul,
  neg,
  Parameters,
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
import { LearnerState } from '../learner-state.ts'
import { Normalizer, seen } from '../networks/normalizer.ts'
import { makeSampledBatch } from '../off-policy/replay-buffer.ts'
import { networkSettings } from '../settings.ts'
import { requireDemonstrations } from '../setup.ts'
import { type Reading, Update } from '../update.ts'
import { BOTTLENECK, Discriminator, type Evidence } from './discriminator.ts'
import { gailMetrics } from './gail-metrics.ts'
import { learnedSignal } from './learned-signal.ts'
import { type RewardSignal, type SignalInputs, sampleDemonstrations } from './reward-signal.ts'
import { registerRewardSignal, type SignalContext } from './signals.ts'
import { transitionInputs } from './transition-inputs.ts'

export const gailSettings = z
  .strictObject({
    strength: z
      .number()
      .min(0)
      .default(1)
      .describe("Factor on the discriminator's reward; below 0.1 beside an extrinsic reward"),
    gamma: z.number().min(0).max(1).default(0.99).describe('Discount of future rewards'),
    learning_rate: z.number().positive().default(3e-4).describe('Step size of the discriminator'),
    use_actions: z
      .boolean()
      .default(false)
      .describe('Show the discriminator actions as well as observations'),
    use_next_state: z
      .boolean()
      .default(false)
      .describe('Ours: show the discriminator the observation after the action as well'),
    use_vail: z
      .boolean()
      .default(false)
      .describe(
        'Let the discriminator see through a variational bottleneck, which weakens one that is too strong',
      )
      .meta({ title: 'Use VAIL' }),
    demo_path: z
      .string()
      .optional()
      .describe('File or folder of demonstrations; the library is used when it is absent')
      .meta({ title: 'File of demonstrations' }),
    network_settings: networkSettings.prefault({}),
    reward_form: z
      .enum(['gail', 'airl', 'logd'])
      .default('gail')
      .describe(
        'Ours: softplus(h), h or -softplus(-h) of the logit h; gail rewards survival, logd rewards a quick end',
      ),
    reward_clip: z
      .number()
      .positive()
      .default(10)
      .describe('Ours: bound on the logit that becomes the reward'),
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
      .describe('Ours: environment steps over which the strength falls linearly to 0; 0 keeps it')
      .meta({ title: 'Steps of annealing' }),
  })
  .describe('Rewards what cannot be told from the demonstrations')

/** I_c, what may pass the bottleneck, and the step of its multiplier; both as in ML-Agents, like the first beta of 0. */
const INFORMATION = 0.5
const BETA_STEP = 5e-4

type GailSettings = z.infer<typeof gailSettings>

/** @param context.batchSize  rows of the agent, and as many of demonstrations, per update */
export function gailSignal(context: SignalContext, settings: GailSettings): RewardSignal {
  const { spec, layout, shape, batchSize: B, random } = context
  const demonstrations = requireDemonstrations(context, 'the gail reward signal')
  const parameters = new Parameters('gail')
  // As in ML-Agents the statistics are those of the demonstrations alone; here they never move, so rewards do not either.
  const normalizer = settings.network_settings.normalize ? new Normalizer(spec, 'gail-normalizer') : null
  normalizer?.update(demonstrations.observations)

  const state = new LearnerState()
  const sinceUpdate = state.counter('sinceUpdate')
  const beta = state.counter('beta')
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

  const agentRows = makeSampledBatch(B, shape)
  const demoRows = makeSampledBatch(B, shape)
  const update = new Update()
  const { graph } = update
  // Agent rows, then demonstration rows.
  const inputs = transitionInputs(update, layout, shape, agentRows, demoRows)
  /** Of the agent's row in the row between. */
  const share = update.input('mix', [B, 1], (to) => {
    for (let i = 0; i < to.length; i++) to[i] = random.uniform()
  })
  const draws = (to: Float32Array) => {
    for (let i = 0; i < to.length; i++) to[i] = random.normal()
  }
  const ofAgent = (rows: Value) => slice(rows, 0, 0, B)
  const ofDemo = (rows: Value) => slice(rows, 0, B, 2 * B)

  const between = (rows: Value) => add(mul(ofAgent(rows), share), mul(ofDemo(rows), sub(1, share)))
  const evidence = evidenceOf(graph, inputs)
  const mixed: Evidence = {
    x: between(evidence.x),
    xNext: between(evidence.xNext),
    choices: evidence.choices.map(between),
    continuous: evidence.continuous === null ? null : between(evidence.continuous),
    mixed: true,
  }

  const noise = settings.use_vail ? update.input('noise', [2 * B, BOTTLENECK], draws) : null
  const noisy = noise === null ? null : discriminator.noisyLogit(graph, evidence, noise)
  const h = noisy?.h ?? discriminator.logit(graph, evidence)
  let loss = settings.mixup ? lossBetween() : crossEntropy()
  update.report('gail/loss', loss)
  update.report('gail/accuracy_agent', mean(less(ofAgent(h), 0)))
  update.report('gail/accuracy_demonstrations', mean(greater(ofDemo(h), 0)))
  update.report('gail/logit_agent', mean(ofAgent(h)))
  update.report('gail/logit_demonstrations', mean(ofDemo(h)))

  /** E_agent[softplus(h)] + E_demo[softplus(-h)]                                                    (Eq. 17, see 2 above) */
  function crossEntropy(): Value {
    return add(mean(softplus(ofAgent(h))), mean(softplus(neg(ofDemo(h)))))
  }

  /** The same loss on rows between, whose label is as mixed as they are. */
  function lossBetween(): Value {
    const hMixed =
      noise === null
        ? discriminator.logit(graph, mixed)
        : discriminator.noisyLogit(graph, mixed, ofAgent(noise)).h
    const label = reshape(share, [B])
    const softened = add(mul(softplus(hMixed), label), mul(softplus(neg(hMixed)), sub(1, label)))
    return mul(mean(softened), 2)
  }

  if (settings.entropy_bonus > 0) {
    const entropy = mean(sub(softplus(h), mul(h, sigmoid(h)))) // H(D) of a coin that falls with D = sigmoid(h)
    update.report('gail/entropy', entropy)
    loss = sub(loss, mul(entropy, settings.entropy_bonus))
  }
  if (settings.absorbing_states) {
    const hEnd = absorbingLogit(graph)
    loss = add(loss, mean(mul(ofAgent(inputs.terminated), softplus(hEnd))))
    loss = add(loss, mean(mul(ofDemo(inputs.terminated), softplus(neg(hEnd)))))
  }
  if (settings.gradient_penalty > 0) {
    const slopes = gradients(sum(discriminator.logit(graph, mixed)), discriminator.shown(mixed))
    const penalty = addAll(slopes.map((slope) => mean(sum(square(slope), [1]))))
    update.report('gail/gradient_penalty', penalty)
    loss = add(loss, mul(penalty, settings.gradient_penalty))
  }
  let divergence: Reading | null = null
  if (noisy !== null) {
    // + beta (E_agent[KL] + E_demo[KL] - I_c)                                                        (VAIL, Section 4)
    const kl = add(mean(ofAgent(noisy.divergence)), mean(ofDemo(noisy.divergence)))
    divergence = update.read(kl)
    update.report('gail/kl', kl)
    loss = add(
      loss,
      mul(
        sub(kl, INFORMATION),
        update.scalar('beta', () => beta.value),
      ),
    )
  }
  update.descend(loss, parameters)

  return learnedSignal({
    name: 'gail',
    gamma: settings.gamma,
    strength: (step) =>
      settings.anneal_steps === 0
        ? settings.strength
        : settings.strength * Math.max(0, 1 - step / settings.anneal_steps),
    parameters,
    normalizer,
    optimizer: { learningRate: settings.learning_rate, weightDecay: settings.weight_decay },
    update,
    state,
    reward: (graph, inputs) => rewardOf(discriminator.logit(graph, evidenceOf(graph, inputs))),
    absorbingReward: (graph) => (settings.absorbing_states ? rewardOf(absorbingLogit(graph)) : null),

    draw(sampleAgent): boolean {
      if (++sinceUpdate.value < settings.updates_interval) return false
      sinceUpdate.value = 0
      sampleAgent(agentRows)
      sampleDemonstrations(random, demonstrations, shape, demoRows, 0, B)
      return true
    },

    learned(metrics): void {
      if (divergence === null) return
      // beta <- max(0, beta + alpha (KL - I_c))                                                      (VAIL, Section 4)
      beta.value = Math.max(0, beta.value + BETA_STEP * (divergence()[0]! - INFORMATION))
      metrics.add('gail/beta', beta.value)
    },
  })
}

registerRewardSignal({
  name: 'gail',
  title: 'GAIL',
  settings: gailSettings,
  metrics: gailMetrics,
  needsDemonstrations: true,
  create: gailSignal,
})

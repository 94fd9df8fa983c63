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
 * - Where an action has both parts, a = (d, c), the policy chooses them independently and critics are asked for every d beside
 *   the c that was drawn, as H-SAC has it (Delalleau et al. 2019, arXiv:1912.11077).
 * - With memory the same losses are taken over sequences (sequence-experience.ts). For continuous actions alone the critics remember
 *   observations, and the action joins behind the memory, so that Q(s, a) can be asked for another action than the one taken.
 */
import { z } from 'zod'
import {
  Adam,
  add,
  addAll,
  minimum,
  mul,
  neg,
  Parameters,
  square,
  stopGradient,
  sub,
  type Value,
} from '../../tensor/index.ts'
import { makeActingCopy } from '../acting-copy.ts'
import {
  type ActingContext,
  type ActingCopy,
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from '../algorithm.ts'
import { categoricalEntropy, maskedLogSoftmax, squashedGaussian } from '../networks/distributions.ts'
import { perAction, perTaken } from '../networks/networks.ts'
import { actionValue } from '../off-policy/action-value.ts'
import type { Sight, When } from '../off-policy/experience.ts'
import { offPolicyHyperparameters } from '../off-policy/hyperparameters.ts'
import { makeOffPolicy, type OffPolicyLearner, type OffPolicyParts } from '../off-policy/off-policy.ts'
import { sacMetrics } from './sac-metrics.ts'
import { expectedSoftValue, groupMean, sacSchedule } from './soft-values.ts'
import { Temperature } from './temperature.ts'

export const sacHyperparameters = z.strictObject({
  ...offPolicyHyperparameters,
  learning_rate: z.number().positive().default(3e-4).describe('Step size of policy and critics'),
  learning_rate_schedule: z
    .enum(['linear', 'constant'])
    .default('constant')
    .describe('Linear: the step sizes of policy and critics fall to nearly 0 by the last step'),
  tau: z.number().positive().max(1).default(0.005).describe('How fast the target critics follow'),
  init_entcoef: z
    .number()
    .positive()
    .default(1)
    .describe('First temperature')
    .meta({ title: 'First temperature' }),
  entcoef_learning_rate: z
    .number()
    .positive()
    .default(3e-4)
    .describe('Ours: step size of the temperature')
    .meta({ title: 'Learning rate of the temperature' }),
  target_entropy_start: z
    .number()
    .optional()
    .describe(
      'Ours: first target entropy as a share of ln|A| (continuous: of -|A|); as the last one when absent',
    )
    .meta({ title: 'First target entropy' }),
  target_entropy_end: z
    .number()
    .optional()
    .describe(
      "Ours: the share after the annealing; absent: ML-Agents' 0.2 for discrete and 1 for continuous actions",
    )
    .meta({ title: 'Last target entropy' }),
  target_entropy_anneal_steps: z
    .int()
    .min(0)
    .default(0)
    .describe('Ours: environment steps of the annealing')
    .meta({ title: 'Steps of annealing the target entropy' }),
  entropy_in_target: z
    .boolean()
    .default(false)
    .describe("Ours: entropy in the critics' target (the paper: yes)"),
  logit_bound: z
    .number()
    .min(0)
    .default(6)
    .describe('Ours: discrete logits are b tanh(l / b); 0 leaves them alone'),
  policy_init_updates: z
    .int()
    .min(0)
    .default(0)
    .describe('Ours: updates of the critics alone, before the policy moves; for a policy that was pretrained')
    .meta({ title: 'Updates before the policy moves' }),
  acting_temperature: z
    .number()
    .min(0)
    .default(1)
    .describe(
      'Ours: discrete actions are drawn from pi^(1/T), continuous ones with T times their spread; below 1 the agent plays more surely than it learns, with 0 it always does what is likeliest',
    ),
})

export type SacHyperparameters = z.infer<typeof sacHyperparameters>

export function makeSac(context: LearnContext): Promise<Algorithm> {
  const h = sacHyperparameters.parse(context.settings.hyperparameters)
  const options = { hyperparameters: h, acting: actingOf(h), recurrent: true, clones: true }
  return makeOffPolicy(context, options, (parts) => buildSac(parts, h))
}

function makeSacCopy(context: ActingContext): Promise<ActingCopy> {
  const h = sacHyperparameters.parse(context.settings.hyperparameters)
  return makeActingCopy(context, { acting: actingOf(h), spread: h.acting_temperature, tells: false })
}

function actingOf({ logit_bound: logitBound }: SacHyperparameters) {
  return { continuousKind: 'squashed', logitBound } as const
}

function buildSac(parts: OffPolicyParts, h: SacHyperparameters): OffPolicyLearner {
  const { context, setup, update, experience, gammas, cloning, state, metrics, steps, updates } = parts
  const { layout, C, policy } = setup
  const { spec, settings } = context
  const net = settings.network_settings
  const { graph } = update
  const critics = new Parameters('critic')
  const targets = new Parameters('target')
  const discrete = layout.groups.length > 0
  // One temperature per distribution that is drawn from: the groups of discrete branches, and the Gaussian.
  const scales = [...layout.groups.map((group) => Math.log(group.size)), ...(C > 0 ? [-C] : [])]
  const temperatures = state.keepAll(
    'temperatures',
    scales.map((scale) => new Temperature(h.init_entcoef, h.entcoef_learning_rate, scale)),
  )
  const alphas = temperatures.map((temperature, i) => update.scalar(`alpha${i}`, () => temperature.alpha))
  const alphaC = alphas.at(-1)!

  const eachDiscount = <T>(of: (k: number) => T): T[] => gammas.map((_, k) => of(k))
  const sights = (when: When, parameters: Parameters) =>
    [1, 2].map((which) => experience.sight(when, parameters, `q${which}`)) as [Sight, Sight]
  const headsOf = ({ past }: Sight, c: Value | null) => ({
    outputGain: 1,
    norm: net.layer_norm,
    heads: gammas.length,
    past,
    extra: c === null ? [] : [c],
  })

  /** Q_i(s, ., c) per group of discrete branches and discount, [N, size]. */
  function everyQ(parameters: Parameters, which: number, sight: Sight, c: Value | null): Value[][] {
    const scope = { graph, parameters }
    return perAction(scope, `q${which}`, sight.x, spec, layout, net, headsOf(sight, c))
  }

  const continuousQ = (parameters: Parameters, which: number, sight: Sight, c: Value) =>
    actionValue(parts, parameters, `q${which}`, sight, c)

  /** Q_i(s, a) of the actions taken, per discount, [N]. */
  function takenQ(which: number, sight: Sight): Value[] {
    const { choices, continuous: c } = experience
    if (!discrete) return continuousQ(critics, which, sight, c!)
    const scope = { graph, parameters: critics }
    const perGroup = perTaken(scope, `q${which}`, sight.x, choices, spec, layout, net, headsOf(sight, c))
    return eachDiscount((k) => groupMean(perGroup.map((ofGroup) => ofGroup[k]!)))
  }

  const [noise, nextNoise] = C === 0 ? [] : [experience.noise('noise'), experience.noise('next-noise')]
  const drawn = (when: When, epsilon: Value | undefined) => {
    const { logits, mean, logStd } = experience.policy(when, policy)
    return {
      logP: logits.map((l, g) => maskedLogSoftmax(l, experience.mask(g, when))),
      // c = f(noise; s)                                                                        (1812.05905, Eq. 6)
      ...(mean === null ? { action: null, logPi: null } : squashedGaussian(mean, logStd!, epsilon!)),
    }
  }

  // V(s') = sum_d pi(d|s') (min_i Q'_i(s', d, c') - alpha log pi(d|s')) - alpha_c log pi(c'|s'),  c' ~ pi;
  // the mean over groups of branches                                     (1812.05905, Eqs. 3, 5; 1910.07207, Eq. 10)
  const next = drawn('next', nextNoise)
  const nextC = next.action === null ? null : stopGradient(next.action)
  const nextSights = sights('next', targets)
  const nextValues = discrete ? expectedNext() : greatestNext()

  function expectedNext(): Value[] {
    const [q1, q2] = nextSights.map((sight, i) => everyQ(targets, i + 1, sight, nextC)) as [
      Value[][],
      Value[][],
    ]
    return eachDiscount((k) =>
      groupMean(
        next.logP.map((logP, g) => {
          const alpha = h.entropy_in_target && k === 0 ? alphas[g]! : null
          return expectedSoftValue(minimum(q1[g]![k]!, q2[g]![k]!), stopGradient(logP), alpha)
        }),
      ),
    )
  }

  function greatestNext(): Value[] {
    const [q1, q2] = nextSights.map((sight, i) => continuousQ(targets, i + 1, sight, nextC!)) as [
      Value[],
      Value[],
    ]
    return eachDiscount((k) => minimum(q1[k]!, q2[k]!))
  }
  // The entropy is counted once, beside the first discount.
  if (next.logPi !== null) nextValues[0] = sub(nextValues[0]!, mul(stopGradient(next.logPi), alphaC))

  // J_Q = E[ (Q_i(s, a) - y)^2 / 2 ],  y = r + gamma (1 - d) V(s'),  i = 1, 2                              (Eq. 5)
  const nowSights = sights('now', critics)
  const taken = nowSights.map((sight, i) => takenQ(i + 1, sight)) // [critic][discount]
  let criticLoss: Value = graph.constant(0)
  gammas.forEach((_, k) => {
    const y = stopGradient(experience.returns(k, nextValues[k]!))
    for (const q of taken) criticLoss = add(criticLoss, mul(experience.mean(square(sub(q[k]!, y))), 0.5))
  })

  // J_pi = E_s[ sum_d pi(d|s) (alpha log pi(d|s) - min_i Q_i(s, d, c)) + alpha_c log pi(c|s) ],  c = f(noise; s)
  //                                                                               (Eq. 7; 1910.07207, Eq. 12)
  const now = drawn('now', noise)
  const losses: Value[] = []
  if (discrete) {
    const [q1, q2] = nowSights.map((sight, i) => everyQ(critics, i + 1, sight, now.action)) as [
      Value[][],
      Value[][],
    ]
    const perGroup = now.logP.map((logP, g) => {
      const value = addAll(eachDiscount((k) => minimum(q1[g]![k]!, q2[g]![k]!)))
      const fixed = now.action === null ? stopGradient(value) : value
      return neg(experience.mean(expectedSoftValue(fixed, logP, alphas[g]!)))
    })
    losses.push(groupMean(perGroup))
    if (now.logPi !== null) losses.push(experience.mean(mul(now.logPi, alphaC)))
  } else {
    const [q1, q2] = nowSights.map((sight, i) => continuousQ(critics, i + 1, sight, now.action!)) as [
      Value[],
      Value[],
    ]
    const value = addAll(eachDiscount((k) => minimum(q1[k]!, q2[k]!)))
    losses.push(experience.mean(sub(mul(now.logPi!, alphaC), value)))
  }
  const policyLoss = addAll(losses)

  update.report('loss/critic', criticLoss)
  update.report('loss/policy', policyLoss)
  update.report('critic/q', experience.mean(addAll(taken[0]!)))
  const cloningLoss = cloning?.addTo(update, steps)
  if (cloningLoss !== undefined) update.report('cloning/loss', cloningLoss)
  update.descend(criticLoss, critics)
  update.descend(cloningLoss === undefined ? policyLoss : add(policyLoss, cloningLoss), policy)
  const entropies = [
    ...now.logP.map((logP) => experience.mean(categoricalEntropy(logP))),
    ...(now.logPi === null ? [] : [neg(experience.mean(now.logPi))]),
  ].map((entropy) => update.read(entropy))
  const schedule = sacSchedule(h, discrete, settings.max_steps)

  return {
    networks: { policy, critics, targets },
    copies: [[targets, critics]],
    spread: h.acting_temperature,
    start() {
      const policyAdam = new Adam(policy, { learningRate: h.learning_rate })
      const criticAdam = new Adam(critics, { learningRate: h.learning_rate })
      return {
        step(): void {
          criticAdam.learningRate = schedule.learningRate(steps.value)
          policyAdam.learningRate = criticAdam.learningRate
          criticAdam.step({ follow: { target: targets, tau: h.tau } })
          const moves = updates.value >= h.policy_init_updates
          if (moves) policyAdam.step()
          temperatures.forEach((temperature, i) => {
            const entropy = entropies[i]!()[0]!
            const target = schedule.targetEntropyShare(steps.value) * temperature.scale
            if (moves) temperature.step(entropy, target)
            metrics.add('policy/entropy', entropy)
            metrics.add('policy/temperature', temperature.alpha)
            metrics.add('policy/target_entropy', target)
          })
        },
      }
    },
  }
}

export const sac: AlgorithmDefinition = {
  name: 'sac',
  title: 'Soft actor-critic',
  hyperparameters: sacHyperparameters,
  metrics: sacMetrics,
  buffer: 'grows',
  create: makeSac,
  actingCopy: makeSacCopy,
}

registerAlgorithm(sac)

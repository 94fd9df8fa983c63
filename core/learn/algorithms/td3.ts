/**
 * Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018, arXiv:1802.09477, Algorithm 1), for continuous actions.
 *
 * Differs from the paper:
 * - All gradients of one update come from one graph, so the policy's gradient uses the critics from before their step.
 * - One Q head per distinct discount of the reward signals; the policy climbs their sum.
 * - Critics have layer normalisation by default, as SAC's here.
 * - n-step returns, demonstration rows and memory as for every off-policy learner (off-policy/).
 */
import { z } from 'zod'
import type { ActionBatch } from '../../experience/transitions.ts'
import {
  Adam,
  add,
  addAll,
  clip,
  minimum,
  mul,
  neg,
  Parameters,
  polyak,
  square,
  stopGradient,
  sub,
  tanh,
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
import { actionValue } from '../off-policy/action-value.ts'
import type { When } from '../off-policy/experience.ts'
import { offPolicyHyperparameters } from '../off-policy/hyperparameters.ts'
import { makeOffPolicy, type OffPolicyLearner, type OffPolicyParts } from '../off-policy/off-policy.ts'
import { td3Metrics } from './td3-metrics.ts'

export const td3Hyperparameters = z.strictObject({
  ...offPolicyHyperparameters,
  learning_rate: z.number().positive().default(1e-3).describe('Step size of policy and critics'),
  tau: z.number().positive().max(1).default(0.005).describe('How fast the targets follow'),
  policy_delay: z
    .int()
    .min(1)
    .default(2)
    .describe('Updates of the critics for each of the policy and the targets'),
  exploration_noise: z
    .number()
    .min(0)
    .default(0.1)
    .describe('Standard deviation of what is added to actions while training, of a range from -1 to 1'),
  target_noise: z
    .number()
    .min(0)
    .default(0.2)
    .describe('Standard deviation of what is added to the action that the next state is judged by'),
  target_noise_clip: z.number().min(0).default(0.5).describe('The most that it may change that action by'),
})

type Td3Hyperparameters = z.infer<typeof td3Hyperparameters>

const acting = { continuousKind: 'deterministic', logitBound: 0 } as const

export function makeTd3(context: LearnContext): Promise<Algorithm> {
  const h = td3Hyperparameters.parse(context.settings.hyperparameters)
  const options = { hyperparameters: h, acting, recurrent: true, clones: true }
  return makeOffPolicy(context, options, (parts) => buildTd3(parts, h))
}

function makeTd3Copy(context: ActingContext): Promise<ActingCopy> {
  const { exploration_noise: sigma } = td3Hyperparameters.parse(context.settings.hyperparameters)
  const explore = explorer(sigma, context)
  return makeActingCopy(context, { acting, spread: 0, tells: false, explore })
}

/** Adds noise to what was chosen. */
function explorer(sigma: number, { spec, random }: Pick<LearnContext, 'spec' | 'random'>) {
  const C = spec.action.continuous
  return ({ continuous }: ActionBatch, environments: Int32Array): void => {
    for (const e of environments)
      for (let i = e * C; i < (e + 1) * C; i++) {
        const explored = continuous[i]! + sigma * random.normal()
        continuous[i] = Math.max(-1, Math.min(1, explored))
      }
  }
}

function buildTd3(parts: OffPolicyParts, h: Td3Hyperparameters): OffPolicyLearner {
  const { context, setup, update, experience, gammas, cloning, steps, updates } = parts
  const { policy } = setup
  const explore = explorer(h.exploration_noise, context)
  const critics = new Parameters('critic')
  const targets = new Parameters('target')
  const policyTarget = new Parameters('policy-target')

  /** Q_1(s, a) and Q_2(s, a) per discount, [N]. */
  function values(when: When, parameters: Parameters, action: Value): [Value[], Value[]] {
    const [q1, q2] = ['q1', 'q2'].map((name) =>
      actionValue(parts, parameters, name, experience.sight(when, parameters, name), action),
    )
    return [q1!, q2!]
  }

  // a' = clip(mu'(s') + clip(eps, -c, c)),  eps ~ N(0, sigma)                                   (section 5.3, Eq. 14)
  const c = h.target_noise_clip
  const noise = clip(mul(experience.noise('noise'), h.target_noise), -c, c)
  const smoothed = clip(add(tanh(experience.policy('next', policyTarget).mean!), noise), -1, 1)
  const [q1Next, q2Next] = values('next', targets, stopGradient(smoothed))

  // J_Q = sum_i E[ (Q_i(s, a) - y)^2 ],  y = r + gamma (1 - d) min_i Q'_i(s', a')                  (section 4.2, Eq. 10)
  const taken = values('now', critics, experience.continuous!)
  const losses = gammas.flatMap((_, k) => {
    const y = stopGradient(experience.returns(k, minimum(q1Next[k]!, q2Next[k]!)))
    return taken.map((q) => experience.mean(square(sub(q[k]!, y))))
  })

  // J_mu = -E[ Q_1(s, mu(s)) ]                                                           (Algorithm 1, the policy gradient)
  const action = tanh(experience.policy('now', policy).mean!)
  const loss = neg(experience.mean(addAll(values('now', critics, action)[0])))

  update.report('loss/critic', addAll(losses))
  update.report('loss/policy', loss)
  update.report('critic/q', experience.mean(addAll(taken[0])))
  update.descend(addAll(losses), critics)
  const cloningLoss = cloning?.addTo(update, steps)
  if (cloningLoss !== undefined) update.report('cloning/loss', cloningLoss)
  update.descend(cloningLoss === undefined ? loss : add(loss, cloningLoss), policy)

  return {
    networks: { policy, critics, targets, policyTarget },
    copies: [
      [targets, critics],
      [policyTarget, policy],
    ],
    spread: 0,
    explore: (_masks, actions, environments) => explore(actions, environments),
    start() {
      const criticAdam = new Adam(critics, { learningRate: h.learning_rate })
      const policyAdam = new Adam(policy, { learningRate: h.learning_rate })
      return {
        step(): void {
          criticAdam.step()
          if ((updates.value + 1) % h.policy_delay !== 0) return
          policyAdam.step()
          polyak(targets, critics, h.tau)
          polyak(policyTarget, policy, h.tau)
        },
      }
    },
  }
}

export const td3: AlgorithmDefinition = {
  name: 'td3',
  title: 'Twin delayed DDPG',
  hyperparameters: td3Hyperparameters,
  metrics: td3Metrics,
  actions: ['continuous'],
  buffer: 'grows',
  create: makeTd3,
  actingCopy: makeTd3Copy,
}

registerAlgorithm(td3)

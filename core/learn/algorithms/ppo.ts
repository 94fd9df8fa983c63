/**
 * Proximal policy optimisation with the clipped objective (Schulman et al. 2017, arXiv:1707.06347, Algorithm 1).
 *
 * Differs from the paper:
 * - Actor and critic, and what is done with several reward signals: see on-policy.ts.
 * - The value loss may be clipped around the old value (`value_clip`): by epsilon, as in ML-Agents and OpenAI's baselines, where
 *   nothing else is said. For returns far from 1 that keeps the critic from learning anything.
 * - Rewards may be divided by the standard deviation of the return (`normalize_reward`).
 * - Advantages are normalised over the whole buffer, the gradient's global norm is clipped to 0.5 (as in baselines; ML-Agents
 *   does not clip).
 * Differs from ML-Agents: the probability ratio is that of the whole action, not one ratio per branch. Where environments
 * step asynchronously, what they were told just before an update (at most E of N steps) counts for the policy after it.
 * Where copies of the policy act elsewhere, the ratio is to the copy that acted, and what one did that is more than one buffer old
 * is not learned from.
 * With memory the same loss is taken over sequences (sequence-minibatches.ts).
 */
import { add } from '../../tensor/index.ts'
import { makeActingCopy } from '../acting-copy.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from '../algorithm.ts'
import { makeOnPolicy, type OnPolicyLearner, type OnPolicyParts } from '../on-policy/on-policy.ts'
import { adamsOf, clippedLoss, ppoSchedule, stepTogether, writeValueRange } from './clipped-objective.ts'
import { type PpoHyperparameters, ppoHyperparameters } from './ppo-hyperparameters.ts'
import { ppoMetrics } from './ppo-metrics.ts'

/** An epsilon that nothing reaches. */
const UNBOUNDED = 1e9

const acting = { continuousKind: 'clipped', logitBound: 0 } as const

export function makePpo(context: LearnContext): Promise<Algorithm> {
  const h = ppoHyperparameters.parse(context.settings.hyperparameters)
  const options = { hyperparameters: h, acting: { ...acting, logStdInit: h.log_std_init } }
  return makeOnPolicy(context, options, (parts) => buildPpo(parts, h, context.settings.max_steps))
}

function buildPpo(
  { update, minibatch, buffer, policy, critic, cloning, steps }: OnPolicyParts,
  h: PpoHyperparameters,
  maxSteps: number,
): OnPolicyLearner {
  const schedule = ppoSchedule(h, maxSteps)
  const S = minibatch.value.shape[1]!
  let epsilon = h.epsilon
  const near = () => ({
    oldValue: minibatch.column('old-value', buffer.values, S),
    range: update.input('value-range', [1, S], (to) => writeValueRange(to, buffer, h.value_clip, epsilon)),
  })
  const outputs = clippedLoss(minibatch.judged, minibatch.value, {
    oldLogPi: minibatch.column('old-log-pi', buffer.logPi),
    advantage: minibatch.column('advantage', buffer.advantages),
    returns: minibatch.column('return', buffer.returns, S),
    epsilon: update.scalar('epsilon', () => epsilon),
    beta: update.scalar('beta', () => schedule.beta(steps.value)),
    near: h.value_clip === 'none' ? null : near(),
  })
  const loss = cloning === null ? outputs.loss : add(outputs.loss, cloning.addTo(update, steps))
  update.descend(loss, policy, critic)
  update.report('loss/policy', outputs.policyLoss)
  update.report('loss/value', outputs.valueLoss)
  update.report('policy/entropy', outputs.entropy)
  update.report('policy/clip_fraction', outputs.clipped)
  update.report('policy/kl', outputs.kl)

  return {
    start() {
      const adams = adamsOf([policy, critic], h)
      let learners = adams
      return {
        begin(held): void {
          // Where the policy does not move, neither need the critic be held near what it was.
          epsilon = held ? UNBOUNDED : schedule.epsilon(steps.value)
          learners = held ? adams.slice(1) : adams
        },
        step: () => stepTogether(learners, schedule.learningRate(steps.value)),
      }
    },
  }
}

export const ppo: AlgorithmDefinition = {
  name: 'ppo',
  title: 'Proximal policy optimisation',
  hyperparameters: ppoHyperparameters,
  metrics: ppoMetrics,
  buffer: 'whole',
  create: makePpo,
  actingCopy: (context) => makeActingCopy(context, { acting, tells: true }),
}

registerAlgorithm(ppo)

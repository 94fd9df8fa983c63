/**
 * Curiosity: the intrinsic curiosity module, ICM (Pathak et al. 2017, arXiv:1705.05363), as a reward signal.
 *
 * Features phi(s) are learned so that the action between two observations can be told from them (inverse model), which
 * keeps what the agent cannot influence out of them. A forward model predicts the next features; where it errs, there
 * is something to be learned, and that is the reward.
 *
 * Differs from the paper: the policy is trained by its own learner, not by one joint loss (the lambda of Eq. 7).
 * As in ML-Agents: the reward is at most 1 / strength, so 1 after the factor, and 0 before the first update.
 * Differs from ML-Agents: ReLU in place of Swish; no factor 10 on the loss, which Adam does not notice; discrete branches
 * that the policy chooses jointly are predicted jointly; after a true end no curiosity follows (there it does).
 */
import { z } from 'zod'
import {
  add,
  addAll,
  concat,
  type Graph,
  logSoftmax,
  mean,
  minimum,
  mul,
  neg,
  Parameters,
  square,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { LearnerState } from '../learner-state.ts'
import { hidden } from '../networks/layers.ts'
import { body, dense, type Scope } from '../networks/networks.ts'
import { Normalizer, seen } from '../networks/normalizer.ts'
import { makeSampledBatch } from '../off-policy/replay-buffer.ts'
import { networkSettings } from '../settings.ts'
import { Update } from '../update.ts'
import { curiosityMetrics } from './curiosity-metrics.ts'
import { learnedSignal } from './learned-signal.ts'
import type { RewardSignal, SignalInputs } from './reward-signal.ts'
import { registerRewardSignal, type SignalContext } from './signals.ts'
import { transitionInputs } from './transition-inputs.ts'

export const curiositySettings = z
  .strictObject({
    strength: z
      .number()
      .min(0)
      .default(1)
      .describe('Factor on the curiosity; 0.001 to 0.1 beside an extrinsic reward'),
    gamma: z.number().min(0).max(1).default(0.99).describe('Discount of future rewards'),
    learning_rate: z.number().positive().default(3e-4).describe('Step size of the forward and inverse model'),
    network_settings: networkSettings.prefault({}),
    forward_weight: z
      .number()
      .min(0)
      .max(1)
      .default(0.2)
      .describe('Ours: weight of the forward loss, the rest is the inverse loss; ML-Agents fixes 0.2'),
  })
  .describe('Rewards what the agent could not foresee')

type CuriositySettings = z.infer<typeof curiositySettings>

/** Units of the one hidden layer of forward and inverse model, as in the paper and in ML-Agents. */
const MODEL_UNITS = 256

export function curiositySignal(context: SignalContext, settings: CuriositySettings): RewardSignal {
  const { spec, layout, shape, batchSize } = context
  const net = settings.network_settings
  const parameters = new Parameters('curiosity')
  const normalizer = net.normalize ? new Normalizer(spec, 'curiosity-normalizer') : null
  const state = new LearnerState()
  state.keep('normalizer', normalizer)
  /** 1 once the models have learned anything: before, their errors say nothing. */
  const begun = new Float32Array(1)
  state.keep('begun', {
    save: () => begun[0] === 1,
    load: (saved: boolean) => begun.fill(saved ? 1 : 0),
  })

  /** phi(s) and phi(s'), [B, hidden_units]. */
  function features(scope: Scope, { observation, nextObservation }: SignalInputs): [now: Value, next: Value] {
    const [x, xNext] = seen(normalizer, scope.graph, observation, nextObservation)
    return [body(scope, 'encoder', x, spec, net, false), body(scope, 'encoder', xNext, spec, net, false)]
  }

  /** 1/2 |f(phi(s), a) - phi(s')|^2, [B]                                                                  (Eq. 4, 5) */
  function forwardError(scope: Scope, now: Value, next: Value, { choices, continuous }: SignalInputs): Value {
    const seenByModel = concat([now, ...choices, ...(continuous === null ? [] : [continuous])], 1)
    const h = hidden(scope, 'forward/hidden', seenByModel, MODEL_UNITS, false)
    const predicted = dense(scope, 'forward/out', h, net.hidden_units, 1)
    return mul(sum(square(sub(predicted, next)), [1]), 0.5)
  }

  /** -log p(a | phi(s), phi(s')) of discrete actions, |a^ - a|^2 of continuous ones, [B]                  (Eq. 2, 3) */
  function inverseError(scope: Scope, now: Value, next: Value, { choices, continuous }: SignalInputs): Value {
    const h = hidden(scope, 'inverse/hidden', concat([now, next], 1), MODEL_UNITS, false)
    const errors = choices.map((choice, g) => {
      const logP = logSoftmax(dense(scope, `inverse/out${g}`, h, choice.shape[1]!, 1))
      return neg(sum(mul(logP, choice), [1]))
    })
    if (continuous !== null) {
      const predicted = dense(scope, 'inverse/continuous', h, continuous.shape[1]!, 1)
      errors.push(sum(square(sub(predicted, continuous)), [1]))
    }
    return addAll(errors)
  }

  const rows = makeSampledBatch(batchSize, shape)
  const update = new Update()
  const scope = { graph: update.graph, parameters }
  const transition = transitionInputs(update, layout, shape, rows)
  const [now, next] = features(scope, transition)
  const forward = mean(forwardError(scope, now, next, transition))
  const inverse = mean(inverseError(scope, now, next, transition))
  update.report('curiosity/forward_loss', forward)
  update.report('curiosity/inverse_loss', inverse)
  // (1 - beta) L_I + beta L_F                                                                                  (Eq. 7)
  const beta = settings.forward_weight
  update.descend(add(mul(inverse, 1 - beta), mul(forward, beta)), parameters)

  return learnedSignal({
    name: 'curiosity',
    gamma: settings.gamma,
    strength: () => settings.strength,
    parameters,
    normalizer,
    optimizer: { learningRate: settings.learning_rate },
    update,
    state,
    inputs: { 'curiosity/begun': begun },

    /** eta / 2 |f(phi(s), a) - phi(s')|^2                                                                   (Eq. 6) */
    reward(graph: Graph, inputs: SignalInputs): Value {
      const scope = { graph, parameters }
      const [now, next] = features(scope, inputs)
      const error = forwardError(scope, now, next, inputs)
      const bounded = settings.strength === 0 ? error : minimum(error, 1 / settings.strength)
      return mul(bounded, graph.input('curiosity/begun', [1]))
    },

    draw(sampleAgent): boolean {
      sampleAgent(rows)
      normalizer?.update(rows.observations)
      return true
    },

    learned: () => begun.fill(1),
  })
}

registerRewardSignal({
  name: 'curiosity',
  title: 'Curiosity',
  settings: curiositySettings,
  metrics: curiosityMetrics,
  create: curiositySignal,
})

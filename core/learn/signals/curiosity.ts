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
  Adam,
  add,
  concat,
  Graph,
  gradients,
  logSoftmax,
  mean,
  minimum,
  mul,
  neg,
  Parameters,
  type Program,
  square,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { hidden } from '../networks/layers.ts'
import { body, dense, type Scope } from '../networks/networks.ts'
import { Normalizer, seen } from '../networks/normalizer.ts'
import { makeSampledBatch } from '../off-policy/replay-buffer.ts'
import { networkSettings } from '../settings.ts'
import { curiosityMetrics } from './curiosity-metrics.ts'
import type { RewardSignal, SignalInputs } from './reward-signal.ts'
import { registerRewardSignal, type SignalContext } from './signals.ts'
import { feedTransitions, transitionInputs } from './transition-inputs.ts'

export const curiositySettings = z.strictObject({
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

type CuriositySettings = z.infer<typeof curiositySettings>

/** Units of the one hidden layer of forward and inverse model, as in the paper and in ML-Agents. */
const MODEL_UNITS = 256

export function curiositySignal(context: SignalContext, settings: CuriositySettings): RewardSignal {
  const { spec, layout, shape, batchSize: B } = context
  const net = settings.network_settings
  const parameters = new Parameters('curiosity')
  const normalizer = net.normalize ? new Normalizer(spec, 'curiosity-normalizer') : null
  /** 1 once the models have learned anything: before, their errors say nothing. */
  const begun = new Float32Array(1)

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
    return errors.reduce((all, error) => add(all, error))
  }

  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const scope = { graph, parameters }
    const inputs = transitionInputs(graph, layout, shape, B)
    const [now, next] = features(scope, inputs)
    const forward = mean(forwardError(scope, now, next, inputs))
    const inverse = mean(inverseError(scope, now, next, inputs))
    // (1 - beta) L_I + beta L_F                                                                                (Eq. 7)
    const loss = add(mul(inverse, 1 - settings.forward_weight), mul(forward, settings.forward_weight))
    const outputs: Record<string, Value> = { forward, inverse }
    gradients(loss, parameters.of(graph)).forEach((gradient, i) => {
      outputs[parameters.gradientName(parameters.names[i]!)] = gradient
    })
    return outputs
  }

  const update = buildUpdate()
  const rows = makeSampledBatch(B, shape)
  let program: Program | null = null
  let adam: Adam | null = null

  const bindings = () => ({ ...parameters.bindings(), ...normalizer?.bindings() })

  return {
    name: 'curiosity',
    gamma: settings.gamma,
    parameters,
    strength: () => settings.strength,

    /** eta / 2 |f(phi(s), a) - phi(s')|^2                                                                   (Eq. 6) */
    reward(graph: Graph, inputs: SignalInputs): Value {
      const scope = { graph, parameters }
      const [now, next] = features(scope, inputs)
      const error = forwardError(scope, now, next, inputs)
      const bounded = settings.strength === 0 ? error : minimum(error, 1 / settings.strength)
      return mul(bounded, graph.input('curiosity/begun', [1]))
    },

    absorbingReward: () => null,
    bindings: () => ({ ...bindings(), 'curiosity/begun': begun }),

    async compile(runtime, threads): Promise<void> {
      adam = new Adam(parameters, { learningRate: settings.learning_rate })
      const bind = { ...bindings(), ...parameters.gradientBindings() }
      program = await runtime.compile({ outputs: update, bind, threads })
    },

    async update(_random, metrics, sampleAgent): Promise<void> {
      const { inputs, outputs } = program!
      sampleAgent(rows, B)
      normalizer?.update(rows.observations)
      feedTransitions(inputs, layout, shape, rows, B)
      await program!.run()
      adam!.step()
      begun[0] = 1
      metrics.add('curiosity/forward_loss', outputs.forward![0]!)
      metrics.add('curiosity/inverse_loss', outputs.inverse![0]!)
    },

    save: () => ({
      parameters: parameters.save(),
      normalizer: normalizer?.save() ?? null,
      begun: begun[0] === 1,
    }),
    load(saved: unknown): void {
      const state = saved as {
        parameters: ReturnType<Parameters['save']>
        normalizer: unknown
        begun: boolean
      }
      parameters.load(state.parameters)
      normalizer?.load(state.normalizer)
      begun[0] = state.begun ? 1 : 0
    },
    release: async () => program?.release(),
  }
}

registerRewardSignal({
  name: 'curiosity',
  title: 'Curiosity',
  settings: curiositySettings,
  metrics: curiosityMetrics,
  create: curiositySignal,
})

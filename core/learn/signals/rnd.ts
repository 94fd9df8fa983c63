/**
 * Random network distillation (Burda et al. 2018, arXiv:1810.12894) as a reward signal.
 *
 * A predictor learns to copy a fixed random network on what the agent sees. Where it has seen little it errs, and the
 * error is the reward.
 *
 * Differs from the paper: predictor and target have the same shape. Observations are normalised only with
 * `network_settings.normalize`. With `normalize_reward` the reward is divided by the running deviation of the errors;
 * the paper divides by that of the discounted intrinsic returns.
 * Differs from ML-Agents: the reward is that of the observation after the action, as in the paper, not of the one before; both
 * networks end in a linear layer, so that no unit of the predictor can be dead where the target's is not. ML-Agents
 * never normalises the reward. After a true end no reward follows (there it does, and in the paper).
 */
import { z } from 'zod'
import {
  type Graph,
  mean,
  mul,
  Parameters,
  square,
  stopGradient,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { LearnerState } from '../learner-state.ts'
import { body, dense } from '../networks/networks.ts'
import { Normalizer, seen } from '../networks/normalizer.ts'
import { makeSampledBatch } from '../off-policy/replay-buffer.ts'
import { networkSettings } from '../settings.ts'
import { Update } from '../update.ts'
import { learnedSignal } from './learned-signal.ts'
import type { RewardSignal } from './reward-signal.ts'
import { rndMetrics } from './rnd-metrics.ts'
import { RunningDeviation } from './running-deviation.ts'
import { registerRewardSignal, type SignalContext } from './signals.ts'
import { transitionInputs } from './transition-inputs.ts'

export const rndSettings = z
  .strictObject({
    strength: z
      .number()
      .min(0)
      .default(1)
      .describe('Factor on the novelty; 0.001 to 0.1 beside an extrinsic reward'),
    gamma: z.number().min(0).max(1).default(0.99).describe('Discount of future rewards'),
    learning_rate: z.number().positive().default(1e-4).describe('Step size of the predictor'),
    network_settings: networkSettings.prefault({}),
    normalize_reward: z
      .boolean()
      .default(false)
      .describe('Ours: divide the reward by the running deviation of the errors')
      .meta({ title: 'Normalise rewards' }),
  })
  .describe('Rewards observations that are new to the agent')

type RndSettings = z.infer<typeof rndSettings>

export function rndSignal(context: SignalContext, settings: RndSettings): RewardSignal {
  const { spec, layout, shape, batchSize } = context
  const net = settings.network_settings
  // One set for both networks: the target passes no gradient on, so Adam leaves it as it is.
  const parameters = new Parameters('rnd')
  const state = new LearnerState()
  const normalizer = state.keep('normalizer', net.normalize ? new Normalizer(spec, 'rnd-normalizer') : null)
  const deviation = state.keep('deviation', new RunningDeviation())
  /** Of the reward: nothing is paid before the statistics that it is measured by have seen anything. */
  const scale = new Float32Array(1).fill(net.normalize || settings.normalize_reward ? 0 : 1)
  state.keep('scale', { save: () => scale[0], load: (saved: number) => scale.fill(saved) })

  /** |f^(x) - f(x)|^2 of observations x, [B]                                                             (Section 2.2) */
  function error(graph: Graph, observation: Value): Value {
    const [x] = seen(normalizer, graph, observation)
    const [target, predicted] = ['target', 'predictor'].map((name) => {
      const scope = { graph, parameters }
      return dense(scope, `${name}/out`, body(scope, name, x, spec, net, false), net.hidden_units, 1)
    })
    return sum(square(sub(predicted!, stopGradient(target!))), [1])
  }

  const rows = makeSampledBatch(batchSize, shape)
  const update = new Update()
  const errors = error(update.graph, transitionInputs(update, layout, shape, rows).nextObservation)
  const found = update.read(errors)
  const loss = mean(errors)
  update.report('rnd/loss', loss)
  update.descend(loss, parameters)

  return learnedSignal({
    name: 'rnd',
    gamma: settings.gamma,
    strength: () => settings.strength,
    parameters,
    normalizer,
    optimizer: { learningRate: settings.learning_rate },
    update,
    state,
    inputs: { 'rnd/scale': scale },
    reward: (graph, { nextObservation }) => mul(error(graph, nextObservation), graph.input('rnd/scale', [1])),

    draw(sampleAgent): boolean {
      sampleAgent(rows)
      normalizer?.update(rows.nextObservations)
      return true
    },

    learned(metrics): void {
      deviation.update(found())
      scale[0] = settings.normalize_reward ? 1 / Math.max(deviation.value, 1e-8) : 1
      metrics.add('rnd/deviation', deviation.value)
    },
  })
}

registerRewardSignal({
  name: 'rnd',
  title: 'Random network distillation',
  settings: rndSettings,
  metrics: rndMetrics,
  create: rndSignal,
})

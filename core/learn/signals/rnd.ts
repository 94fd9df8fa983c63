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
  Adam,
  Graph,
  gradients,
  mean,
  mul,
  Parameters,
  type Program,
  square,
  sub,
  sum,
  type Value,
} from '../../tensor/index.ts'
import { body, dense } from '../networks/networks.ts'
import { Normalizer, seen } from '../networks/normalizer.ts'
import { makeSampledBatch } from '../off-policy/replay-buffer.ts'
import { networkSettings } from '../settings.ts'
import type { RewardSignal } from './reward-signal.ts'
import { rndMetrics } from './rnd-metrics.ts'
import { RunningDeviation } from './running-deviation.ts'
import { registerRewardSignal, type SignalContext } from './signals.ts'
import { feedTransitions, transitionInputs } from './transition-inputs.ts'

export const rndSettings = z.strictObject({
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
    .describe('Ours: divide the reward by the running deviation of the errors'),
})

type RndSettings = z.infer<typeof rndSettings>

export function rndSignal(context: SignalContext, settings: RndSettings): RewardSignal {
  const { spec, layout, shape, batchSize: B } = context
  const net = settings.network_settings
  // One set for both networks: the gradients of the target are never computed and stay 0, so Adam leaves it as it is.
  const parameters = new Parameters('rnd')
  const normalizer = net.normalize ? new Normalizer(spec, 'rnd-normalizer') : null
  const deviation = new RunningDeviation()
  /** Of the reward: nothing is paid before the statistics that it is measured by have seen anything. */
  const scale = new Float32Array(1).fill(net.normalize || settings.normalize_reward ? 0 : 1)

  /** |f^(x) - f(x)|^2 of observations x, [B]                                                             (Section 2.2) */
  function error(graph: Graph, observation: Value): Value {
    const [x] = seen(normalizer, graph, observation)
    const [target, predicted] = ['target', 'predictor'].map((name) => {
      const scope = { graph, parameters }
      return dense(scope, `${name}/out`, body(scope, name, x, spec, net, false), net.hidden_units, 1)
    })
    return sum(square(sub(predicted!, target!)), [1])
  }

  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const errors = error(graph, transitionInputs(graph, layout, shape, B).nextObservation)
    const loss = mean(errors)
    const outputs: Record<string, Value> = { errors, loss }
    const weights = parameters.of(graph)
    const learned = parameters.names.flatMap((name, i) =>
      name.startsWith('predictor/') ? [{ name, weight: weights[i]! }] : [],
    )
    const slopes = gradients(
      loss,
      learned.map(({ weight }) => weight),
    )
    learned.forEach(({ name }, i) => {
      outputs[parameters.gradientName(name)] = slopes[i]!
    })
    return outputs
  }

  const update = buildUpdate()
  const rows = makeSampledBatch(B, shape)
  let program: Program | null = null
  let adam: Adam | null = null

  const bindings = () => ({ ...parameters.bindings(), ...normalizer?.bindings() })

  return {
    name: 'rnd',
    gamma: settings.gamma,
    parameters,
    strength: () => settings.strength,
    reward: (graph, { nextObservation }) => mul(error(graph, nextObservation), graph.input('rnd/scale', [1])),
    absorbingReward: () => null,
    bindings: () => ({ ...bindings(), 'rnd/scale': scale }),

    async compile(runtime, threads): Promise<void> {
      adam = new Adam(parameters, { learningRate: settings.learning_rate })
      const bind = { ...bindings(), ...parameters.gradientBindings() }
      program = await runtime.compile({ outputs: update, bind, threads })
    },

    async update(_random, metrics, sampleAgent): Promise<void> {
      const { inputs, outputs } = program!
      sampleAgent(rows, B)
      normalizer?.update(rows.nextObservations)
      feedTransitions(inputs, layout, shape, rows, B)
      await program!.run()
      adam!.step()
      deviation.update(outputs.errors!)
      scale[0] = settings.normalize_reward ? 1 / Math.max(deviation.value, 1e-8) : 1
      metrics.add('rnd/loss', outputs.loss![0]!)
      metrics.add('rnd/deviation', deviation.value)
    },

    save: () => ({
      parameters: parameters.save(),
      normalizer: normalizer?.save() ?? null,
      deviation: deviation.save(),
      scale: scale[0],
    }),
    load(saved: unknown): void {
      const state = saved as {
        parameters: ReturnType<Parameters['save']>
        normalizer: unknown
        deviation: ReturnType<RunningDeviation['save']>
        scale: number
      }
      parameters.load(state.parameters)
      normalizer?.load(state.normalizer)
      deviation.load(state.deviation)
      scale[0] = state.scale
    },
    release: async () => program?.release(),
  }
}

registerRewardSignal({
  name: 'rnd',
  title: 'Random network distillation',
  settings: rndSettings,
  metrics: rndMetrics,
  create: rndSignal,
})

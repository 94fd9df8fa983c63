/**
 * Behavioural cloning (Pomerleau 1991): the policy is fitted to the demonstrated actions by maximum likelihood, with the loss
 * of cloning.ts.
 *
 * Differs from ML-Agents: stands alone, without a reinforcement learner. The environment is only played to show how good
 * the clone is, with `updates_per_step` gradients per environment step.
 */
import { z } from 'zod'
import {
  Adam,
  allocateParameters,
  Graph,
  gradients,
  mean,
  type Parameters,
  type Value,
} from '../tensor/index.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from './algorithm.ts'
import { CloningFeed, cloningInputs, cloningLoss } from './cloning.ts'
import { categoricalEntropy, gaussianEntropy, maskedLogSoftmax } from './distributions.ts'
import { Metrics } from './metrics.ts'
import { seen } from './normalizer.ts'
import { Actor, buildPolicy, policyBindings } from './policy.ts'
import { exportPolicy } from './policy-export.ts'
import { requireDemonstrations, setUp } from './setup.ts'
import { cloningLossMetric, policyEntropy } from './shared-metrics.ts'

export const bcHyperparameters = z.strictObject({
  batch_size: z.int().min(1).default(128).describe('Demonstration rows per gradient'),
  learning_rate: z.number().positive().default(1e-3).describe('Step size'),
  weight_decay: z
    .number()
    .min(0)
    .default(1e-2)
    .describe('Decoupled weight decay; few demonstrations overfit soon'),
  updates_per_step: z.number().positive().default(0.25).describe('Gradients per environment step'),
})

export async function makeBc(context: LearnContext): Promise<Algorithm> {
  const { numEnvs, settings, runtime, random, threads } = context
  const demonstrations = requireDemonstrations(context, 'behavioural cloning')
  const h = bcHyperparameters.parse(settings.hyperparameters)
  const acting = { continuousKind: 'squashed', logitBound: 0 } as const
  const { O, normalizer, shape, replayShape, policy } = setUp(context, acting)
  const B = h.batch_size
  const metrics = new Metrics()
  normalizer?.update(demonstrations.observations)
  normalizer?.settle()

  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const inputs = cloningInputs(shape, graph, B, O)
    const loss = cloningLoss(shape, graph, policy, inputs)
    const outputs: Record<string, Value> = { loss }
    const [x] = seen(normalizer, graph, inputs.observation)
    const { logits, logStd } = buildPolicy(shape, graph, policy, x)
    const parts = logits.map((l) => categoricalEntropy(maskedLogSoftmax(l, null)))
    if (logStd !== null) parts.push(gaussianEntropy(logStd))
    parts.forEach((entropy, i) => {
      outputs[`entropy${i}`] = mean(entropy)
    })
    gradients(loss, policy.of(graph)).forEach((gradient, i) => {
      outputs[policy.gradientName(policy.names[i]!)] = gradient
    })
    return outputs
  }

  const outputs = buildUpdate()
  const entropies = Object.keys(outputs).filter((name) => name.startsWith('entropy'))
  allocateParameters([policy], random)
  const program = await runtime.compile({
    outputs,
    bind: { ...policyBindings(shape, policy), ...policy.gradientBindings() },
    threads,
  })
  const actor = await Actor.compile(shape, policy, runtime, numEnvs)
  const adam = new Adam(policy, { learningRate: h.learning_rate, weightDecay: h.weight_decay })
  const feed = new CloningFeed(shape, replayShape, demonstrations, B)
  let steps = 0
  let updates = 0

  async function updateOnce(): Promise<void> {
    feed.fill(program.inputs, random)
    await program.run()
    adam.step()
    metrics.add('loss/cloning', program.outputs.loss![0]!)
    for (const name of entropies) metrics.add('policy/entropy', program.outputs[name]![0]!)
    updates++
  }

  return {
    metrics,
    prepare: async () => {},
    act: (observations, masks, actions, environments = null) =>
      actor.act(
        observations,
        masks,
        actions,
        random,
        settings.network_settings.deterministic,
        1,
        environments,
      ),
    observe({ environments }): void {
      steps += environments?.length ?? numEnvs
    },
    drop: () => {},
    async update(): Promise<number> {
      const due = Math.floor(steps * h.updates_per_step)
      let made = 0
      for (; updates < due; made++) await updateOnce()
      return made
    },
    // The statistics are those of the demonstrations, which another run that begins with these weights may not have.
    save: () => ({
      policy: policy.save(),
      normalizer: normalizer?.save() ?? null,
      metrics: metrics.save(),
      steps,
      updates,
    }),
    load(state): void {
      const saved = state as {
        policy: ReturnType<Parameters['save']>
        normalizer?: unknown
        metrics: ReturnType<Metrics['save']>
        steps: number
        updates: number
      }
      policy.load(saved.policy)
      if (saved.normalizer != null) normalizer?.load(saved.normalizer)
      metrics.load(saved.metrics)
      steps = saved.steps
      updates = saved.updates
    },
    exportPolicy: () => exportPolicy(shape, policy),
    release: async () => {
      await Promise.all([program.release(), actor.release()])
    },
  }
}

export const bc: AlgorithmDefinition = {
  name: 'bc',
  title: 'Behavioural cloning',
  hyperparameters: bcHyperparameters,
  metrics: { ...cloningLossMetric, 'policy/entropy': policyEntropy },
  without: {
    signals: { message: 'bc learns from demonstrations alone, without rewards', remedy: 'leave it out' },
    cloning: { message: 'bc clones from the first step to the last', remedy: 'leave it out' },
  },
  create: makeBc,
}

registerAlgorithm(bc)

/**
 * Behavioural cloning (Pomerleau 1991): the policy is fitted to the demonstrated actions by maximum likelihood, with the loss
 * of cloning.ts.
 *
 * Differs from ML-Agents: stands alone, without a reinforcement learner. The environment is only played to show how good
 * the clone is, with `updates_per_step` gradients per environment step.
 */
import { z } from 'zod'
import { Adam, addAll, allocateParameters, mean } from '../../tensor/index.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from '../algorithm.ts'
import { cloningInputs, cloningLoss } from '../cloning.ts'
import { LearnerState } from '../learner-state.ts'
import { Metrics } from '../metrics.ts'
import { categoricalEntropy, gaussianEntropy, maskedLogSoftmax } from '../networks/distributions.ts'
import { seen } from '../networks/normalizer.ts'
import { Actor, buildPolicy } from '../networks/policy.ts'
import { exportPolicy } from '../networks/policy-export.ts'
import { requireDemonstrations, setUp } from '../setup.ts'
import { cloningLossMetric, policyEntropy } from '../shared-metrics.ts'
import { Update } from '../update.ts'

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
  const { normalizer, shape, replayShape, policy } = setUp(context, {
    continuousKind: 'squashed',
    logitBound: 0,
  })
  const state = new LearnerState()
  const metrics = state.keep('metrics', new Metrics())
  const [steps, updates] = [state.counter('steps'), state.counter('updates')]
  state.keep('policy', policy)
  // The statistics are those of the demonstrations, which another run that begins with these weights may not have.
  state.keep('normalizer', normalizer, { optional: true })
  normalizer?.update(demonstrations.observations)
  normalizer?.settle()

  const update = new Update()
  const { graph } = update
  const shown = cloningInputs(update, shape, replayShape, demonstrations, h.batch_size, random)
  const loss = cloningLoss(shape, graph, policy, shown)
  const [x] = seen(normalizer, graph, shown.observation)
  const { logits, logStd } = buildPolicy(shape, graph, policy, x)
  update.report('loss/cloning', loss)
  const entropies = logits.map((l) => mean(categoricalEntropy(maskedLogSoftmax(l, null))))
  if (logStd !== null) entropies.push(mean(gaussianEntropy(logStd)))
  update.report('policy/entropy', addAll(entropies))
  update.descend(loss, policy)
  allocateParameters([policy], random)
  await update.compile(runtime, threads, [policy], normalizer?.bindings())
  const actor = await Actor.compile(shape, policy, runtime, numEnvs)
  const adam = new Adam(policy, { learningRate: h.learning_rate, weightDecay: h.weight_decay })

  return {
    metrics,
    prepare: async () => {},
    act: (observations, masks, actions, environments = null) => {
      const { deterministic } = settings.network_settings
      return actor.act(observations, masks, actions, { random, spread: deterministic ? 0 : 1, environments })
    },
    observe({ environments }): void {
      steps.value += environments?.length ?? numEnvs
    },
    drop: () => {},
    async update(): Promise<number> {
      const due = Math.floor(steps.value * h.updates_per_step)
      let made = 0
      for (; updates.value < due; made++, updates.value++) {
        await update.run()
        adam.step()
        update.tell(metrics)
      }
      return made
    },
    save: () => state.save(),
    load: (saved) => state.load(saved),
    exportPolicy: () => exportPolicy(shape, policy),
    release: async () => {
      await Promise.all([update.release(), actor.release()])
    },
  }
}

export const bc: AlgorithmDefinition = {
  name: 'bc',
  title: 'Behavioural cloning',
  hyperparameters: bcHyperparameters,
  needsDemonstrations: true,
  metrics: { ...cloningLossMetric, 'policy/entropy': policyEntropy },
  // A `behavioral_cloning` section may name the file of the demonstrations.
  without: {
    signals: { message: 'bc learns from demonstrations alone, without rewards', remedy: 'leave it out' },
    memory: { message: 'bc has no form with memory', remedy: 'leave it out, or train with ppo or sac' },
  },
  create: makeBc,
}

registerAlgorithm(bc)

/**
 * Behavioural cloning inside another algorithm: pretraining before the first environment step, and an auxiliary loss beside
 * the policy's own that fades (Jena et al. 2020, arXiv:2001.07798, who add it to GAIL's policy loss).
 *
 *     discrete    L_BC = -mean log pi(a|s)              (cross-entropy over joint actions, masks all allowed)
 *     continuous  L_BC =  mean |a(mu(s)) - a|^2         (ML-Agents fits a sampled action; the mean has less noise)
 *     J           = J_pi + w(step) L_BC,   w falls linearly from `strength` to 0 over `steps`
 *
 * Differs from ML-Agents: one loss and one optimiser instead of a second one on the policy, whose step size
 * is the strength there; so `num_epoch` and `samples_per_update` have no meaning. Pretraining is ours.
 */
import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Random } from '../random.ts'
import {
  Adam,
  add,
  Graph,
  gradients,
  mean,
  mul,
  neg,
  oneHot,
  type Parameters,
  square,
  sub,
  sum,
  tanh,
  type Value,
} from '../tensor/index.ts'
import type { LearnContext } from './algorithm.ts'
import { maskedLogSoftmax } from './distributions.ts'
import type { Metrics } from './metrics.ts'
import { seen } from './normalizer.ts'
import { buildPolicy, type PolicyShape, policyBindings } from './policy.ts'
import { makeSampledBatch, type ReplayShape, type SampledBatch } from './replay-buffer.ts'
import { sampleDemonstrations, writeChoices } from './reward-signal.ts'
import { requireDemonstrations } from './setup.ts'
import type { DemonstrationData } from './transitions.ts'

export const cloningSettings = z
  .strictObject({
    demo_path: z
      .string()
      .optional()
      .describe('File or folder of demonstrations; the library is used when it is absent'),
    strength: z.number().min(0).default(1).describe("Weight of the cloning loss beside the policy's own"),
    steps: z
      .int()
      .min(0)
      .default(0)
      .describe('Environment steps over which the strength falls linearly to 0; 0 keeps it'),
    batch_size: z.int().min(1).default(128).describe('Demonstration rows per gradient'),
    num_epoch: z.int().min(1).nullish().describe('Without meaning here: every gradient of the policy clones'),
    samples_per_update: z.int().min(0).default(0).describe('Without meaning here, as num_epoch'),
    pretrain_updates: z
      .int()
      .min(0)
      .default(0)
      .describe('Ours: gradients of cloning alone before the first environment step'),
    pretrain_learning_rate: z
      .number()
      .positive()
      .default(1e-3)
      .describe('Ours: step size of the pretraining'),
    weight_decay: z
      .number()
      .min(0)
      .default(1e-2)
      .describe('Ours: decoupled weight decay of the pretraining; few demonstrations overfit soon'),
  })
  .describe('Cloning of the demonstrations beside the reward')

export type CloningSettings = z.infer<typeof cloningSettings>

/** Where demonstrated actions enter a graph: `choice0`.. [B] and `continuous` [B, C], with a prefix. */
export interface CloningInputs {
  /** [B, O], as the environment gave them */
  readonly observation: Value
  readonly choices: readonly Value[]
  readonly continuous: Value | null
}

export function cloningInputs(shape: PolicyShape, graph: Graph, B: number, O: number): CloningInputs {
  const { layout } = shape
  return {
    observation: graph.input('cloning-observation', [B, O]),
    choices: layout.groups.map((group, g) => oneHot(graph.input(`cloning-choice${g}`, [B]), group.size)),
    continuous: layout.continuous === 0 ? null : graph.input('cloning-continuous', [B, layout.continuous]),
  }
}

/** L_BC of the head, []. */
export function cloningLoss(
  shape: PolicyShape,
  graph: Graph,
  policy: Parameters,
  { observation, choices, continuous }: CloningInputs,
): Value {
  const [x] = seen(shape.normalizer, graph, observation)
  const { logits, mean: mu } = buildPolicy(shape, graph, policy, x)
  const losses = logits.map((l, g) => neg(mean(sum(mul(maskedLogSoftmax(l, null), choices[g]!), [1]))))
  if (mu !== null) {
    const action = shape.continuousKind === 'squashed' ? tanh(mu) : mul(mu, 1 / 3)
    losses.push(mean(sum(square(sub(action, continuous!)), [1])))
  }
  return losses.reduce((all, part) => add(all, part))
}

/** Demonstration rows for a graph that has `cloningInputs`. */
export class CloningFeed {
  readonly #batch: SampledBatch
  readonly #data: DemonstrationData
  readonly #shape: PolicyShape
  readonly #replayShape: ReplayShape
  readonly #size: number

  constructor(shape: PolicyShape, replayShape: ReplayShape, data: DemonstrationData, size: number) {
    this.#shape = shape
    this.#replayShape = replayShape
    this.#data = data
    this.#size = size
    this.#batch = makeSampledBatch(size, replayShape)
  }

  fill(inputs: Readonly<Record<string, Float32Array>>, random: Random): void {
    const { layout } = this.#shape
    sampleDemonstrations(random, this.#data, this.#replayShape, this.#batch, 0, this.#size)
    inputs['cloning-observation']!.set(this.#batch.observations)
    inputs['cloning-continuous']?.set(this.#batch.continuous)
    layout.groups.forEach((_, g) => {
      writeChoices(layout, g, this.#batch.discrete, this.#size, inputs[`cloning-choice${g}`]!)
    })
  }
}

/** The `behavioral_cloning` section of PPO and SAC at work. */
export interface Cloning {
  /** Whether the policy knows something before the first environment step. */
  readonly pretrains: boolean
  /** w L_BC as a part of a policy's loss, []. */
  addTo(graph: Graph): Value
  /** Rows and weight for a program whose graph `addTo` was called with. */
  feed(inputs: Readonly<Record<string, Float32Array>>, random: Random, step: number): void
  /** All of the pretraining. Its Adam moments are forgotten afterwards. */
  pretrain(context: LearnContext, metrics: Metrics): Promise<void>
}

/** @throws UserError without demonstrations; null when the settings have no such section */
export function makeCloning(
  context: LearnContext,
  shape: PolicyShape,
  replayShape: ReplayShape,
  policy: Parameters,
): Cloning | null {
  const settings = context.settings.behavioral_cloning
  if (settings == null) return null
  const data = requireDemonstrations(context, 'behavioral_cloning')
  if (data.length === 0) throw new UserError('behavioral_cloning has no demonstrated step to clone')
  const B = settings.batch_size
  const O = replayShape.observation
  const feed = new CloningFeed(shape, replayShape, data, B)

  return {
    pretrains: settings.pretrain_updates > 0,

    addTo(graph) {
      const loss = cloningLoss(shape, graph, policy, cloningInputs(shape, graph, B, O))
      return mul(loss, graph.input('cloning-weight', []))
    },

    feed(inputs, random, step) {
      feed.fill(inputs, random)
      const share = settings.steps === 0 ? 1 : Math.max(0, 1 - step / settings.steps)
      inputs['cloning-weight']![0] = settings.strength * share
    },

    async pretrain({ runtime, random, threads }, metrics) {
      if (settings.pretrain_updates === 0) return
      shape.normalizer?.update(data.observations)
      const graph = new Graph()
      const loss = cloningLoss(shape, graph, policy, cloningInputs(shape, graph, B, O))
      const outputs: Record<string, Value> = { loss }
      const weights = policy.of(graph)
      const names = policy.names.filter((_, i) => weights[i] !== undefined)
      gradients(loss, weights).forEach((gradient, i) => {
        outputs[policy.gradientName(names[i]!)] = gradient
      })
      const program = await runtime.compile({
        outputs,
        bind: { ...policyBindings(shape, policy), ...policy.gradientBindings() },
        threads,
      })
      const adam = new Adam(policy, {
        learningRate: settings.pretrain_learning_rate,
        weightDecay: settings.weight_decay,
      })
      policy.gradients.fill(0)
      for (let k = 0; k < settings.pretrain_updates; k++) {
        feed.fill(program.inputs, random)
        await program.run()
        adam.step()
        metrics.add('cloning/pretraining_loss', program.outputs.loss![0]!)
      }
      policy.forgetMoments()
      await program.release()
    },
  }
}

/**
 * Behavioural cloning inside another algorithm: pretraining before the first environment step, and an auxiliary loss beside
 * the policy's own that fades (Jena et al. 2020, arXiv:2001.07798, who add it to GAIL's policy loss).
 *
 *     discrete       L_BC = -mean log pi(a|s)              (cross-entropy over joint actions, masks all allowed)
 *     continuous     L_BC = -mean log pi(a|s)              (mean and spread of the bounded Gaussian that acts)
 *     deterministic  L_BC = mean |mu(s) - a|^2           (TD3+BC, Fujimoto and Gu 2021, arXiv:2106.06860, Eq. 3)
 *     J              = J_pi + w(step) L_BC,   w falls linearly from `strength` to 0 over `steps`
 *
 * Differs from ML-Agents: there continuous actions are fitted by the squared error of a sampled one, which tells the mean and
 * shrinks the spread without end. One loss and one optimiser instead of a second one on the policy, whose step size
 * is the strength there; so `num_epoch` and `samples_per_update` have no meaning. Pretraining is ours.
 */
import { UserError } from '../errors.ts'
import type { DemonstrationData } from '../experience/transitions.ts'
import type { Random } from '../random.ts'
import {
  Adam,
  addAll,
  type Graph,
  maximum,
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
import type { Metrics } from './metrics.ts'
import { boundedLogProb, type ContinuousKind, maskedLogSoftmax } from './networks/distributions.ts'
import { seen } from './networks/normalizer.ts'
import { buildPolicy, type PolicyShape } from './networks/policy.ts'
import { makeSampledBatch, type ReplayShape } from './off-policy/replay-buffer.ts'
import { requireDemonstrations } from './setup.ts'
import { sampleDemonstrations, writeChoices } from './signals/reward-signal.ts'
import { Update } from './update.ts'

/** The least spread that cloning asks for, in a unit of which an action has two: a player of one mind would have none. */
const LEAST_SPREAD = 0.05

function leastLogStd(kind: ContinuousKind): number {
  return Math.log(kind === 'squashed' ? LEAST_SPREAD : 3 * LEAST_SPREAD)
}

/** Demonstrated steps in the graph of an update. */
export interface CloningInputs {
  /** [B, O], as the environment gave them */
  readonly observation: Value
  /** Per group one-hot, [B, size] */
  readonly choices: readonly Value[]
  /** [B, C]; null without continuous actions */
  readonly continuous: Value | null
}

/** B rows of `data`, drawn uniformly with replacement before every run. */
export function cloningInputs(
  update: Update,
  { layout }: PolicyShape,
  replayShape: ReplayShape,
  data: DemonstrationData,
  B: number,
  random: Random,
): CloningInputs {
  const batch = makeSampledBatch(B, replayShape)
  const { observation: O, continuous: C } = replayShape
  update.before(() => sampleDemonstrations(random, data, replayShape, batch, 0, B))
  return {
    observation: update.input('cloning-observation', [B, O], (to) => to.set(batch.observations)),
    choices: layout.groups.map((group, g) =>
      oneHot(
        update.input(`cloning-choice${g}`, [B], (to) => writeChoices(layout, g, batch.discrete, B, to)),
        group.size,
      ),
    ),
    continuous: C === 0 ? null : update.input('cloning-continuous', [B, C], (to) => to.set(batch.continuous)),
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
  const { logits, mean: mu, logStd } = buildPolicy(shape, graph, policy, x)
  const losses = logits.map((l, g) => neg(mean(sum(mul(maskedLogSoftmax(l, null), choices[g]!), [1]))))
  const kind = shape.continuousKind
  if (mu !== null && kind === 'deterministic') {
    losses.push(mean(sum(square(sub(tanh(mu), continuous!)), [1])))
  } else if (mu !== null && kind !== 'deterministic') {
    // Below the floor the likelihood says nothing any more, and what drifts there is drawn back.
    const least = leastLogStd(kind)
    const floored = maximum(logStd!, least)
    losses.push(neg(mean(boundedLogProb(kind, continuous!, mu, floored))))
    losses.push(mean(square(sub(floored, logStd!))))
  }
  return addAll(losses)
}

/** The `behavioral_cloning` section of PPO and SAC at work. */
export interface Cloning {
  /** Whether the policy knows something before the first environment step. */
  readonly pretrains: boolean
  /** w L_BC as a part of a policy's loss, []. @param steps  environment steps so far */
  addTo(update: Update, steps: { readonly value: number }): Value
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
  const lossIn = (update: Update) => {
    const inputs = cloningInputs(update, shape, replayShape, data, settings.batch_size, context.random)
    return cloningLoss(shape, update.graph, policy, inputs)
  }

  return {
    pretrains: settings.pretrain_updates > 0,

    addTo(update, steps) {
      const share = () => (settings.steps === 0 ? 1 : Math.max(0, 1 - steps.value / settings.steps))
      const weight = update.scalar('cloning-weight', () => settings.strength * share())
      return mul(lossIn(update), weight)
    },

    async pretrain({ runtime, threads }, metrics) {
      if (settings.pretrain_updates === 0) return
      shape.normalizer?.update(data.observations)
      // What the clone is fitted with must not change under it; see docs/algorithms/bc.md.
      shape.normalizer?.settle()
      const update = new Update()
      const loss = lossIn(update)
      update.report('cloning/pretraining_loss', loss)
      update.descend(loss, policy)
      await update.compile(runtime, threads, [policy], shape.normalizer?.bindings())
      const adam = new Adam(policy, {
        learningRate: settings.pretrain_learning_rate,
        weightDecay: settings.weight_decay,
      })
      policy.gradients.fill(0)
      const fitSpread = spreadFit(shape, policy)
      for (let k = 0; k < settings.pretrain_updates; k++) {
        await update.run()
        adam.step()
        fitSpread()
        update.tell(metrics)
      }
      policy.forgetMoments()
      await update.release()
    },
  }
}

/**
 * A step of the spread that is one vector for all observations: by its natural gradient (log sigma has Fisher information 2), since
 * Adam moves a single number by no more than its step size each time, and would take a thousand gradients to get there. A spread
 * that is an output of the network moves with its weights.
 */
function spreadFit({ layout, continuousKind }: PolicyShape, policy: Parameters): () => void {
  if (layout.continuous === 0 || continuousKind !== 'clipped') return () => {}
  const logStd = policy.view('policy/log-std')
  const name = policy.gradientName('policy/log-std')
  const gradient = policy.gradientBindings()[name]!
  return () => {
    for (let i = 0; i < logStd.length; i++) {
      logStd[i] = logStd[i]! - SPREAD_RATE * Math.max(-1, Math.min(1, gradient[i]! / 2))
    }
  }
}

const SPREAD_RATE = 0.1

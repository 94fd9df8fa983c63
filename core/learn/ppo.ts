/**
 * Proximal policy optimisation with the clipped objective (Schulman et al. 2017, arXiv:1707.06347, Algorithm 1).
 *
 * Differs from the paper:
 * - Actor and critic are separate networks (ML-Agents' default); the critic has one value head per reward signal, each with
 *   its own discount, and the advantages of the signals are added.
 * - The value loss may be clipped around the old value (`value_clip`): by epsilon, as in ML-Agents and OpenAI's baselines, where
 *   nothing else is said. For returns far from 1 that keeps the critic from learning anything.
 * - Rewards may be divided by the standard deviation of the return (`normalize_reward`).
 * - Advantages are normalised over the whole buffer, the gradient's global norm is clipped to 0.5 (as in baselines; ML-Agents
 *   does not clip).
 * Differs from ML-Agents: the probability ratio is that of the whole action, not one ratio per branch. Where environments
 * step asynchronously, what they were told just before an update (at most E of N steps) counts for the policy after it.
 */
import {
  type Adam,
  add,
  allocateParameters,
  Graph,
  gradients,
  oneHot,
  Parameters,
  type Value,
} from '../tensor/index.ts'
import { estimateAdvantages } from './advantages.ts'
import {
  type Algorithm,
  type AlgorithmDefinition,
  type LearnContext,
  registerAlgorithm,
} from './algorithm.ts'
import { BufferRewards } from './buffer-rewards.ts'
import {
  adamsOf,
  clippedLoss,
  feedValueRange,
  judgeActions,
  ppoSchedule,
  stepTogether,
} from './clipped-objective.ts'
import { makeCloning } from './cloning.ts'
import { CriticFirst } from './critic-first.ts'
import { Metrics } from './metrics.ts'
import { body, dense } from './networks.ts'
import { seen } from './normalizer.ts'
import { Actor, buildPolicy, policyBindings } from './policy.ts'
import { exportPolicy } from './policy-export.ts'
import { type PpoHyperparameters, ppoHyperparameters } from './ppo-hyperparameters.ts'
import { ppoMetrics } from './ppo-metrics.ts'
import { makeRecurrentPpo } from './recurrent-ppo.ts'
import { makeRewardNormalizer } from './reward-normalizer.ts'
import { writeChoices } from './reward-signal.ts'
import { RolloutBuffer } from './rollout-buffer.ts'
import { setUp } from './setup.ts'
import { makeRewardSignals } from './signals.ts'
import { allRows, type StepBatch } from './transitions.ts'

/** An epsilon that nothing reaches. */
const UNBOUNDED = 1e9

export async function makePpo(context: LearnContext): Promise<Algorithm> {
  const { spec, numEnvs: E, settings, runtime, random, threads } = context
  const h: PpoHyperparameters = ppoHyperparameters.parse(settings.hyperparameters)
  const acting = { continuousKind: 'clipped', logitBound: 0, logStdInit: h.log_std_init } as const
  const { layout, O, C, normalizer, shape, replayShape, policy } = setUp(context, acting)
  const T = Math.max(1, Math.ceil(h.buffer_size / E)) // steps per environment and update
  const N = T * E
  const M = Math.min(h.batch_size, N)

  const metrics = new Metrics()
  const cloning = makeCloning(context, shape, replayShape, policy)
  const signals = makeRewardSignals(context, layout, replayShape, M)
  const S = signals.length
  const critic = new Parameters('critic')

  /** V_s(o), [n, S]. */
  function values(graph: Graph, x: Value): Value {
    const scope = { graph, parameters: critic }
    const h = body(scope, 'value', x, spec, settings.network_settings, false)
    return dense(scope, 'value/out', h, S, 1)
  }

  /** The loss of one minibatch and its gradients. */
  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const observation = graph.input('observation', [M, O])
    const choices = layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [M]), group.size))
    const raw = C === 0 ? null : graph.input('raw', [M, C])
    const [x] = seen(normalizer, graph, observation)
    const judged = judgeActions(graph, layout, buildPolicy(shape, graph, policy, x), choices, raw)
    const outputs: Record<string, Value> = clippedLoss(graph, judged, values(graph, x), h.value_clip)
    if (cloning !== null) outputs.loss = add(outputs.loss!, cloning.addTo(graph))
    for (const parameters of [policy, critic]) {
      gradients(outputs.loss!, parameters.of(graph)).forEach((gradient, i) => {
        outputs[parameters.gradientName(parameters.names[i]!)] = gradient
      })
    }
    return outputs
  }

  /** What is asked about M steps at a time: values, and log pi of what was done. */
  function buildJudge(): Record<string, Value> {
    const graph = new Graph()
    const [x] = seen(normalizer, graph, graph.input('observation', [M, O]))
    const choices = layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [M]), group.size))
    const raw = C === 0 ? null : graph.input('raw', [M, C])
    const policyOutputs = buildPolicy(shape, graph, policy, x)
    return {
      values: values(graph, x),
      'log-pi': judgeActions(graph, layout, policyOutputs, choices, raw).logPi,
    }
  }

  const [update, judged] = [buildUpdate(), buildJudge()]
  const rewards = new BufferRewards(signals, layout, replayShape, M)
  const learned = signals.map((signal) => signal.parameters).filter((parameters) => parameters !== null)
  allocateParameters([policy, critic, ...learned], random)
  const networks = { ...policyBindings(shape, policy), ...critic.bindings() }
  const program = await runtime.compile({
    outputs: update,
    bind: { ...networks, ...policy.gradientBindings(), ...critic.gradientBindings() },
    threads,
  })
  const judgeProgram = await runtime.compile({ outputs: judged, bind: networks, threads })
  await rewards.compile(runtime, threads)
  for (const signal of signals) await signal.compile(runtime, threads)
  const actor = await Actor.compile(shape, policy, runtime, E)
  const adams = adamsOf([policy, critic], h)
  const buffer = new RolloutBuffer(T, E, replayShape, S)
  const rewardNormalizer = h.normalize_reward ? makeRewardNormalizer(signals, E) : null
  const schedule = ppoSchedule(h, settings.max_steps)
  const everybody = allRows(E)
  const order = new Uint32Array(N)
  const rowScratch = new Int32Array(M * layout.branchSizes.length)
  const criticFirst = new CriticFirst()
  let steps = 0
  let horizon = new Uint32Array(E)

  function feedMasks(
    inputs: Record<string, Float32Array>,
    masks: Uint8Array,
    rows: (i: number) => number,
    count: number,
  ) {
    layout.groups.forEach((group, g) => {
      const mask = inputs[`mask${g}`]
      if (mask === undefined) return
      for (let i = 0; i < count; i++)
        layout.jointMask(g, masks, rows(i) * replayShape.mask, mask, i * group.size)
    })
  }

  /** Values and log-probabilities of everything in the buffer, M rows at a time. */
  async function judgeBuffer(): Promise<void> {
    for (let at = 0; at < N; at += M) await judgeRows(at, Math.min(at + M, N))
  }

  async function judgeRows(at: number, end: number): Promise<void> {
    const D = layout.branchSizes.length
    const count = end - at
    const { inputs, outputs } = judgeProgram
    inputs.observation!.set(buffer.observations.subarray(at * O, end * O))
    layout.groups.forEach((_, g) => {
      writeChoices(layout, g, buffer.discrete.subarray(at * D, end * D), count, inputs[`choice${g}`]!)
    })
    inputs.raw?.set(buffer.raw.subarray(at * C, end * C))
    feedMasks(inputs, buffer.masks, (i) => at + i, count)
    await judgeProgram.run()
    buffer.values.set(outputs.values!.subarray(0, count * S), at * S)
    buffer.logPi.set(outputs['log-pi']!.subarray(0, count), at)
  }

  /**
   * Statistics of observations that have seen nothing are those of the first buffer, before anything is learned from it. What
   * it was played with stays what the new policy is compared with.
   */
  async function learnStatistics(): Promise<void> {
    const played = buffer.logPi.slice()
    normalizer!.update(buffer.observations)
    await judgeBuffer()
    buffer.logPi.set(played)
  }

  /** V(s_{t+1}) where it cannot be read off the next row: at cuts, from the observation kept for that purpose. */
  async function judgeCuts(): Promise<void> {
    const cuts = buffer.cuts.filter(({ row }) => buffer.terminated[row] === 0)
    for (let first = 0; first < cuts.length; first += M) {
      const rows = cuts.slice(first, first + M)
      rows.forEach(({ observation }, i) => {
        judgeProgram.inputs.observation!.set(observation, i * O)
      })
      await judgeProgram.run()
      rows.forEach((cut, i) => {
        cut.values.set(judgeProgram.outputs.values!.subarray(i * S, (i + 1) * S))
      })
    }
  }

  /** Advantages (sum over signals, normalised) and returns per signal. */
  function estimate(): void {
    estimateAdvantages(buffer, { signals, E, lambda: h.lambd, steps, metrics }, (s) => rewards.absorbing(s))
  }

  /**
   * One pass over the buffer in minibatches; what does not fill a minibatch is left out, as in ML-Agents.
   * @param learners  whose weights move
   */
  async function epoch(learners: readonly Adam[]): Promise<number> {
    random.shuffle(order)
    const { inputs, outputs } = program
    const oldValue = inputs['old-value']
    const D = layout.branchSizes.length
    let made = 0
    for (let first = 0; first + M <= N; first += M, made++) {
      for (let i = 0; i < M; i++) {
        const row = order[first + i]!
        inputs.observation!.set(buffer.observations.subarray(row * O, (row + 1) * O), i * O)
        for (let k = 0; k < D; k++) rowScratch[i * D + k] = buffer.discrete[row * D + k]!
        for (let k = 0; k < C; k++) inputs.raw![i * C + k] = buffer.raw[row * C + k]!
        inputs['old-log-pi']![i] = buffer.logPi[row]!
        inputs.advantage![i] = buffer.advantages[row]!
        for (let s = 0; s < S; s++) {
          if (oldValue !== undefined) oldValue[i * S + s] = buffer.values[row * S + s]!
          inputs.return![i * S + s] = buffer.returns[row * S + s]!
        }
      }
      layout.groups.forEach((_, g) => {
        writeChoices(layout, g, rowScratch, M, inputs[`choice${g}`]!)
      })
      const start = first
      feedMasks(inputs, buffer.masks, (i) => order[start + i]!, M)
      cloning?.feed(inputs, random, steps)
      await program.run()
      stepTogether(learners, schedule.learningRate(steps))
      metrics.add('loss/policy', outputs['policy-loss']![0]!)
      metrics.add('loss/value', outputs['value-loss']![0]!)
      metrics.add('policy/entropy', outputs.entropy![0]!)
      metrics.add('policy/clip_fraction', outputs.clipped![0]!)
      metrics.add('policy/kl', outputs.kl![0]!)
      for (const signal of signals) {
        await signal.update(random, metrics, (rows, count) => buffer.sample(random, rows, count))
      }
    }
    return made
  }

  return {
    metrics,
    prepare: async () => cloning?.pretrain(context, metrics),

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

    observe(step: StepBatch): void {
      const rows = step.environments ?? everybody
      steps += rows.length
      for (const e of rows) {
        const ended = step.terminated[e] === 1 || step.truncated[e] === 1
        rewardNormalizer?.observe(e, step.rewards[e]!, ended)
        horizon[e] = ended ? 0 : horizon[e]! + 1
        const cutHere = ended || horizon[e]! >= settings.time_horizon
        if (horizon[e]! >= settings.time_horizon) horizon[e] = 0
        buffer.addRow(step, e, actor.drawn.raw, cutHere)
      }
    },

    drop(environment): void {
      buffer.cutAfterNewest(environment)
      rewardNormalizer?.drop(environment)
      horizon[environment] = 0
    },

    async update(): Promise<number> {
      if (!buffer.full) return 0
      buffer.close()
      rewardNormalizer?.normalize(buffer.rewards, metrics)
      await rewards.judge(buffer, steps)
      await judgeBuffer()
      const first = normalizer?.fresh === true
      if (first) await learnStatistics()
      await judgeCuts()
      estimate()
      if (critic.t === 0 && (policy.t > 0 || cloning?.pretrains)) criticFirst.begin(h.policy_init_buffers)
      const held = criticFirst.holds(buffer)
      // Where the policy does not move, neither need the critic be held near what it was.
      const epsilon = held ? UNBOUNDED : schedule.epsilon(steps)
      program.inputs.epsilon![0] = epsilon
      feedValueRange(program.inputs['value-range'], buffer, h.value_clip, epsilon)
      program.inputs.beta![0] = schedule.beta(steps)
      for (let i = 0; i < N; i++) order[i] = i
      let made = 0
      for (let k = 0; k < h.num_epoch; k++) made += await epoch(held ? adams.slice(1) : adams)
      if (!first) normalizer?.update(buffer.observations)
      buffer.clear()
      return made
    },

    save: () => ({
      policy: policy.save(),
      critic: critic.save(),
      normalizer: normalizer?.save() ?? null,
      rewardNormalizer: rewardNormalizer?.save() ?? null,
      signals: signals.map((signal) => signal.save()),
      metrics: metrics.save(),
      buffer: buffer.save(),
      horizon: horizon.slice(),
      criticFirst: criticFirst.save(),
      steps,
    }),

    load(state): void {
      const saved = state as {
        policy: ReturnType<Parameters['save']>
        critic: ReturnType<Parameters['save']>
        normalizer: unknown
        rewardNormalizer?: unknown
        signals: unknown[]
        metrics: ReturnType<Metrics['save']>
        buffer: unknown
        horizon: Uint32Array<ArrayBuffer>
        criticFirst?: number
        steps: number
      }
      policy.load(saved.policy)
      critic.load(saved.critic)
      normalizer?.load(saved.normalizer)
      rewardNormalizer?.load(saved.rewardNormalizer)
      signals.forEach((signal, s) => {
        signal.load(saved.signals[s])
      })
      metrics.load(saved.metrics)
      buffer.load(saved.buffer)
      horizon = saved.horizon.slice()
      criticFirst.load(saved.criticFirst ?? 0)
      steps = saved.steps
    },

    exportPolicy: () => exportPolicy(shape, policy),

    async release(): Promise<void> {
      await Promise.all([program, judgeProgram, rewards, actor, ...signals].map((part) => part.release()))
    },
  }
}

export const ppo: AlgorithmDefinition = {
  name: 'ppo',
  title: 'Proximal policy optimisation',
  hyperparameters: ppoHyperparameters,
  metrics: ppoMetrics,
  buffer: 'whole',
  create: (context) => {
    if (context.settings.network_settings.memory == null) return makePpo(context)
    return makeRecurrentPpo(context, ppoHyperparameters.parse(context.settings.hyperparameters))
  },
}

registerAlgorithm(ppo)

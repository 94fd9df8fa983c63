/**
 * PPO with memory: the objective of ppo.ts over sequences, policy and critic each with an LSTM of their own
 * (`network_settings.memory`).
 *
 * A buffer holds T steps of E environments. It is cut into sequences of `sequence_length` steps as they were made, across the
 * ends of episodes: there the state is reset inside the sequence, so none is padded. Each begins with the state that the
 * networks of the old policy had there (the *stored state* of R2D2, Kapturowski et al. 2019, which for an on-policy learner
 * is at most one update old); gradients flow back to the beginning of the sequence and no further.
 *
 * Differs from ML-Agents: its sequences end with the episode and are padded with zeros. Here T is a multiple of
 * `sequence_length`, and a minibatch is floor(batch_size / sequence_length) whole sequences, as there, but at least 1.
 */
import { allocateParameters, Graph, gradients, oneHot, Parameters, type Value } from '../tensor/index.ts'
import { estimateAdvantages } from './advantages.ts'
import type { Algorithm, LearnContext } from './algorithm.ts'
import { BufferRewards } from './buffer-rewards.ts'
import {
  adamsOf,
  clippedLoss,
  feedValueRange,
  judgeActions,
  ppoSchedule,
  stepTogether,
} from './clipped-objective.ts'
import { Metrics } from './metrics.ts'
import { dense } from './networks.ts'
import { seen } from './normalizer.ts'
import { Actor, buildPolicy, policyBindings } from './policy.ts'
import { exportPolicy } from './policy-export.ts'
import type { PpoHyperparameters } from './ppo-hyperparameters.ts'
import { memorySize, type Past, refuseWithMemory, remember } from './recurrent-policy.ts'
import { makeRewardNormalizer } from './reward-normalizer.ts'
import { writeChoices } from './reward-signal.ts'
import { type Cut, RolloutBuffer } from './rollout-buffer.ts'
import { setUp } from './setup.ts'
import { makeRewardSignals } from './signals.ts'
import type { StepBatch } from './transitions.ts'

export async function makeRecurrentPpo(context: LearnContext, h: PpoHyperparameters): Promise<Algorithm> {
  const { spec, numEnvs: E, settings, runtime, random, threads } = context
  refuseWithMemory(settings.behavioral_cloning != null, 'behavioral_cloning')
  const acting = {
    continuousKind: 'clipped',
    logitBound: 0,
    logStdInit: h.log_std_init,
    recurrent: true,
  } as const
  const { layout, O, C, normalizer, shape, replayShape, policy } = setUp(context, acting)
  const D = layout.branchSizes.length
  const H = memorySize(settings.network_settings)
  const L = settings.network_settings.memory!.sequence_length
  const T = Math.max(1, Math.ceil(h.buffer_size / E / L)) * L // steps per environment and update
  const N = T * E
  const sequences = N / L // sequence k * E + e holds steps k L to (k + 1) L - 1 of environment e
  const B = Math.max(1, Math.floor(Math.min(h.batch_size, N) / L)) // sequences in a minibatch
  const M = B * L

  const metrics = new Metrics()
  const signals = makeRewardSignals(context, layout, replayShape, M)
  const S = signals.length
  const critic = new Parameters('critic')

  /** V_s of all that was seen so far, [n, S], and what the critic remembers then. */
  function values(graph: Graph, x: Value, past: Past): { value: Value; state: Value } {
    const scope = { graph, parameters: critic }
    const { outputs, state } = remember(scope, 'value', x, spec, settings.network_settings, false, past)
    return { value: dense(scope, 'value/out', outputs, S, 1), state }
  }

  /** The inputs that say what was seen and done in n steps. */
  function steppedInputs(graph: Graph, n: number): { x: Value; choices: Value[]; raw: Value | null } {
    const [x] = seen(normalizer, graph, graph.input('observation', [n, O]))
    const choices = layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [n]), group.size))
    return { x, choices, raw: C === 0 ? null : graph.input('raw', [n, C]) }
  }

  /** The loss of B sequences, time by time, and its gradients. */
  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const { x, choices, raw } = steppedInputs(graph, M)
    const kept = graph.input('kept', [M, 1])
    const policyOutputs = buildPolicy(shape, graph, policy, x, {
      state: graph.input('policy-state', [B, H]),
      kept,
    })
    const { value } = values(graph, x, { state: graph.input('critic-state', [B, H]), kept })
    const judged = judgeActions(graph, layout, policyOutputs, choices, raw)
    const outputs: Record<string, Value> = clippedLoss(graph, judged, value, h.value_clip)
    for (const parameters of [policy, critic]) {
      gradients(outputs.loss!, parameters.of(graph)).forEach((gradient, i) => {
        outputs[parameters.gradientName(parameters.names[i]!)] = gradient
      })
    }
    return outputs
  }

  /** What is asked about one step of E environments: values, log pi of what was done, and both states after it. */
  function buildJudge(): Record<string, Value> {
    const graph = new Graph()
    const { x, choices, raw } = steppedInputs(graph, E)
    const before = (name: string) => ({ state: graph.input(name, [E, H]), kept: null })
    const policyOutputs = buildPolicy(shape, graph, policy, x, before('policy-state'))
    const { value, state } = values(graph, x, before('critic-state'))
    return {
      values: value,
      'log-pi': judgeActions(graph, layout, policyOutputs, choices, raw).logPi,
      'policy-after': policyOutputs.state!,
      'critic-after': state,
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
  const judge = await runtime.compile({ outputs: judged, bind: networks, threads: 1 })
  await rewards.compile(runtime, threads)
  for (const signal of signals) await signal.compile(runtime, threads)
  const actor = await Actor.compile(shape, policy, runtime, E)
  const adams = adamsOf([policy, critic], h)
  const rewardNormalizer = h.normalize_reward ? makeRewardNormalizer(signals, E) : null
  const schedule = ppoSchedule(h, settings.max_steps)
  const buffer = new RolloutBuffer(T, E, replayShape, S)
  const first = new Uint8Array(N) // 1 where a row begins an episode
  const begins = new Uint8Array(E).fill(1) // whether the next row of an environment will
  const policyStates = new Float32Array(sequences * H) // at the beginning of every sequence
  const criticStates = new Float32Array(sequences * H)
  const policyBefore = new Float32Array(E * H) // at the beginning of the buffer
  const criticNow = new Float32Array(E * H) // after all that was judged
  const order = new Uint32Array(sequences)
  const done = new Int32Array(M * D)
  let steps = 0
  let horizon = new Uint32Array(E)

  /** Values and log-probabilities of everything in the buffer, step by step, and the states that sequences begin with. */
  async function judgeBuffer(): Promise<void> {
    const policyNow = policyBefore.slice()
    const cuts = new Map(buffer.cuts.map((cut) => [cut.row, cut]))
    const openCuts: { cut: Cut; state: Float32Array }[] = []
    for (let t = 0; t < T; t++) {
      const at = t * E
      for (let e = 0; e < E; e++) {
        if (first[at + e] === 0) continue
        policyNow.fill(0, e * H, (e + 1) * H)
        criticNow.fill(0, e * H, (e + 1) * H)
      }
      if (t % L === 0) {
        policyStates.set(policyNow, (at / L) * H)
        criticStates.set(criticNow, (at / L) * H)
      }
      const { inputs, outputs } = judge
      inputs.observation!.set(buffer.observations.subarray(at * O, (at + E) * O))
      inputs['policy-state']!.set(policyNow)
      inputs['critic-state']!.set(criticNow)
      inputs.raw?.set(buffer.raw.subarray(at * C, (at + E) * C))
      layout.groups.forEach((_, g) => {
        writeChoices(layout, g, buffer.discrete.subarray(at * D, (at + E) * D), E, inputs[`choice${g}`]!)
      })
      feedMasks(inputs, E, (e) => at + e)
      await judge.run()
      buffer.values.set(outputs.values!, at * S)
      buffer.logPi.set(outputs['log-pi']!, at)
      policyNow.set(outputs['policy-after']!)
      criticNow.set(outputs['critic-after']!)
      for (let e = 0; e < E; e++) {
        const cut = cuts.get(at + e)
        if (cut === undefined || buffer.terminated[cut.row] === 1) continue
        openCuts.push({ cut, state: criticNow.slice(e * H, (e + 1) * H) })
      }
    }
    await judgeCuts(openCuts)
  }

  /** As in ppo.ts; the first buffer begins with empty memories, so it can be judged twice. */
  async function learnStatistics(): Promise<void> {
    const played = buffer.logPi.slice()
    normalizer!.update(buffer.observations)
    await judgeBuffer()
    buffer.logPi.set(played)
  }

  /** V of what was seen after a cut, by a critic that remembers the way there. */
  async function judgeCuts(cuts: readonly { cut: Cut; state: Float32Array }[]): Promise<void> {
    for (let from = 0; from < cuts.length; from += E) {
      const rows = cuts.slice(from, from + E)
      rows.forEach(({ cut, state }, i) => {
        judge.inputs.observation!.set(cut.observation, i * O)
        judge.inputs['critic-state']!.set(state, i * H)
      })
      await judge.run()
      rows.forEach(({ cut }, i) => {
        cut.values.set(judge.outputs.values!.subarray(i * S, (i + 1) * S))
      })
    }
  }

  function feedMasks(
    inputs: Record<string, Float32Array>,
    count: number,
    rowOf: (i: number) => number,
  ): void {
    layout.groups.forEach((group, g) => {
      const mask = inputs[`mask${g}`]
      if (mask === undefined) return
      for (let i = 0; i < count; i++)
        layout.jointMask(g, buffer.masks, rowOf(i) * replayShape.mask, mask, i * group.size)
    })
  }

  /** One pass over the sequences in minibatches; what does not fill a minibatch is left out, as in ML-Agents. */
  async function epoch(): Promise<number> {
    random.shuffle(order)
    const { inputs, outputs } = program
    let made = 0
    for (let from = 0; from + B <= sequences; from += B, made++) {
      const rowOf = (i: number) => {
        const [t, sequence] = [Math.floor(i / B), order[from + (i % B)]!]
        return (Math.floor(sequence / E) * L + t) * E + (sequence % E)
      }
      for (let s = 0; s < B; s++) {
        const at = order[from + s]! * H
        inputs['policy-state']!.set(policyStates.subarray(at, at + H), s * H)
        inputs['critic-state']!.set(criticStates.subarray(at, at + H), s * H)
      }
      for (let i = 0; i < M; i++) {
        const row = rowOf(i)
        inputs.observation!.set(buffer.observations.subarray(row * O, (row + 1) * O), i * O)
        inputs.kept![i] = 1 - first[row]!
        done.set(buffer.discrete.subarray(row * D, (row + 1) * D), i * D)
        inputs.raw?.set(buffer.raw.subarray(row * C, (row + 1) * C), i * C)
        inputs['old-log-pi']![i] = buffer.logPi[row]!
        inputs.advantage![i] = buffer.advantages[row]!
        inputs['old-value']?.set(buffer.values.subarray(row * S, (row + 1) * S), i * S)
        inputs.return!.set(buffer.returns.subarray(row * S, (row + 1) * S), i * S)
      }
      layout.groups.forEach((_, g) => {
        writeChoices(layout, g, done, M, inputs[`choice${g}`]!)
      })
      feedMasks(inputs, M, rowOf)
      await program.run()
      stepTogether(adams, schedule.learningRate(steps))
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
    prepare: async () => {},

    act(observations, masks, actions) {
      if (buffer.length === 0) policyBefore.set(actor.memory)
      return actor.act(observations, masks, actions, random, settings.network_settings.deterministic)
    },

    observe(step: StepBatch): void {
      steps += E
      for (let e = 0; e < E; e++) {
        const ended = step.terminated[e] === 1 || step.truncated[e] === 1
        rewardNormalizer?.observe(e, step.rewards[e]!, ended)
        horizon[e] = ended ? 0 : horizon[e]! + 1
        const cutHere = ended || horizon[e]! >= settings.time_horizon
        if (horizon[e]! >= settings.time_horizon) horizon[e] = 0
        first[buffer.length] = begins[e]!
        begins[e] = ended ? 1 : 0
        if (ended) actor.forget(e)
        buffer.addRow(step, e, actor.drawn.raw, cutHere)
      }
    },

    async update(): Promise<number> {
      if (!buffer.full) return 0
      buffer.close()
      rewardNormalizer?.normalize(buffer.rewards, metrics)
      await rewards.judge(buffer, steps)
      await judgeBuffer()
      const unseen = normalizer?.fresh === true
      if (unseen) await learnStatistics()
      estimateAdvantages(buffer, { signals, E, lambda: h.lambd, steps, metrics }, (s) => rewards.absorbing(s))
      const epsilon = schedule.epsilon(steps)
      program.inputs.epsilon![0] = epsilon
      feedValueRange(program.inputs['value-range'], buffer, h.value_clip, epsilon)
      program.inputs.beta![0] = schedule.beta(steps)
      for (let i = 0; i < sequences; i++) order[i] = i
      let made = 0
      for (let k = 0; k < h.num_epoch; k++) made += await epoch()
      if (!unseen) normalizer?.update(buffer.observations)
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
      buffer: { rows: buffer.save(), first, begins, policyBefore, criticNow, memory: actor.memory },
      horizon: horizon.slice(),
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
        buffer: { rows: unknown; first: Uint8Array; begins: Uint8Array } & Record<
          'policyBefore' | 'criticNow' | 'memory',
          Float32Array
        >
        horizon: Uint32Array<ArrayBuffer>
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
      buffer.load(saved.buffer.rows)
      first.set(saved.buffer.first)
      begins.set(saved.buffer.begins)
      policyBefore.set(saved.buffer.policyBefore)
      criticNow.set(saved.buffer.criticNow)
      actor.memory.set(saved.buffer.memory)
      horizon = saved.horizon.slice()
      steps = saved.steps
    },

    exportPolicy: () => exportPolicy(shape, policy),

    async release(): Promise<void> {
      await Promise.all([program, judge, rewards, actor, ...signals].map((part) => part.release()))
    },
  }
}

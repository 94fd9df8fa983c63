/**
 * SAC with memory: the losses of sac.ts over sequences of replay; policy, both critics and both targets each have an LSTM
 * of their own (`network_settings.memory`), as Ni et al. 2022 (arXiv:2110.05038) found best.
 *
 * A sequence is drawn anywhere in what an environment has seen. Memories begin it at zero, `burn_in` steps fill them without
 * a gradient, and the next `sequence_length` steps teach; an episode that begins on the way resets them.
 * Of the two remedies of R2D2 (Kapturowski et al. 2019) for a memory that must begin in the middle, burn-in is used and not
 * the stored state: five networks remember here and only the policy acts, so a state could be stored for one in five.
 *
 * Differs from R2D2: sequences may begin at every step and run across the ends of episodes; replay is uniform.
 * Differs from ML-Agents: it stores the policy's and the critic's state at the beginning of a sequence and pads. For
 * continuous actions the critics remember observations alone, and the action joins behind the memory, so that
 * Q(s, a) can be asked for another action than the one taken.
 */
import { UserError } from '../errors.ts'
import {
  Adam,
  add,
  allocateParameters,
  concat,
  div,
  Graph,
  gradients,
  minimum,
  mul,
  neg,
  oneHot,
  Parameters,
  reshape,
  slice,
  square,
  stopGradient,
  sub,
  sum,
  type Value,
} from '../tensor/index.ts'
import type { Algorithm, LearnContext } from './algorithm.ts'
import { categoricalEntropy, maskedLogSoftmax, squashedGaussian } from './distributions.ts'
import { hidden } from './layers.ts'
import { Metrics } from './metrics.ts'
import { dense, perAction, perTaken } from './networks.ts'
import { seen } from './normalizer.ts'
import { Actor, buildPolicy, policyBindings } from './policy.ts'
import { exportPolicy } from './policy-export.ts'
import { memorySize, type Past, refuseWithMemory, remember } from './recurrent-policy.ts'
import { addRewardMetrics, weightedRewards, writeChoices } from './reward-signal.ts'
import type { SacHyperparameters } from './sac.ts'
import { makeSequenceBatch, SequenceReplay } from './sequence-replay.ts'
import { setUp } from './setup.ts'
import { makeRewardSignals } from './signals.ts'
import { expectedSoftValue, groupMean, sacSchedule } from './soft-values.ts'
import { Temperature } from './temperature.ts'
import { allRows, type StepBatch } from './transitions.ts'
import { drawUniformly } from './uniform-play.ts'

export async function makeRecurrentSac(context: LearnContext, h: SacHyperparameters): Promise<Algorithm> {
  const { spec, numEnvs, settings, runtime, random, threads } = context
  refuseWithMemory(settings.behavioral_cloning != null, 'behavioral_cloning')
  refuseWithMemory(h.demonstration_share > 0, 'demonstration_share above 0')
  refuseWithMemory(h.n_step > 1, 'n_step above 1')
  const acting = { continuousKind: 'squashed', logitBound: h.logit_bound, recurrent: true } as const
  const { layout, O, C, normalizer, shape, replayShape, policy } = setUp(context, acting)
  const discrete = layout.groups.length > 0
  if (discrete && C > 0) {
    throw new UserError(`SAC here takes discrete or continuous actions, and ${spec.id} has both`, {
      remedy: 'use ppo',
    })
  }
  const net = settings.network_settings
  const H = memorySize(net)
  const L = net.memory!.sequence_length
  const burnIn = net.memory!.burn_in ?? L >> 1
  const B = Math.max(1, Math.floor(h.batch_size / L)) // sequences
  const N = B * L // steps that teach
  const W = burnIn + L + 1 // rows of a sequence: what followed the last step is one more

  const metrics = new Metrics()
  const signals = makeRewardSignals(context, layout, replayShape, N)
  const gammas = [...new Set(signals.map((signal) => signal.gamma))]
  const critics = new Parameters('critic')
  const targets = new Parameters('target')

  /** What network `name` remembers of the burn-in: [B, H], without gradient. */
  function burnedIn(graph: Graph, parameters: Parameters, name: string, rows: Rows, norm: boolean): Past {
    const state = graph.constant(0, [B, H])
    if (burnIn === 0) return { state, kept: rows.kept }
    const past = { state, kept: rows.burnInKept }
    const warm = remember({ graph, parameters }, name, rows.burnIn!, spec, net, norm, past)
    return { state: stopGradient(warm.state), kept: rows.kept }
  }

  /** What critic `which` remembers after each of the L + 1 rows, or of the L first of them. */
  function criticMemory(
    graph: Graph,
    parameters: Parameters,
    which: number,
    rows: Rows,
    next: boolean,
  ): Value {
    const name = `q${which}`
    const past = burnedIn(graph, parameters, name, rows, net.layer_norm)
    const x = next ? rows.x : now(rows.x)
    const kept = next ? rows.kept : now(rows.kept)
    return remember({ graph, parameters }, name, x, spec, net, net.layer_norm, { state: past.state, kept })
      .outputs
  }

  function headsAfter(past: Value) {
    return { outputGain: 1, norm: net.layer_norm, heads: gammas.length, past }
  }

  /** Q_i(s, a) per discount, [N]; `past` [N, M] is what the critic remembers. */
  function continuousQ(
    graph: Graph,
    parameters: Parameters,
    which: number,
    past: Value,
    action: Value,
  ): Value[] {
    const scope = { graph, parameters }
    const after = hidden(
      scope,
      `q${which}/action`,
      concat([past, action], 1),
      net.hidden_units,
      net.layer_norm,
    )
    return gammas.map((_, k) => reshape(dense(scope, `q${which}/out-${k}`, after, 1, 1), [N]))
  }

  interface Rows {
    /** [burnIn B, O] */
    readonly burnIn: Value | null
    readonly burnInKept: Value | null
    /** [(L + 1) B, O], the steps that teach and what followed the last of them */
    readonly x: Value
    readonly kept: Value
  }
  const now = (rows: Value) => slice(rows, 0, 0, N)
  const next = (rows: Value) => slice(rows, 0, B, B + N)

  /** One whole update as one graph: outputs are gradients, losses and what the temperature needs. */
  function buildUpdate(): Record<string, Value> {
    const graph = new Graph()
    const all = graph.input('observation', [W * B, O])
    const allKept = graph.input('kept', [W * B, 1])
    const [allX] = seen(normalizer, graph, all)
    const main = (rows: Value) => slice(rows, 0, burnIn * B, W * B)
    const before = (rows: Value) => (burnIn === 0 ? null : slice(rows, 0, 0, burnIn * B))
    const rows: Rows = {
      burnIn: before(allX),
      burnInKept: before(allKept),
      x: main(allX),
      kept: main(allKept),
    }
    const reward = graph.input('reward', [N])
    const terminated = graph.input('terminated', [N]) // d
    const acted = graph.input('acted', [N]) // 0 where an episode has ended and nothing was done
    const choices = layout.groups.map((group, g) => oneHot(graph.input(`choice${g}`, [N]), group.size))
    const continuous = C === 0 ? null : graph.input('continuous', [N, C])
    const alphas = Array.from({ length: discrete ? layout.groups.length : 1 }, (_, g) =>
      graph.input(`alpha${g}`, []),
    )
    const masks = layout.groups.map((group, g) =>
      layout.masked ? graph.input(`mask${g}`, [N + B, group.size]) : null,
    )
    /** Over the steps in which something was done. */
    const mean = (values: Value) => div(sum(mul(values, acted)), sum(acted))

    // r, per discount: the weighted sum of the signals that share it
    const transition = {
      observation: now(main(all)),
      choices,
      continuous,
      reward,
      nextObservation: next(main(all)),
      terminated,
    }
    const outputs: Record<string, Value> = {}
    const rewards = weightedRewards(graph, signals, gammas, transition, outputs, mean)

    const past = burnedIn(graph, policy, 'policy', rows, false)
    const policyOutputs = buildPolicy(shape, graph, policy, rows.x, past)
    const [m1, m2] = [1, 2].map((which) => criticMemory(graph, critics, which, rows, false)) as [Value, Value]
    const [m1Next, m2Next] = [1, 2].map((which) => next(criticMemory(graph, targets, which, rows, true))) as [
      Value,
      Value,
    ]
    let nextValues: Value[]
    let taken: Value[][] // [critic][discount], [N]
    let policyLoss: Value
    if (discrete) {
      const [x, xNext] = [now(rows.x), next(rows.x)]
      const q = (parameters: Parameters, which: number, seenNow: Value, memory: Value) =>
        perAction({ graph, parameters }, `q${which}`, seenNow, spec, layout, net, headsAfter(memory))
      const logPOf = (part: (value: Value) => Value) =>
        policyOutputs.logits.map((logits, g) =>
          maskedLogSoftmax(part(logits), masks[g] == null ? null : part(masks[g])),
        )
      // V(s') = sum_a pi(a|s') (min_i Q'_i(s', a) - alpha log pi(a|s')),  mean over groups       (1910.07207, Eq. 10)
      const nextLogP = logPOf(next).map(stopGradient)
      const [q1Next, q2Next] = [q(targets, 1, xNext, m1Next), q(targets, 2, xNext, m2Next)]
      nextValues = gammas.map((_, k) =>
        groupMean(
          layout.groups.map((_, g) => {
            const alpha = h.entropy_in_target && k === 0 ? alphas[g]! : null
            return expectedSoftValue(minimum(q1Next[g]![k]!, q2Next[g]![k]!), nextLogP[g]!, alpha)
          }),
        ),
      )
      const [q1, q2] = [q(critics, 1, x, m1), q(critics, 2, x, m2)]
      taken = [m1, m2].map((memory, i) => {
        const scope = { graph, parameters: critics }
        const perGroup = perTaken(scope, `q${i + 1}`, x, choices, spec, layout, net, headsAfter(memory))
        return gammas.map((_, k) => groupMean(perGroup.map((ofGroup) => ofGroup[k]!)))
      })
      // J_pi = E_s[ sum_a pi(a|s) (alpha log pi(a|s) - min_i Q_i(s, a)) ]                        (1910.07207, Eq. 12)
      const logP = logPOf(now)
      policyLoss = groupMean(
        logP.map((logPi, g) => {
          const value = gammas
            .map((_, k) => minimum(q1[g]![k]!, q2[g]![k]!))
            .reduce((sumSoFar, part) => add(sumSoFar, part))
          return neg(mean(expectedSoftValue(stopGradient(value), logPi, alphas[g]!)))
        }),
      )
      logP.forEach((logPi, g) => {
        outputs[`entropy${g}`] = mean(categoricalEntropy(logPi))
      })
    } else {
      const drawn = (part: (value: Value) => Value, noise: string) =>
        squashedGaussian(part(policyOutputs.mean!), part(policyOutputs.logStd!), graph.input(noise, [N, C]))
      // V(s') = min_i Q'_i(s', a') - alpha log pi(a'|s'),  a' ~ pi                                          (Eq. 3, 5)
      const drawnNext = drawn(next, 'next-noise')
      const nextAction = stopGradient(drawnNext.action)
      const q1Next = continuousQ(graph, targets, 1, m1Next, nextAction)
      const q2Next = continuousQ(graph, targets, 2, m2Next, nextAction)
      nextValues = gammas.map((_, k) => {
        const value = minimum(q1Next[k]!, q2Next[k]!)
        return k === 0 ? sub(value, mul(stopGradient(drawnNext.logPi), alphas[0]!)) : value
      })
      taken = [m1, m2].map((memory, i) => continuousQ(graph, critics, i + 1, memory, continuous!))
      // J_pi = E_s[ alpha log pi(a|s) - min_i Q_i(s, a) ],  a = f(noise; s)                                    (Eq. 7)
      const { action, logPi } = drawn(now, 'noise')
      const q1 = continuousQ(graph, critics, 1, m1, action)
      const q2 = continuousQ(graph, critics, 2, m2, action)
      const value = gammas.map((_, k) => minimum(q1[k]!, q2[k]!)).reduce((soFar, part) => add(soFar, part))
      policyLoss = mean(sub(mul(logPi, alphas[0]!), value))
      outputs.entropy0 = mul(mean(logPi), -1)
    }

    // y = r + gamma (1 - d) V(s'),   J_Q = E[ (Q_i(s, a) - y)^2 / 2 ], i = 1, 2                              (Eq. 5)
    let criticLoss: Value = graph.constant(0)
    gammas.forEach((gamma, k) => {
      const y = stopGradient(add(rewards[k]!, mul(mul(sub(1, terminated), nextValues[k]!), gamma)))
      for (const q of taken) criticLoss = add(criticLoss, mul(mean(square(sub(q[k]!, y))), 0.5))
    })

    outputs['critic-loss'] = criticLoss
    outputs['policy-loss'] = policyLoss
    outputs['q-mean'] = mean(taken[0]!.reduce((soFar, part) => add(soFar, part)))
    outputs['reward-mean'] = mean(rewards.reduce((soFar, part) => add(soFar, part)))
    for (const [parameters, loss] of [
      [critics, criticLoss],
      [policy, policyLoss],
    ] as const) {
      gradients(loss, parameters.of(graph)).forEach((gradient, i) => {
        outputs[parameters.gradientName(parameters.names[i]!)] = gradient
      })
    }
    return outputs
  }

  const outputs = buildUpdate()
  const learned = signals.map((signal) => signal.parameters).filter((parameters) => parameters !== null)
  allocateParameters([policy, critics, targets, ...learned], random)
  targets.copyFrom(critics)
  const bind: Record<string, Float32Array> = {
    ...policyBindings(shape, policy),
    ...critics.bindings(),
    ...targets.bindings(),
    ...policy.gradientBindings(),
    ...critics.gradientBindings(),
  }
  for (const signal of signals) Object.assign(bind, signal.bindings())
  const program = await runtime.compile({ outputs, bind, threads })
  for (const signal of signals) await signal.compile(runtime, threads)
  const actor = await Actor.compile(shape, policy, runtime, numEnvs)
  const policyAdam = new Adam(policy, { learningRate: h.learning_rate })
  const criticAdam = new Adam(critics, { learningRate: h.learning_rate })
  const temperatures = (discrete ? layout.groups.map((group) => Math.log(group.size)) : [-C]).map(
    (scale) => new Temperature(h.init_entcoef, h.entcoef_learning_rate, scale),
  )
  const replay = new SequenceReplay(h.buffer_size, numEnvs, replayShape, W)
  const batch = makeSequenceBatch(W * B, replayShape)
  const schedule = sacSchedule(h, discrete, settings.max_steps)
  const everybody = allRows(numEnvs)
  // every sequence that is drawn must be whole, in whichever environment it was seen
  const firstUpdate = Math.max(h.buffer_init_steps, W * numEnvs)
  let steps = 0
  let updates = 0

  function feedBatch(): void {
    const { inputs } = program
    const from = burnIn * B
    const { branches: D, mask: M } = replayShape
    inputs.observation!.set(batch.observations)
    inputs.kept!.set(batch.kept)
    inputs.reward?.set(batch.rewards.subarray(from, from + N))
    inputs.terminated!.set(batch.terminated.subarray(from, from + N))
    inputs.acted!.set(batch.acted.subarray(from, from + N))
    inputs.continuous?.set(batch.continuous.subarray(from * C, (from + N) * C))
    const done = batch.discrete.subarray(from * D, (from + N) * D)
    layout.groups.forEach((group, g) => {
      writeChoices(layout, g, done, N, inputs[`choice${g}`]!)
      if (M === 0) return
      for (let i = 0; i < N + B; i++) {
        layout.jointMask(g, batch.masks, (from + i) * M, inputs[`mask${g}`]!, i * group.size)
      }
    })
  }

  async function updateOnce(): Promise<void> {
    replay.sample(random, batch, B)
    feedBatch()
    const { inputs } = program
    for (const name of ['noise', 'next-noise']) {
      const noise = inputs[name]
      if (noise !== undefined) for (let i = 0; i < noise.length; i++) noise[i] = random.normal()
    }
    temperatures.forEach((temperature, g) => {
      const alpha = inputs[`alpha${g}`]
      if (alpha !== undefined) alpha[0] = temperature.alpha
    })
    signals.forEach((signal, k) => {
      inputs[`strength${k}`]![0] = signal.strength(steps)
    })

    await program.run()
    criticAdam.learningRate = schedule.learningRate(steps)
    policyAdam.learningRate = criticAdam.learningRate
    criticAdam.step({ follow: { target: targets, tau: h.tau } })
    const moves = updates >= h.policy_init_updates
    if (moves) policyAdam.step()
    temperatures.forEach((temperature, g) => {
      const entropy = program.outputs[`entropy${g}`]![0]!
      const target = schedule.targetEntropyShare(steps) * temperature.scale
      if (moves) temperature.step(entropy, target)
      metrics.add('policy/entropy', entropy)
      metrics.add('policy/temperature', temperature.alpha)
      metrics.add('policy/target_entropy', target)
    })
    metrics.add('loss/critic', program.outputs['critic-loss']![0]!)
    metrics.add('loss/policy', program.outputs['policy-loss']![0]!)
    metrics.add('critic/q', program.outputs['q-mean']![0]!)
    metrics.add('critic/reward', program.outputs['reward-mean']![0]!)
    addRewardMetrics(metrics, signals, program.outputs)
    for (const signal of signals) {
      await signal.update(random, metrics, (rows, count) => replay.sampleTransitions(random, rows, count))
    }
    updates++
  }

  return {
    metrics,
    prepare: async () => {},

    async act(observations, masks, actions, environments = null): Promise<void> {
      const { acting_temperature: temperature } = h
      await actor.act(observations, masks, actions, random, net.deterministic, temperature, environments)
      // The policy has watched then, and remembers what it will need once it plays.
      if (steps < h.buffer_init_steps) drawUniformly(context, masks, actions, environments ?? everybody)
    },

    observe(step: StepBatch): void {
      const rows = step.environments ?? null
      normalizer?.update(step.nextObservations, rows)
      replay.add(step)
      for (const e of rows ?? everybody) {
        if (step.terminated[e] === 1 || step.truncated[e] === 1) actor.forget(e)
      }
      steps += rows?.length ?? numEnvs
    },

    drop(environment): void {
      replay.drop(environment)
      actor.forget(environment)
    },

    async update(): Promise<number> {
      const due = Math.floor((steps - firstUpdate) / h.steps_per_update)
      let made = 0
      for (; updates < due; made++) await updateOnce()
      return made
    },

    save: () => ({
      policy: policy.save(),
      critics: critics.save(),
      targets: targets.save(),
      temperatures: temperatures.map((temperature) => temperature.save()),
      normalizer: normalizer?.save() ?? null,
      signals: signals.map((signal) => signal.save()),
      metrics: metrics.save(),
      replay: { rows: replay.save(), memory: actor.memory },
      steps,
      updates,
    }),

    load(state): void {
      const saved = state as {
        policy: ReturnType<Parameters['save']>
        critics: ReturnType<Parameters['save']>
        targets: ReturnType<Parameters['save']>
        temperatures: ReturnType<Temperature['save']>[]
        normalizer: unknown
        signals: unknown[]
        metrics: ReturnType<Metrics['save']>
        replay: { rows: unknown; memory: Float32Array }
        steps: number
        updates: number
      }
      policy.load(saved.policy)
      critics.load(saved.critics)
      targets.load(saved.targets)
      temperatures.forEach((temperature, g) => {
        temperature.load(saved.temperatures[g]!)
      })
      normalizer?.load(saved.normalizer)
      signals.forEach((signal, k) => {
        signal.load(saved.signals[k])
      })
      metrics.load(saved.metrics)
      replay.load(saved.replay.rows)
      actor.memory.set(saved.replay.memory)
      steps = saved.steps
      updates = saved.updates
    },

    exportPolicy: () => exportPolicy(shape, policy),

    async release(): Promise<void> {
      await Promise.all([program, actor, ...signals].map((part) => part.release()))
    },
  }
}

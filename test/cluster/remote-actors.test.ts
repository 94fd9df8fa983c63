import { afterEach, describe, expect, it } from 'vitest'
import { RemoteActors, type RemoteActorsOptions } from '../../core/cluster/remote-actors.ts'
import { makeEnvironment, observationSize } from '../../core/envs/index.ts'
import type { ActingPart } from '../../core/experience/acting.ts'
import type { StepBatch } from '../../core/experience/transitions.ts'
import { judgeActions } from '../../core/learn/algorithms/clipped-objective.ts'
import {
  type Algorithm,
  type BehaviorSettings,
  behaviorSettings,
  makeAlgorithm,
} from '../../core/learn/index.ts'
import { seen } from '../../core/learn/networks/normalizer.ts'
import { buildPolicy } from '../../core/learn/networks/policy.ts'
import { setUp } from '../../core/learn/setup.ts'
import { Update } from '../../core/learn/update.ts'
import { Random } from '../../core/random.ts'
import { allocateParameters, loadRuntime, oneHot, type SavedParameters } from '../../core/tensor/index.ts'
import { InlineWorkers } from './inline-workers.ts'

const UNLIMITED = { maxLifetimeRestarts: -1, rateLimit: -1, ratePeriodSeconds: 60 }
const opened: (RemoteActors | Algorithm)[] = []

afterEach(async () => {
  for (const one of opened.splice(0)) await ('close' in one ? one.close() : one.release())
})

interface Given {
  readonly environment?: string
  readonly trainer?: string
  readonly options?: Partial<RemoteActorsOptions>
}

function behaviorOf(trainer: string): BehaviorSettings {
  return behaviorSettings.parse({
    trainer_type: trainer,
    hyperparameters: {
      buffer_size: 64,
      batch_size: 64,
      ...(trainer === 'ppo' ? { num_epoch: 1, log_std_init: -0.5 } : {}),
    },
    network_settings: { hidden_units: 8, num_layers: 1, head_units: 4, normalize: true },
  })
}

/** Two workers with two environments each, and the algorithm that they act for. */
async function actorsFor({ environment = 'basic', trainer = 'ppo', options }: Given) {
  const behavior = behaviorOf(trainer)
  const workers = new InlineWorkers()
  const actors = await RemoteActors.create(workers, {
    recipe: { id: environment, parameters: {}, samplers: {} },
    plugins: [],
    admitted: [],
    count: 4,
    workers: 2,
    pace: null,
    restarts: UNLIMITED,
    seed: 9,
    behavior,
    engine: 'onnxruntime',
    ...options,
  })
  const algorithm = await makeAlgorithm(trainer, {
    spec: actors.spec,
    numEnvs: actors.count,
    settings: behavior,
    demonstrations: null,
    runtime: await loadRuntime('onnxruntime'),
    random: new Random(3),
    threads: 1,
  })
  opened.push(actors, algorithm)
  return { actors, algorithm, workers }
}

/** With a version that the test says, in place of that of the algorithm. */
function versioned({ acting }: Algorithm): ActingPart & { version: number } {
  const { mostBehind, chunkSteps } = acting!
  return { version: 0, mostBehind, chunkSteps, save: () => acting!.save() }
}

/** What the learner's own network says of the actions of a batch, from the graph that it learns by. */
async function judge(
  algorithm: Algorithm,
  environment: string,
): Promise<(batch: StepBatch) => Promise<Float32Array>> {
  const { spec } = makeEnvironment(environment)
  const acting = { continuousKind: 'clipped', logitBound: 0 } as const
  const setup = setUp({ spec, settings: behaviorOf('ppo') }, acting)
  const { shape, policy, layout, O, C, normalizer, replayShape } = setup
  const E = 4
  const update = new Update()
  let batch!: StepBatch
  const [x] = seen(
    normalizer,
    update.graph,
    update.input('x', [E, O], (to) => to.set(batch.observations)),
  )
  const choices = layout.groups.map((group, g) =>
    oneHot(
      update.input(`choice${g}`, [E], (to) => {
        const D = layout.branchSizes.length
        for (let e = 0; e < E; e++) to[e] = layout.encode(g, batch.actions.discrete, e * D)
      }),
      group.size,
    ),
  )
  const masks = layout.groups.map((group, g) =>
    layout.masked
      ? update.input(`mask${g}`, [E, group.size], (to) => {
          for (let e = 0; e < E; e++) {
            layout.jointMask(g, batch.masks!, e * replayShape.mask, to, e * group.size)
          }
        })
      : null,
  )
  const raw = C === 0 ? null : update.input('raw', [E, C], (to) => to.set(batch.actions.raw!))
  const outputs = buildPolicy(shape, update.graph, policy, x)
  const read = update.read(judgeActions(outputs, choices, raw, masks).logPi)
  allocateParameters([policy], new Random(77))
  policy.load((algorithm.save() as { policy: SavedParameters }).policy)
  await update.compile(await loadRuntime('onnxruntime'), 1, [policy], normalizer?.bindings())
  return async (given) => {
    batch = given
    await update.run()
    return read().slice()
  }
}

const rowsOf = ({ environments }: StepBatch): number[] => [...environments!]

describe('actors on workers', () => {
  it.each(['basic', 'grid', 'pendulum'])(
    'say how likely their policy made what they did: %s',
    async (environment) => {
      const { actors, algorithm } = await actorsFor({ environment, options: { workers: 1 } })
      actors.follow(algorithm.acting!)
      const logPi = await judge(algorithm, environment)
      for (let i = 0; i < 8; i++) {
        const batch = await actors.receive()
        expect(rowsOf(batch)).toEqual([0, 1, 2, 3])
        const expected = await logPi(batch)
        batch.actions.logPi!.forEach((said, e) => {
          expect(Math.abs(said - expected[e]!)).toBeLessThan(1e-6)
        })
      }
    },
  )

  it('send what their environments did: an episode that is played again is the same', async () => {
    const { actors, algorithm } = await actorsFor({ environment: 'bubble/25' })
    actors.follow(algorithm.acting!)
    const environment = makeEnvironment('bubble/25')
    const O = observationSize(actors.spec)
    const steps = Array.from({ length: 4 }, () => [] as ReturnType<typeof stepOf>[])
    const stepOf = (batch: StepBatch, e: number) => ({
      before: batch.observations.slice(e * O, (e + 1) * O),
      action: { continuous: new Float32Array(0), discrete: batch.actions.discrete.slice(e * 2, e * 2 + 2) },
      reward: batch.rewards[e]!,
      after: batch.nextObservations.slice(e * O, (e + 1) * O),
      terminated: batch.terminated[e] === 1,
      truncated: batch.truncated[e] === 1,
    })
    let ends = 0
    for (let i = 0; i < 400; i++) {
      const batch = await actors.receive()
      for (const e of rowsOf(batch)) steps[e]!.push(stepOf(batch, e))
      for (const { environment: e, seed, length } of actors.finished) {
        ends++
        const seen = new Float32Array(O)
        environment.reset(seed, seen)
        expect(steps[e]!.length).toBe(length)
        for (const { before, action, reward, after, ...end } of steps[e]!.splice(0)) {
          expect(before).toEqual(seen)
          const result = environment.step(action, seen)
          expect(after).toEqual(seen)
          expect(reward).toBe(Math.fround(result.reward))
          expect(end).toEqual({ terminated: result.terminated, truncated: result.truncated })
        }
      }
    }
    expect(ends).toBeGreaterThan(4)
  })

  it.each([
    ['ppo', 1],
    ['sac', Number.POSITIVE_INFINITY],
  ])('of %s drop what is more than %d versions old', async (trainer, bound) => {
    const { actors, algorithm, workers } = await actorsFor({ trainer })
    const acting = versioned(algorithm)
    expect(acting.mostBehind).toBe(bound)
    actors.follow(acting)
    algorithm.observe(await actors.receive())
    expect(workers.shared.length).toBe(1)
    acting.version = 1
    algorithm.observe(await actors.receive())
    expect(actors.drainMetrics()).toEqual({
      'actors/dropped': 0,
      'actors/staleness': 0.5,
      'actors/staleness_max': 1,
    })
    acting.version = 2
    let rows = 0
    const dropped = new Set<number>()
    // what was under way, or read in part, and some of what was asked for then
    for (let i = 0; i < 20; i++) {
      const batch = await actors.receive()
      algorithm.observe(batch)
      for (const e of actors.dropped) {
        dropped.add(e)
        algorithm.drop!(e)
      }
      rows += rowsOf(batch).length
    }
    const { 'actors/dropped': steps, 'actors/staleness_max': most } = actors.drainMetrics()
    if (trainer === 'ppo') {
      expect([...dropped].sort()).toEqual([0, 1, 2, 3])
      // two chunks of two steps of each of four environments, but for the two steps that were read
      expect(steps).toBe(2 * algorithm.acting!.chunkSteps * 4 - 4)
      expect(most).toBe(0)
    } else {
      expect(dropped.size).toBe(0)
      expect(steps).toBe(0)
      expect(most).toBe(2)
    }
    expect(rows).toBeGreaterThan(20)
  })

  it('take a lost worker back with other episodes and other seeds', async () => {
    const { actors, algorithm, workers } = await actorsFor({})
    actors.follow(algorithm.acting!)
    const O = observationSize(actors.spec)
    const seeds = new Set<number>()
    let episodes = 0
    let back = false
    const seen = new Map<number, Float32Array>()
    for (let i = 0; i < 600; i++) {
      if (i === 200) workers.lose(0)
      const batch = await actors.receive()
      for (const { seed } of actors.finished) {
        seeds.add(seed)
        episodes++
      }
      for (const e of rowsOf(batch)) {
        const before = seen.get(e)
        if (before !== undefined) expect(batch.observations.slice(e * O, (e + 1) * O)).toEqual(before)
        const ended = batch.terminated[e] === 1 || batch.truncated[e] === 1
        if (ended) seen.delete(e)
        else seen.set(e, batch.nextObservations.slice(e * O, (e + 1) * O))
        if (e === 0 && i > 300) back = true
      }
      if (actors.dropped.length === 0) continue
      expect(actors.dropped).toEqual([0, 1])
      expect(actors.troubles).toEqual(['worker 0 of the cluster: it has ended'])
      for (const e of actors.dropped) seen.delete(e)
    }
    expect(back).toBe(true)
    expect(episodes).toBeGreaterThan(20)
    expect(seeds.size).toBe(episodes)
    expect(actors.failure).toBe(null)
  })

  it('cut what is under way for a checkpoint, and whoever goes on with it begins other episodes', async () => {
    const { actors, algorithm } = await actorsFor({})
    actors.follow(algorithm.acting!)
    expect(actors.settled).toBe(true)
    await actors.receive()
    expect(actors.settled).toBe(false)
    expect(rowsOf(await actors.settle())).toEqual([])
    expect(actors.dropped).toEqual([0, 1, 2, 3])
    expect(actors.settled).toBe(true)
    const saved = await actors.save()
    expect(saved.snapshots).toEqual([null, null, null, null])
    expect(rowsOf(await actors.receive()).length).toBe(2)

    const finish = async (rollout: RemoteActors): Promise<number[]> => {
      const seeds: number[] = []
      while (seeds.length < 6) {
        await rollout.receive()
        seeds.push(...rollout.finished.map(({ seed }) => seed))
      }
      return seeds
    }
    const { actors: resumed, algorithm: other } = await actorsFor({})
    resumed.follow(other.acting!)
    await resumed.load(structuredClone(saved))
    await resumed.receive()
    expect(resumed.dropped).toEqual([0, 1, 2, 3])
    const [first, second] = [await finish(actors), await finish(resumed)]
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length)
  })
})

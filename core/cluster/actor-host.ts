/** A worker that carries the policy: it plays its environments by itself, and sends what came of it. */
import { setTimeout as wait } from 'node:timers/promises'
import { closing, type Environment } from '../envs/index.ts'
import { makeVaried, type Samplers } from '../envs/varied-environment.ts'
import { type ActingCopy, actingCopyOf } from '../learn/index.ts'
import { Random } from '../random.ts'
import { emptyFrame, type Frame } from '../remote/stdio/frames.ts'
import { type Sizes, sizesOf } from '../remote/stdio/layout.ts'
import { Pacer } from '../rollout/pace.ts'
import { VectorEnvironment } from '../rollout/vector.ts'
import { loadRuntime } from '../tensor/index.ts'
import { ChunkRecorder } from './chunk.ts'
import {
  type ActorOrder,
  dataFrame,
  type PlayOrder,
  readData,
  type Weights,
  WorkerKind,
  type WorkerOrder,
} from './worker-frames.ts'

/** Slow environments send what they have after so long, so that nobody waits for a whole chunk, not even whoever ends the run. */
const MOST_MS = 1_000

/** Of decisions, whose stream must not be that of the boards. */
const DECISIONS = 0x6c6561

export class ActorHost {
  readonly #order: WorkerOrder
  readonly #actor: ActorOrder
  readonly #copy: ActingCopy
  readonly #random: Random
  readonly #sizes: Sizes
  #samplers: Samplers
  #environments: VectorEnvironment | undefined
  #version = 0
  /** Milliseconds that what the environments did last is to take, at the pace of the run. */
  readonly #due: Float64Array

  /** @throws UserError when the environment cannot be made */
  static async create(order: WorkerOrder): Promise<ActorHost> {
    const { recipe, environments, actor } = order
    const { behavior, engine, allEnvs } = actor!
    const random = new Random(0)
    const spec = await closing(makeVaried(recipe), (environment) => environment.spec)
    const copy = await actingCopyOf(behavior)({
      spec,
      numEnvs: environments,
      allEnvs,
      settings: behavior,
      runtime: await loadRuntime(engine),
      random,
    })
    return new ActorHost(order, copy, random, sizesOf(spec))
  }

  private constructor(order: WorkerOrder, copy: ActingCopy, random: Random, sizes: Sizes) {
    this.#order = order
    this.#actor = order.actor!
    this.#copy = copy
    this.#random = random
    this.#sizes = sizes
    this.#samplers = order.recipe.samplers
    this.#due = new Float64Array(order.environments)
  }

  welcome(): Uint8Array {
    return emptyFrame(WorkerKind.done, 0)
  }

  /** @returns null where nothing is answered @throws UserError when an environment breaks down too often */
  async answer({ kind, body }: Frame): Promise<Uint8Array | null> {
    switch (kind) {
      case WorkerKind.weights: {
        const { version, state } = readData(body) as Weights
        this.#copy.load(state as never)
        this.#version = version
        return null
      }
      case WorkerKind.vary:
        this.#samplers = JSON.parse(new TextDecoder().decode(body)) as Samplers
        await this.#environments?.vary(this.#samplers)
        return emptyFrame(WorkerKind.done, 0)
      case WorkerKind.play:
        return await this.#play(JSON.parse(new TextDecoder().decode(body)) as PlayOrder)
      default:
        throw new Error(`a worker that plays by itself was sent a frame of kind ${kind}`)
    }
  }

  async #play({ steps, seed }: PlayOrder): Promise<Uint8Array> {
    if (seed !== null) await this.#begin(seed)
    const environments = this.#environments!
    const { tells } = this.#copy
    const recorder = new ChunkRecorder(this.#sizes, environments.count, steps, tells)
    const actions = {
      ...environments.actions,
      ...(tells ? { logPi: new Float32Array(environments.count) } : {}),
    }
    const began = performance.now()
    do {
      const stepBegan = performance.now()
      this.#due.fill(0)
      await this.#copy.act(environments.observations, environments.masks, actions)
      const step = environments.step()
      if (environments.failure !== null) throw environments.failure
      recorder.add({ ...step, actions }, environments)
      await this.#keepTime(stepBegan)
    } while (recorder.steps < steps && performance.now() - began < MOST_MS)
    const seconds = (performance.now() - began) / 1_000
    return dataFrame(WorkerKind.chunk, recorder.take(this.#version, seconds, environments.observations))
  }

  async #begin(seed: number): Promise<void> {
    await this.#environments?.close()
    const { recipe, pace } = this.#order
    const { maxEpisodeSteps, restarts } = this.#actor
    let made = 0
    const make = (): Environment => {
      const environment = makeVaried({ ...recipe, samplers: this.#samplers })
      return pace === null ? environment : this.#paced(environment, new Pacer(pace), made++)
    }
    this.#random.seed(seed ^ DECISIONS)
    const options = { seed, maxEpisodeSteps, restarts }
    this.#environments = new VectorEnvironment(make, this.#order.environments, options)
  }

  /** Notes how long what the environment does is to take. */
  #paced(environment: Environment, pacer: Pacer, e: number): Environment {
    const [reset, step] = [environment.reset.bind(environment), environment.step.bind(environment)]
    const note = (): void => {
      this.#due[e] = this.#due[e]! + pacer.milliseconds(environment)
    }
    environment.reset = (seed, observation) => {
      pacer.begin(seed)
      reset(seed, observation)
      note()
    }
    environment.step = (action, observation) => {
      const result = step(action, observation)
      note()
      return result
    }
    return environment
  }

  /** Environments keep their player waiting side by side. */
  async #keepTime(since: number): Promise<void> {
    const left = since + Math.max(...this.#due) - performance.now()
    if (left > 0) await wait(left)
  }
}

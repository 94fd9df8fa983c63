/**
 * The training loop: act, step, observe, update. It knows nothing of processes; `report` receives what an owner wants to
 * know. Given its configuration and demonstrations a run is determined, and one resumed from a checkpoint does exactly
 * what the uninterrupted one would have done.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import { type Algorithm, algorithmDefinition, type DemonstrationData, Metrics } from '../learn/index.ts'
import { Random } from '../random.ts'
import { MASTERY_CHECK_INTERVAL, Mastery } from '../rollout/mastery.ts'
import { makeVaried } from '../rollout/varied-environment.ts'
import { VectorEnvironment } from '../rollout/vector.ts'
import { loadRuntime } from '../tensor/index.ts'
import { type Checkpoint, listCheckpoints, readCheckpoint, readHead, writeCheckpoint } from './checkpoint.ts'
import type { RunConfig } from './config.ts'
import { Curriculum } from './curriculum.ts'
import { demonstrationDigest } from './demonstrations.ts'
import type { Finished, MetricRow, TrainerMessage } from './messages.ts'
import { type StopReason, StopRule } from './stop-rule.ts'
import { Stopwatch } from './stopwatch.ts'
import { EventFile } from './tensorboard.ts'

export interface TrainerOptions {
  readonly config: RunConfig
  /** `runs/<id>`; checkpoints, agent.onnx and TensorBoard's event files go there. */
  readonly runDirectory: string
  readonly demonstrations: DemonstrationData | null
  /** Continue from the newest checkpoint, where there is one. */
  readonly resume: boolean
  /** Directory of the run whose newest weights are taken over. */
  readonly initializeFrom: string | null
  readonly report: (message: TrainerMessage) => void
}

/** Milliseconds between two progress messages, and at most between two turns of the event loop. */
const PROGRESS_INTERVAL_MS = 500
const TURN_INTERVAL_MS = 20

/** What of an algorithm's state belongs to one run and not to its networks: not taken over by another run. */
const OF_THE_RUN = new Set(['replay', 'buffer', 'horizon', 'metrics', 'steps', 'updates'])

export class Trainer {
  readonly #options: TrainerOptions
  readonly #algorithm: Algorithm
  readonly #vector: VectorEnvironment
  readonly #random: Random
  readonly #curriculum: Curriculum
  readonly #mastery: Mastery
  readonly #stopRule: StopRule
  readonly #digest: string | null
  readonly #episodeMetrics = new Metrics()
  readonly #watch = new Stopwatch()
  #history: MetricRow[] = []
  #step = 0
  #episodes = 0
  #savedAtStep = -1
  #stopping = false

  /** @throws UserError when configuration, demonstrations and checkpoint do not go together */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { config, demonstrations } = options
    const curriculum = new Curriculum(
      config.environmentParameters,
      config.behaviorName,
      config.behavior.max_steps,
    )
    const { environment: id, parameters } = config
    const make = () => makeVaried({ id, parameters, samplers: curriculum.samplers })
    const vector = new VectorEnvironment(make, config.numEnvs, {
      seed: config.seed,
      maxEpisodeSteps: config.maxEpisodeSteps,
    })
    // A stream of its own: what a learner draws must not shift the boards that it meets.
    const random = new Random(config.seed ^ 0x6c6561)
    const algorithm = await algorithmDefinition(config.behavior.trainer_type).create({
      spec: vector.spec,
      numEnvs: config.numEnvs,
      settings: config.behavior,
      demonstrations,
      runtime: await loadRuntime(config.engine),
      random,
      threads: config.threads,
    })
    const trainer = new Trainer(options, algorithm, vector, random, curriculum)
    const checkpoint = options.resume ? (await listCheckpoints(options.runDirectory)).at(-1) : undefined
    if (checkpoint !== undefined) trainer.#restore(await readCheckpoint(checkpoint))
    else {
      if (options.initializeFrom !== null) await trainer.#takeOver(options.initializeFrom)
      await algorithm.prepare()
    }
    return trainer
  }

  private constructor(
    options: TrainerOptions,
    algorithm: Algorithm,
    vector: VectorEnvironment,
    random: Random,
    curriculum: Curriculum,
  ) {
    this.#options = options
    this.#algorithm = algorithm
    this.#vector = vector
    this.#random = random
    this.#curriculum = curriculum
    const warmUp = vector.count * vector.maxEpisodeSteps
    this.#mastery = new Mastery(vector.spec.score, warmUp)
    this.#stopRule = new StopRule(options.config.stop, vector.spec.score, warmUp)
    this.#digest = options.demonstrations === null ? null : demonstrationDigest(options.demonstrations)
  }

  /** Ends the run after the step that is under way, with a checkpoint. */
  stop(): void {
    this.#stopping = true
  }

  /** Trains until max_steps, a stop rule or `stop`. The last checkpoint is on disk when it resolves. */
  async run(): Promise<Finished> {
    const { config, runDirectory } = this.#options
    const { behavior } = config
    const events = new EventFile(runDirectory, this.#step + 1)
    this.#watch.start()
    let ruled: StopReason | null = null
    let reason = this.#reasonToEnd(ruled)
    while (reason === null) {
      await this.#advance()
      if (this.#passed(MASTERY_CHECK_INTERVAL)) {
        if (this.#curriculum.settled) this.#mastery.check(this.#step)
        if (this.#curriculum.complete) ruled = this.#stopRule.check(this.#step, this.#mastery)
      }
      if (this.#passed(behavior.summary_freq)) this.#summarize(events)
      if (this.#passed(behavior.checkpoint_interval)) await this.#save()
      if (this.#watch.due('turn', TURN_INTERVAL_MS)) await nextTurn()
      if (this.#watch.due('progress', PROGRESS_INTERVAL_MS)) this.#reportProgress()
      this.#watch.lap('waiting')
      reason = this.#reasonToEnd(ruled)
    }
    if (this.#savedAtStep !== this.#step) await this.#save()
    this.#reportProgress()
    return {
      type: 'finished',
      complete: reason !== 'asked',
      reason,
      step: this.#step,
      episodes: this.#episodes,
      score: this.#mastery.mean(this.#step),
      masteredAtStep: this.#mastery.masteredAtStep,
      sustainedAtStep: this.#mastery.sustainedAtStep,
      wallSeconds: this.#watch.seconds,
    }
  }

  /** null while the run is to go on. @param ruled  what the stop rule says */
  #reasonToEnd(ruled: StopReason | null): StopReason | null {
    const { behavior, stop } = this.#options.config
    if (this.#step >= behavior.max_steps) return 'max_steps'
    if (ruled !== null) return ruled
    if (stop.max_seconds !== null && this.#watch.seconds >= stop.max_seconds) return 'max_seconds'
    return this.#stopping ? 'asked' : null
  }

  async release(): Promise<void> {
    await this.#algorithm.release()
  }

  async #advance(): Promise<void> {
    const [algorithm, vector, watch] = [this.#algorithm, this.#vector, this.#watch]
    await algorithm.act(vector.observations, vector.masks, vector.actions)
    watch.lap('inference')
    const batch = vector.step()
    watch.lap('environment')
    algorithm.observe(batch)
    await algorithm.update()
    watch.lap('update')
    this.#step += vector.count
    for (const episode of vector.finished) {
      this.#episodes++
      this.#mastery.add(this.#step, episode.score)
      this.#episodeMetrics.add('rollout/score', episode.score)
      this.#episodeMetrics.add('rollout/return', episode.return)
      this.#episodeMetrics.add('rollout/length', episode.length)
      this.#episodeMetrics.add('rollout/success', Number(episode.success))
    }
    const returns = vector.finished.map((episode) => episode.return)
    if (this.#curriculum.advance(this.#step, returns).length === 0) return
    vector.vary(this.#curriculum.samplers)
    if (this.#curriculum.settled) this.#mastery.begin(this.#step)
  }

  /** Whether the step just made was the first at or after a multiple of `interval`. */
  #passed(interval: number): boolean {
    return Math.floor(this.#step / interval) > Math.floor((this.#step - this.#vector.count) / interval)
  }

  #summarize(events: EventFile): void {
    const window = this.#mastery.mean(this.#step)
    const values = {
      ...this.#episodeMetrics.drain(),
      ...(window === null ? {} : { 'rollout/window_score': window }),
      ...this.#algorithm.metrics.drain(),
      ...Object.fromEntries(
        this.#curriculum.lessons.map(({ parameter, number }) => [`lesson/${parameter}`, number]),
      ),
    }
    const rows = Object.entries(values).map(([name, value]) => ({ step: this.#step, name, value }))
    this.#history.push(...rows)
    const { environment, inference, update } = this.#watch.shares('summary')
    const time = {
      'time/environment': environment,
      'time/inference': inference,
      'time/update': update,
      'time/steps_per_second': this.#watch.rate('summary', this.#step),
      'time/seconds': this.#watch.seconds,
    }
    const timeRows = Object.entries(time).map(([name, value]) => ({ step: this.#step, name, value }))
    this.#watch.begin('summary', this.#step)
    events.append(this.#step, { ...values, ...time })
    this.#options.report({ type: 'metrics', rows: [...rows, ...timeRows] })
  }

  #reportProgress(): void {
    const { max_steps: maxSteps } = this.#options.config.behavior
    const stepsPerSecond = this.#watch.recentRate(this.#step)
    this.#options.report({
      type: 'progress',
      step: this.#step,
      maxSteps,
      episodes: this.#episodes,
      stepsPerSecond,
      etaSeconds: stepsPerSecond > 0 ? Math.max(0, maxSteps - this.#step) / stepsPerSecond : null,
      score: this.#mastery.mean(this.#step),
      masteredAtStep: this.#mastery.masteredAtStep,
      lessons: Object.fromEntries(
        this.#curriculum.lessons.map(({ parameter, lesson }) => [parameter, lesson]),
      ),
      shares: this.#watch.shares('progress'),
    })
    this.#watch.begin('progress', this.#step)
  }

  async #save(): Promise<void> {
    const { runDirectory, config } = this.#options
    const { id, version } = this.#vector.spec
    const checkpoint: Checkpoint = {
      step: this.#step,
      episodes: this.#episodes,
      wallSeconds: this.#watch.seconds,
      environment: { id, version },
      demonstrations: this.#digest,
      algorithm: this.#algorithm.save(),
      vector: this.#vector.save(),
      random: this.#random.save(),
      mastery: this.#mastery.save(),
      curriculum: this.#curriculum.save(),
      stopRule: this.#stopRule.save(),
      score: this.#mastery.mean(this.#step),
      openMetrics: this.#episodeMetrics.save(),
      history: this.#history,
    }
    const policy = this.#algorithm.exportPolicy()
    await writeCheckpoint(runDirectory, checkpoint, policy, config.behavior.keep_checkpoints)
    this.#savedAtStep = this.#step
    this.#options.report({
      type: 'checkpoint',
      step: this.#step,
      episodes: this.#episodes,
      score: checkpoint.score,
      masteredAtStep: this.#mastery.masteredAtStep,
    })
  }

  #restore(checkpoint: Checkpoint): void {
    const { id, version } = this.#vector.spec
    if (checkpoint.environment.id !== id || checkpoint.environment.version !== version) {
      const saved = `${checkpoint.environment.id} version ${checkpoint.environment.version}`
      throw new UserError(`the run was trained in ${saved}, and this is ${id} version ${version}`, {
        remedy: 'start a new run',
      })
    }
    if (checkpoint.demonstrations !== this.#digest) {
      throw new UserError('the demonstrations of the run are not what they were when it began', {
        remedy: 'restore them, or start a new run',
      })
    }
    this.#algorithm.load(checkpoint.algorithm)
    if (checkpoint.curriculum !== undefined) {
      this.#curriculum.load(checkpoint.curriculum)
      this.#vector.vary(this.#curriculum.samplers)
    }
    this.#vector.load(checkpoint.vector)
    this.#random.restore(checkpoint.random)
    this.#mastery.load(checkpoint.mastery)
    if (checkpoint.stopRule !== undefined) this.#stopRule.load(checkpoint.stopRule)
    this.#episodeMetrics.load(checkpoint.openMetrics)
    this.#history = [...checkpoint.history]
    this.#step = checkpoint.step
    this.#episodes = checkpoint.episodes
    this.#savedAtStep = checkpoint.step
    this.#watch.resume(checkpoint.wallSeconds, checkpoint.step)
    this.#options.report({ type: 'metrics', rows: [...this.#history] })
  }

  /** Starts from the networks of another run, with everything else fresh. */
  async #takeOver(directory: string): Promise<void> {
    const file = (await listCheckpoints(directory)).at(-1)
    if (file === undefined) {
      throw new UserError(`there is no checkpoint in ${directory}`, {
        remedy: 'name a run that has been trained with --initialize-from',
      })
    }
    const { algorithm } = await readHead(file)
    const networks = Object.entries(algorithm).filter(([key]) => !OF_THE_RUN.has(key))
    try {
      this.#algorithm.load({ ...this.#algorithm.save(), ...Object.fromEntries(networks) })
    } catch (error) {
      throw new UserError(`the networks in ${directory} do not fit this configuration`, {
        remedy: 'use the same trainer_type, network_settings and reward_signals',
        cause: error,
      })
    }
  }
}

/**
 * The training loop: act, step, observe, update. It knows nothing of processes; `report` receives what an owner wants to
 * know. Given its configuration and demonstrations a run is determined, and one resumed from a checkpoint does exactly
 * what the uninterrupted one would have done.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import {
  type Algorithm,
  type DemonstrationData,
  Metrics,
  makeAlgorithm,
  type StepBatch,
} from '../learn/index.ts'
import { Random } from '../random.ts'
import { cutSentence, usualEpisode } from '../rollout/episodes.ts'
import { MASTERY_CHECK_INTERVAL, Mastery } from '../rollout/mastery.ts'
import type { Rollout } from '../rollout/rollout.ts'
import { loadRuntime } from '../tensor/index.ts'
import { type Checkpoint, writeCheckpoint } from './checkpoint.ts'
import type { RunConfig } from './config.ts'
import { Curriculum } from './curriculum.ts'
import { demonstrationDigest } from './demonstrations.ts'
import { goOn, newestState } from './going-on.ts'
import type { Finished, MetricRow, TrainerMessage } from './messages.ts'
import { makeRollout, requirePartialBatches } from './rollout.ts'
import { requireMemory } from './start-problems.ts'
import { type StopReason, StopRule } from './stop-rule.ts'
import { Stopwatch } from './stopwatch.ts'
import { EventFile } from './tensorboard.ts'

export interface TrainerOptions {
  readonly config: RunConfig
  /** `runs/<id>`; checkpoints, agent.onnx and TensorBoard's event files go there. */
  readonly runDirectory: string
  readonly demonstrations: DemonstrationData | null
  /** Continue from the newest checkpoint that is whole, where there is any. */
  readonly resume: boolean
  /** Directory of the run whose newest weights are taken over. */
  readonly initializeFrom: string | null
  readonly report: (message: TrainerMessage) => void
  /** Asked before everything that is written. @throws UserError when the run is another's by now */
  readonly fence?: () => void
  /** Where the environments are; in this process or on its worker threads when absent. */
  readonly makeRollout?: typeof makeRollout
}

/** Milliseconds between two progress messages, and at most between two turns of the event loop. */
const PROGRESS_INTERVAL_MS = 500
const TURN_INTERVAL_MS = 20

/** What of an algorithm's state belongs to one run and not to its networks: not taken over by another run. */
const OF_THE_RUN = new Set(['replay', 'buffer', 'horizon', 'metrics', 'rewardNormalizer', 'steps', 'updates'])

export class Trainer {
  readonly #options: TrainerOptions
  readonly #algorithm: Algorithm
  readonly #rollout: Rollout
  readonly #random: Random
  readonly #curriculum: Curriculum
  readonly #mastery: Mastery
  readonly #stopRule: StopRule
  readonly #digest: string | null
  readonly #episodeMetrics = new Metrics()
  readonly #watch = new Stopwatch()
  readonly #notice = (text: string): void => this.#options.report({ type: 'notice', text })
  #history: MetricRow[] = []
  #step = 0
  #episodes = 0
  #savedAtStep = -1
  /** The step at which the loop last looked whether something is due. */
  #lookedAtStep = 0
  #stopping = false
  /** Why an algorithm cannot go on that must see every step. */
  #fault: UserError | null = null
  /** Whether it was told that episodes are cut. */
  #cutTold = false

  /** @throws UserError when configuration, demonstrations and checkpoint do not go together */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { config, demonstrations } = options
    const curriculum = new Curriculum(
      config.environmentParameters,
      config.behaviorName,
      config.behavior.max_steps,
    )
    const rollout = await (options.makeRollout ?? makeRollout)(config, curriculum.samplers)
    try {
      // Now that another program has said what its observations are.
      requireMemory(config, rollout.spec)
      // A stream of its own: what a learner draws must not shift the boards that it meets.
      const random = new Random(config.seed ^ 0x6c6561)
      const algorithm = await makeAlgorithm(config.behavior.trainer_type, {
        spec: rollout.spec,
        numEnvs: rollout.count,
        settings: config.behavior,
        demonstrations,
        runtime: await loadRuntime(config.engine),
        random,
        threads: config.threads,
      })
      requirePartialBatches(algorithm, rollout, config)
      rollout.follow?.(algorithm.acting)
      const trainer = new Trainer(options, algorithm, rollout, random, curriculum)
      const restore = async (checkpoint: Checkpoint): Promise<void> => {
        await trainer.#restore(checkpoint)
        // Newer checkpoints, which are damaged, are set aside next.
        options.fence?.()
      }
      if (!options.resume || !(await goOn(options.runDirectory, restore, trainer.#notice))) {
        if (options.initializeFrom !== null) await trainer.#takeOver(options.initializeFrom)
        await algorithm.prepare()
        for (const note of rollout.spec.notes ?? []) trainer.#notice(note)
      }
      if (options.resume) trainer.#reportResumed()
      return trainer
    } catch (error) {
      await rollout.close()
      throw error
    }
  }

  private constructor(
    options: TrainerOptions,
    algorithm: Algorithm,
    rollout: Rollout,
    random: Random,
    curriculum: Curriculum,
  ) {
    this.#options = options
    this.#algorithm = algorithm
    this.#rollout = rollout
    this.#random = random
    this.#curriculum = curriculum
    const warmUp = rollout.count * usualEpisode(rollout.maxEpisodeSteps)
    this.#mastery = new Mastery(rollout.spec.score, warmUp)
    this.#stopRule = new StopRule(options.config.stop, rollout.spec.score, warmUp)
    this.#digest = options.demonstrations === null ? null : demonstrationDigest(options.demonstrations)
  }

  /** Ends the run after the step that is under way, with a checkpoint. */
  stop(): void {
    this.#stopping = true
  }

  /**
   * Trains until max_steps, a stop rule or `stop`. The last checkpoint is on disk when it resolves.
   * @throws UserError, with a checkpoint on disk, when environments are lost for good, or an algorithm cannot do without one
   */
  async run(): Promise<Finished> {
    const { config, runDirectory } = this.#options
    const { behavior } = config
    this.#options.fence?.()
    const events = new EventFile(runDirectory, this.#step + 1)
    // Of step 0: so that it can be watched from the start, and what came before the first step is not done twice.
    if (this.#savedAtStep < 0) await this.#save()
    this.#watch.start()
    let ruled: StopReason | null = null
    let reason = this.#reasonToEnd(ruled)
    while (reason === null && this.#failure === null) {
      await this.#advance()
      if (this.#passed(MASTERY_CHECK_INTERVAL)) {
        if (this.#curriculum.settled) this.#mastery.check(this.#step)
        if (this.#curriculum.complete) ruled = this.#stopRule.check(this.#step, this.#mastery)
      }
      if (this.#passed(behavior.summary_freq)) this.#summarize(events)
      const checkpointDue = this.#passed(behavior.checkpoint_interval)
      this.#lookedAtStep = this.#step
      if (checkpointDue) await this.#save()
      if (this.#watch.due('turn', TURN_INTERVAL_MS)) await nextTurn()
      if (this.#watch.due('progress', PROGRESS_INTERVAL_MS)) this.#reportProgress()
      this.#watch.lap('waiting')
      reason = this.#reasonToEnd(ruled)
    }
    if (this.#savedAtStep !== this.#step || !this.#rollout.settled) await this.#save()
    this.#reportProgress()
    if (reason === null) throw this.#failure
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

  get #failure(): UserError | null {
    return this.#rollout.failure ?? this.#fault
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
    await Promise.all([this.#algorithm.release(), this.#rollout.close()])
  }

  async #advance(): Promise<void> {
    const [algorithm, rollout, watch] = [this.#algorithm, this.#rollout, this.#watch]
    if (rollout.settled) await this.#decide()
    const batch = await rollout.receive()
    watch.lap('environment')
    await this.#takeIn(batch)
    watch.lap('update')
    // The environments step while the learner learns.
    if (rollout.stepping === 'async') await this.#decide()
    await algorithm.update()
    watch.lap('update')
  }

  /** Sets off the environments that wait. */
  async #decide(): Promise<void> {
    const { observations, masks, actions, waiting } = this.#rollout
    if (waiting?.length === 0) return
    await this.#algorithm.act(observations, masks, actions, waiting)
    this.#watch.lap('inference')
    this.#rollout.send()
  }

  async #takeIn(batch: StepBatch): Promise<void> {
    const { count, finished, dropped, troubles } = this.#rollout
    if (dropped.length > 0 && this.#algorithm.drop === undefined) {
      this.#fault = this.#unbearable(troubles)
      return
    }
    for (const trouble of troubles) this.#notice(`${trouble}; its unfinished episodes are dropped`)
    this.#algorithm.observe(batch)
    // After what was still seen of them.
    for (const environment of dropped) this.#algorithm.drop!(environment)
    this.#step += batch.environments?.length ?? count
    for (const episode of finished) {
      this.#episodes++
      this.#mastery.add(this.#step, episode.score)
      this.#episodeMetrics.add('rollout/score', episode.score)
      this.#episodeMetrics.add('rollout/return', episode.return)
      this.#episodeMetrics.add('rollout/length', episode.length)
      if (episode.success !== null) this.#episodeMetrics.add('rollout/success', Number(episode.success))
      if (episode.cut) this.#tellCut()
    }
    const returns = finished.map((episode) => episode.return)
    if (this.#curriculum.advance(this.#step, returns).length === 0) return
    await this.#rollout.vary(this.#curriculum.samplers)
    if (this.#curriculum.settled) this.#mastery.begin(this.#step)
  }

  #unbearable(troubles: readonly string[]): UserError {
    const { trainer_type: name } = this.#options.config.behavior
    return new UserError(troubles.join('; '), {
      remedy: `fix the environment and resume the run: ${name} with these settings cannot learn from an episode that breaks off`,
    })
  }

  /** Once: an episode that is not at its end says less than the others, and nobody may have wanted that. */
  #tellCut(): void {
    const { maxEpisodeSteps: chosen } = this.#options.config
    if (this.#cutTold || chosen !== null) return
    this.#cutTold = true
    const { spec, maxEpisodeSteps: limit } = this.#rollout
    this.#notice(`${spec.id}: an episode was ${cutSentence(limit, chosen)}`)
  }

  /** Whether a multiple of `interval` was reached since the loop last looked. */
  #passed(interval: number): boolean {
    return Math.floor(this.#step / interval) > Math.floor(this.#lookedAtStep / interval)
  }

  #summarize(events: EventFile): void {
    const window = this.#mastery.mean(this.#step)
    const values = {
      ...this.#episodeMetrics.drain(),
      ...(window === null ? {} : { 'rollout/window_score': window }),
      ...this.#algorithm.metrics.drain(),
      ...this.#rollout.drainMetrics?.(),
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
      ...idleMetrics(this.#rollout.idleShares('summary')),
    }
    const timeRows = Object.entries(time).map(([name, value]) => ({ step: this.#step, name, value }))
    this.#watch.begin('summary', this.#step)
    this.#options.fence?.()
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
      easier: !this.#curriculum.complete,
      lessons: Object.fromEntries(
        this.#curriculum.lessons.map(({ parameter, lesson }) => [parameter, lesson]),
      ),
      shares: this.#watch.shares('progress'),
      workerIdle: this.#rollout.idleShares('progress'),
    })
    this.#watch.begin('progress', this.#step)
  }

  /** A checkpoint holds no step that is under way: what has set off is waited for first. */
  async #save(): Promise<void> {
    const { runDirectory, config } = this.#options
    if (!this.#rollout.settled) {
      await this.#takeIn(await this.#rollout.settle())
      await this.#algorithm.update()
    }
    const { id, version } = this.#rollout.spec
    const checkpoint: Checkpoint = {
      step: this.#step,
      episodes: this.#episodes,
      wallSeconds: this.#watch.seconds,
      environment: { id, version },
      demonstrations: this.#digest,
      algorithm: this.#algorithm.save(),
      vector: await this.#rollout.save(),
      random: this.#random.save(),
      mastery: this.#mastery.save(),
      curriculum: this.#curriculum.save(),
      stopRule: this.#stopRule.save(),
      score: this.#mastery.mean(this.#step),
      openMetrics: this.#episodeMetrics.save(),
      history: this.#history,
    }
    const policy = this.#algorithm.exportPolicy()
    await writeCheckpoint(
      runDirectory,
      checkpoint,
      policy,
      config.behavior.keep_checkpoints,
      this.#options.fence,
    )
    this.#savedAtStep = this.#step
    this.#options.report({
      type: 'checkpoint',
      step: this.#step,
      episodes: this.#episodes,
      score: checkpoint.score,
      masteredAtStep: this.#mastery.masteredAtStep,
    })
  }

  async #restore(checkpoint: Checkpoint): Promise<void> {
    const { id, version } = this.#rollout.spec
    if (checkpoint.environment.id !== id || checkpoint.environment.version !== version) {
      const saved = `${checkpoint.environment.id} version ${checkpoint.environment.version}`
      throw new UserError(`the run was trained in ${saved}, and this is ${id} version ${version}`, {
        remedy: 'start a new run',
      })
    }
    if (checkpoint.demonstrations !== this.#digest) {
      throw new UserError('the demonstrations of the run have changed since it began', {
        remedy: 'restore them, or start a new run',
      })
    }
    this.#algorithm.load(checkpoint.algorithm)
    if (checkpoint.curriculum !== undefined) {
      this.#curriculum.load(checkpoint.curriculum)
      await this.#rollout.vary(this.#curriculum.samplers)
    }
    await this.#rollout.load(checkpoint.vector)
    this.#random.restore(checkpoint.random)
    this.#mastery.load(checkpoint.mastery)
    if (checkpoint.stopRule !== undefined) this.#stopRule.load(checkpoint.stopRule)
    this.#episodeMetrics.load(checkpoint.openMetrics)
    this.#history = [...checkpoint.history]
    this.#step = checkpoint.step
    this.#episodes = checkpoint.episodes
    this.#savedAtStep = checkpoint.step
    this.#lookedAtStep = checkpoint.step
    this.#watch.resume(checkpoint.wallSeconds, checkpoint.step)
  }

  #reportResumed(): void {
    const [step, { masteredAtStep }] = [this.#step, this.#mastery]
    this.#options.report({ type: 'resumed', step, score: this.#mastery.mean(step), masteredAtStep })
    if (this.#history.length > 0) this.#options.report({ type: 'metrics', rows: [...this.#history] })
  }

  /** Starts from the networks of another run, with everything else fresh. */
  async #takeOver(directory: string): Promise<void> {
    const algorithm = await newestState(directory, this.#notice)
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

/** Share of time for which workers waited for actions: of each, and of all in the mean. */
function idleMetrics(shares: readonly number[] | null): Record<string, number> {
  if (shares === null) return {}
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  return {
    'time/worker_idle': mean,
    ...Object.fromEntries(shares.map((share, worker) => [`time/worker_idle/${worker}`, share])),
  }
}

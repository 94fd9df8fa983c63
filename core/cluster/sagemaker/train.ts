/** A training job of SageMaker: reads what it is given, trains, and leaves a model, results and, meanwhile, checkpoints. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureBundledDemonstrations } from '../../demos/index.ts'
import { makeEnvironment } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { HELD_OUT_EPISODES } from '../../evaluate/index.ts'
import { type Library, openLibrary, type RunRow } from '../../store/index.ts'
import {
  demonstrationPath,
  type ForkTraining,
  firstChange,
  importDemonstrationFiles,
  needsDemonstrations,
  type RunConfig,
  type RunHandle,
  resumeRun,
  runDirectory,
  savedConfig,
  selectDemonstrations,
  startRun,
} from '../../train/index.ts'
import { writeAgentFolder } from './agent-folder.ts'
import { jobConfig, type Written, writtenConfig } from './configuration.ts'
import { type Channels, type Places, readChannels, readHyperparameters } from './container.ts'
import { followJob } from './follow-job.ts'
import { decodeHyperparameters, type Hyperparameters } from './hyperparameters.ts'
import { isKept, KeptRun, takeKept } from './kept-run.ts'
import { writeCurves, writeEvaluation } from './results.ts'

export interface Tools {
  /** A line of the log. */
  readonly log: (line: string) => void
  /** Aborted when the job is to end: 120 seconds later the container is killed. */
  readonly signal: AbortSignal
  /** Lets what a configuration names be run: whoever started the job has named it. */
  readonly admitPlugins: (written: Written) => Promise<void>
  readonly admitEnvironment: (config: RunConfig) => void
}

/** Where the training process is. */
export interface Place {
  readonly fork: ForkTraining
  /** What there is room for beside it. */
  readonly workers: number
}

interface Job extends Tools {
  readonly at: Places
  readonly channels: Channels
  readonly given: Hyperparameters
  /** Of this process alone; its folder is gone afterwards. */
  readonly library: Library
}

/** Of the run, and of the one that it begins with. */
const RUN = 'sagemaker'
const BEGINNING = 'beginning'

/**
 * @param elsewhere  makes the place where it is trained, once all that is given is known to be sound; null for this container
 * @throws UserError, DataError with what the job fails of
 */
export async function trainJob(
  at: Places,
  tools: Tools,
  elsewhere: (() => Promise<Place>) | null,
): Promise<void> {
  const channels = readChannels(at)
  const given = decodeHyperparameters(readHyperparameters(at))
  const written = writtenConfig(channels.config, given)
  if (written !== null) await tools.admitPlugins(written)
  const data = mkdtempSync(join(tmpdir(), 'understudy-sagemaker-'))
  const library = openLibrary(data)
  const job: Job = { ...tools, at, channels, given, library }
  try {
    const config = await configOf(job, written)
    const demonstrations = await demonstrationsOf(job, config)
    const row = isKept(at.checkpoints) ? await keptRun(job, config, demonstrations) : null
    const place = elsewhere === null ? null : await elsewhere()
    tools.signal.throwIfAborted()
    const run = await begin(job, { config, demonstrations, row }, place)
    await finish(job, config, run)
  } finally {
    library.close()
    rmSync(data, { recursive: true, force: true })
  }
}

/** @param run  null where there is nothing left to do */
async function finish(job: Job, config: RunConfig, run: RunHandle | null): Promise<void> {
  const { at, given, library, log, signal } = job
  const directory = runDirectory(library.dir, RUN)
  const kept = new KeptRun(library, RUN, at.checkpoints)
  if (run !== null) await followJob(run, { directory, kept, log, signal })
  await kept.save()
  const row = library.getRun(RUN)!
  const policy = join(directory, 'agent.onnx')
  await writeAgentFolder(at.model, policy, savedConfig(row), row.step)
  await writeCurves(library, RUN, at.output)
  log(`the model of step=${row.step} is in ${at.model}`)
  const episodes = given.named.evaluation_episodes ?? HELD_OUT_EPISODES
  if (episodes > 0 && !signal.aborted) await evaluate(job, config, policy, episodes)
}

async function configOf(
  { at, channels, given, library, log, admitEnvironment }: Job,
  written: Written | null,
): Promise<RunConfig> {
  const { checkpoint } = channels
  const begins = checkpoint !== undefined && !isKept(at.checkpoints)
  if (begins) {
    if (!isKept(checkpoint)) {
      throw new UserError(`there is no run in ${checkpoint}`, {
        remedy: 'give what a job keeps in its checkpoints: config.yaml and the folder "checkpoints"',
      })
    }
    await takeKept(checkpoint, library, BEGINNING)
  }
  const config = jobConfig(
    given,
    written,
    { runId: RUN, initializeFrom: begins ? BEGINNING : undefined },
    log,
  )
  admitEnvironment(config)
  return config
}

async function demonstrationsOf(
  { channels, library, log, signal }: Job,
  config: RunConfig,
): Promise<number[]> {
  const { demonstrations: folder } = channels
  // Whether there is such an environment is known now, and not only when hosts have been waited for.
  const { spec } = makeEnvironment(config.environment, config.parameters)
  if (!needsDemonstrations(config)) {
    if (folder !== undefined) log('the demonstrations are idle: nothing here learns from them')
    return []
  }
  if (folder !== undefined) {
    return importDemonstrationFiles(library, folder, 'channel of demonstrations', spec, { note: log, signal })
  }
  if (demonstrationPath(config) !== undefined) return []
  ensureBundledDemonstrations(library)
  return selectDemonstrations(library, spec, 'all', log).map(({ id }) => id)
}

/** The run that an earlier start has kept. @throws UserError when it is another than this configuration's */
async function keptRun(
  { at, library }: Job,
  config: RunConfig,
  demonstrations: readonly number[],
): Promise<RunRow> {
  const row = { ...(await takeKept(at.checkpoints, library, RUN, config)), demonstrations }
  library.putRun(row)
  const change = firstChange(savedConfig(row), config)
  if (change === null) return row
  const [was, is] = [change.was, change.is].map((value) => JSON.stringify(value) ?? 'absent')
  throw new UserError(`${change.key} is ${is}, but the run in ${at.checkpoints} began with ${was}`, {
    remedy:
      'give the job a place of its own for its checkpoints, or the hyperparameters that the run began with',
  })
}

interface Beginning {
  readonly config: RunConfig
  readonly demonstrations: readonly number[]
  /** To go on with; null for a new run. */
  readonly row: RunRow | null
}

/** Null where the run has come to its end already. */
async function begin(
  { at, given, library, log }: Job,
  { config, demonstrations, row }: Beginning,
  place: Place | null,
): Promise<RunHandle | null> {
  const fork = place === null ? {} : { fork: place.fork }
  if (row === null) {
    return startRun({ library, config: placed(config, given, place), demonstrations, ...fork })
  }
  const { max_steps: maxSteps } = config.behavior
  if (row.step < maxSteps) return resumeRun({ library, runId: RUN, maxSteps, ...fork })
  log(`the run in ${at.checkpoints} has done all of its ${row.step} steps already`)
  return null
}

/** With as many workers as there is room for elsewhere, unless somebody has said how many. */
function placed(config: RunConfig, { named }: Hyperparameters, place: Place | null): RunConfig {
  if (place === null || named.workers !== undefined || config.rollout.workers > 0) return config
  return { ...config, rollout: { ...config.rollout, workers: Math.min(place.workers, config.numEnvs) } }
}

async function evaluate({ at, log, signal }: Job, config: RunConfig, policy: string, episodes: number) {
  try {
    const { spec, score } = await writeEvaluation(config, policy, episodes, at.output, signal)
    log(
      `evaluation on ${episodes} boards that it never trained on: mean ${score.mean.toFixed(2)} ${spec.score.units}`,
    )
  } catch (error) {
    // The model is there already: that there was no time to try it is no failure.
    if (!signal.aborted) throw error
    log('stopped before the evaluation was complete')
  }
}

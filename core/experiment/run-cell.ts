/** Trains one cell to its end, from wherever an earlier attempt has left it, and measures it. */
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { closing, makeEnvironment } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { agentPlayer, evaluatePlayer, heldOutSeeds } from '../evaluate/index.ts'
import type { EpisodeRow, Library, RunRow } from '../store/index.ts'
import { readSummary } from '../train/checkpoint.ts'
import {
  configToYaml,
  deleteRun,
  type Failed,
  type ForkTraining,
  listCheckpoints,
  needsDemonstrations,
  type RunConfig,
  type RunHandle,
  readElsewhere,
  rejoinRun,
  resumeRun,
  runDirectory,
  startRun,
} from '../train/index.ts'
import { newestUsable } from '../train/usable-checkpoint.ts'
import { type Cell, changes, identityOf } from './cell.ts'
import type { Machine, Place } from './machine.ts'
import type { ColumnPlan, Experiment } from './plan.ts'
import { WinRates } from './win-rates.ts'

export interface CellContext {
  readonly experiment: Experiment
  readonly library: Library
  /** Episodes to learn from, for the columns that learn from any. */
  readonly demonstrations: { readonly ids: readonly number[]; readonly digest: string | null }
  readonly made: Machine & { readonly understudy: string; readonly jobs: number }
  readonly signal: AbortSignal
  /** Undefined for this machine. */
  readonly place: Place | undefined
  /** Called when training begins or goes on. */
  readonly onRun: (run: RunHandle) => void
}

/** All that the figures of a cell depend on. */
export function cellIdentity(
  { experiment, demonstrations }: Pick<CellContext, 'experiment' | 'demonstrations'>,
  config: RunConfig,
): Record<string, unknown> {
  const digest = needsDemonstrations(config) ? demonstrations.digest : null
  return identityOf(experiment, configToYaml(config), digest)
}

/** The same of a run that an earlier call has begun. */
function rowIdentity({ experiment, library }: CellContext, row: RunRow): Record<string, unknown> {
  const episodes = row.demonstrations.map((id) => library.getEpisode(id))
  return identityOf(experiment, row.config, episodes.length === 0 ? null : digestOf(episodes))
}

/** Names the content of demonstrations, in their order. */
export function digestOf(episodes: readonly EpisodeRow[]): string {
  return createHash('sha256')
    .update(episodes.map(({ hash }) => hash).join('\n'))
    .digest('hex')
}

/**
 * @returns null when it was interrupted; the same call goes on then
 * @throws UserError, or an Error with the trainer's stack, when training fails
 */
export async function runCell(context: CellContext, column: ColumnPlan, seed: number): Promise<Cell | null> {
  const { library, experiment, signal } = context
  const runId = `${column.id}-${seed}`
  const config: RunConfig = { ...column.config(seed), runId }
  const identity = cellIdentity(context, config)
  let row = library.getRun(runId)
  if (row !== undefined && changes(rowIdentity(context, row), identity, column.written).length > 0) {
    await deleteRun(library, runId)
    row = undefined
  }
  const winRates = new WinRates(library, runId, config, heldOutSeeds(experiment.heldOut))
  if (row !== undefined && experiment.until === 'solved') await winRates.look(signal)
  if (row === undefined || !(await isOver(row, context, winRates))) {
    if (signal.aborted) return null
    const run = row === undefined ? await start(context, config) : await goOn(context, runId)
    row = await train(context, run, winRates)
    if (!(await isOver(row, context, winRates))) return null
  }
  const cell = await measure(context, config, identity, winRates)
  await forgetCourse(library, runId, cell.steps)
  return cell
}

function start(context: CellContext, config: RunConfig): Promise<RunHandle> {
  const demonstrations = needsDemonstrations(config) ? context.demonstrations.ids : []
  return startRun({ library: context.library, config, demonstrations, ...forkOf(context) })
}

/** Where an earlier call has left it: at work on a cluster, or at its last checkpoint. */
async function goOn(context: CellContext, runId: string): Promise<RunHandle> {
  const { library, place } = context
  const left = readElsewhere(runDirectory(library.dir, runId))
  if (left !== null && place !== undefined) return rejoinRun(library, runId, place.rejoin(left))
  return await resumeRun({ library, runId, ...forkOf(context) })
}

function forkOf({ place }: CellContext): { fork?: ForkTraining } {
  return place === undefined ? {} : { fork: place.fork }
}

/** Whether the run has met its goal or missed it, so that nothing remains but to measure. */
async function isOver(
  row: RunRow,
  { experiment, library }: CellContext,
  winRates: WinRates,
): Promise<boolean> {
  if (row.state === 'finished') return true
  if (row.state !== 'stopped') return false
  const { until } = experiment
  if (until === 'solved') return winRates.solvedAtStep !== null
  if (until === 'max_steps') return false
  // Its owner was ended together with it, after the last checkpoint.
  const { used } = await newestUsable(runDirectory(library.dir, row.id), readSummary)
  if (used === null) return false
  const { mastery } = used.value
  return (until === 'mastered' ? mastery.masteredAtStep : mastery.sustainedAtStep) !== null
}

async function train(context: CellContext, run: RunHandle, winRates: WinRates): Promise<RunRow> {
  const { experiment, signal } = context
  context.onRun(run)
  const onAbort = () => void run.stop()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  let looking = Promise.resolve()
  if (experiment.until === 'solved') {
    run.on('checkpoint', () => {
      looking = looking.then(async () => {
        await winRates.look(signal)
        if (winRates.solvedAtStep !== null) await run.stop()
      })
      // Awaited below; until then a failure must not end the process.
      looking.catch(() => run.stop())
    })
  }
  const { row, failed } = await run.ended
  signal.removeEventListener('abort', onAbort)
  await looking
  if (failed !== null) throw failure(failed)
  return row
}

function failure({ kind, message, remedy, detail }: Failed): Error {
  if (kind !== 'bug') return new UserError(message, remedy === null ? {} : { remedy })
  return Object.assign(new Error(message), detail === null ? {} : { stack: detail })
}

async function measure(
  context: CellContext,
  config: RunConfig,
  identity: Record<string, unknown>,
  winRates: WinRates,
): Promise<Cell> {
  const { library, experiment, made } = context
  const runId = config.runId!
  const directory = runDirectory(library.dir, runId)
  const checkpoints = await listCheckpoints(directory)
  // Training goes on while a checkpoint is looked at; what it did after the one that solved is not part of the run.
  const last = checkpoints.find(({ step }) => step === winRates.solvedAtStep) ?? checkpoints.at(-1)!
  const { step: steps, episodes, wallSeconds, mastery, score } = await readSummary(last)
  const { maxEpisodeSteps } = config
  const environment = makeEnvironment(config.environment, config.parameters)
  const player = await agentPlayer(environment.spec, last.policy)
  const seeds = heldOutSeeds(experiment.heldOut)
  const { episodes: played, winRate } = await closing(environment, () =>
    evaluatePlayer(environment, player, seeds, { signal: context.signal, maxEpisodeSteps }),
  )
  const metrics = (name: string) =>
    library.readMetrics(runId, { names: [name] }).filter(({ step }) => step <= steps)
  const clock = [{ step: 0, value: 0 }, ...metrics('time/seconds')]
  if (clock.at(-1)!.step < steps) clock.push({ step: steps, value: wallSeconds })
  const seconds = (step: number) => rounded(interpolate(clock, step))
  const reached = (step: number | null) => (step === null ? null : { step, seconds: seconds(step) })
  const windows: { step: number; value: number }[] = metrics('rollout/window_score')
  if (score !== null && windows.at(-1)?.step !== steps) windows.push({ step: steps, value: score })
  return {
    format: 1,
    column: runId.slice(0, -`-${config.seed}`.length),
    seed: config.seed,
    identity,
    made: { at: new Date().toISOString(), ...made },
    steps,
    episodes,
    seconds: rounded(wallSeconds),
    mastered: reached(mastery.masteredAtStep),
    sustained: reached(mastery.sustainedAtStep),
    solved: reached(winRates.solvedAtStep),
    heldOut: {
      scores: played.map(({ score }) => score),
      won: winRate === null ? null : played.filter(({ success }) => success).length,
    },
    curve: {
      steps: windows.map(({ step }) => step),
      scores: windows.map(({ value }) => rounded(value)),
      seconds: windows.map(({ step }) => seconds(step)),
    },
  }
}

/** @param points  ascending steps, at least one at or before `step` and one at or after it */
function interpolate(points: readonly { step: number; value: number }[], step: number): number {
  const after = points.findIndex((point) => point.step >= step)
  const [a, b] = [points[Math.max(0, after - 1)]!, points[after]!]
  return b.step === a.step ? b.value : a.value + ((step - a.step) / (b.step - a.step)) * (b.value - a.value)
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}

/** The way to the policy that was measured, replay buffers above all, is large and has done its work. */
async function forgetCourse(library: Library, runId: string, measured: number): Promise<void> {
  const checkpoints = await listCheckpoints(runDirectory(library.dir, runId))
  const newest = checkpoints.at(-1)!.step
  for (const { step, path, policy } of checkpoints) {
    await rm(path.replace(/\.checkpoint$/, '.replay'), { force: true })
    if (step !== measured && step !== newest) for (const file of [path, policy]) await rm(file)
  }
}

/** Beginning a run, and going on with one: whose it is, and what it is trained with, is settled before a process is started. */
import { existsSync } from 'node:fs'
import { UserError } from '../errors.ts'
import { loadedPlugins } from '../plugins.ts'
import type { Library, RunRow } from '../store/index.ts'
import {
  configToYaml,
  demonstrationPath,
  needsDemonstrations,
  type RunConfig,
  signalNames,
} from './config.ts'
import { requireHere } from './elsewhere.ts'
import type { ForkTraining } from './fork.ts'
import { requireRunCode } from './run-code.ts'
import { raiseFence, removingDirectory } from './run-files.ts'
import { describingRunId } from './run-id.ts'
import { requireRun, runDirectory, savedConfig } from './runs.ts'
import { requireMemory, requireStartable } from './start-problems.ts'
import type { StopSettings } from './stop-rule.ts'
import { type Owned, type RunHandle, supervise } from './supervisor.ts'

export interface StartRunOptions {
  readonly library: Library
  /** `runId` null takes a readable unused one; `resume` is the business of `resumeRun`. */
  readonly config: RunConfig
  /** Ids of episodes. */
  readonly demonstrations: readonly number[]
  /** How to start the process; `child_process.fork` when absent. */
  readonly fork?: ForkTraining | undefined
}

export interface ResumeRunOptions {
  readonly library: Library
  readonly runId: string
  /** A new limit, for going on after the first was reached. */
  readonly maxSteps?: number | undefined
  /** New rules for its end. */
  readonly stop?: Partial<StopSettings> | undefined
  readonly fork?: ForkTraining | undefined
}

/** @throws UserError when the run exists already, is another's, needs more than there is, or demonstrations and has none */
export async function startRun(options: StartRunOptions): Promise<RunHandle> {
  const { library, demonstrations } = options
  const base: RunConfig = { ...withLoadedPlugins(options.config), resume: false, force: false }
  requireRunCode(base)
  requireStartable(base)
  if (needsDemonstrations(base) && demonstrations.length === 0 && demonstrationPath(base) === undefined) {
    throw new UserError(`${base.behavior.trainer_type} with these settings needs demonstrations`, {
      remedy: 'record or import some, or choose a preset without GAIL',
    })
  }
  // In one transaction, so that of two that are started at once each has a run of its own, or one is refused.
  const owned = await removingDirectory(library, (remove) => {
    const id = base.runId ?? describingRunId(library, base)
    const directory = runDirectory(library.dir, id)
    refuseName(library, id, base)
    if (library.getRun(id) !== undefined) {
      if (!options.config.force) throw existsAlready(library, id)
      requireHere(directory)
      library.deleteRun(id)
    } else if (existsSync(directory) && !options.config.force) {
      throw new UserError(`there is already a folder for a run "${id}", which is not in the library`, {
        remedy: `add it with \`understudy runs repair ${id}\`, add --force to overwrite it, or choose another --run-id`,
      })
    }
    remove(directory)
    return own(library, newRow(id, { ...base, runId: id }, demonstrations))
  })
  return supervise(library, owned, false, options.fork)
}

/** What this process has loaded its training process loads, too. */
export function withLoadedPlugins(config: RunConfig): RunConfig {
  return { ...config, plugins: [...new Set([...loadedPlugins(), ...config.plugins])] }
}

function refuseName(library: Library, id: string, { initializeFrom }: RunConfig): void {
  if (initializeFrom === id) {
    throw new UserError(`run "${id}" cannot start from its own networks`, {
      remedy: 'add --resume to continue it, or choose another --run-id',
    })
  }
  if (initializeFrom !== null) requireRun(library, initializeFrom)
  if (library.getImportedAgent(id) !== undefined) {
    throw new UserError(`"${id}" is an imported agent`, { remedy: 'choose another --run-id' })
  }
}

function existsAlready(library: Library, id: string): UserError {
  const claim = library.getRunClaim(id)
  const owner = claim === undefined || claim.standing === 'gone' ? undefined : claim.owner
  const trained = owner === undefined ? '' : ` and is being trained by process ${owner.pid} on ${owner.host}`
  const others = '--force to overwrite it, or choose another --run-id'
  return new UserError(`run "${id}" already exists${trained}`, {
    remedy: trained === '' ? `add --resume to continue it, ${others}` : 'choose another --run-id',
  })
}

/** Goes on from the newest checkpoint with the configuration and demonstrations that the run began with. */
export async function resumeRun(options: ResumeRunOptions): Promise<RunHandle> {
  const { library, runId } = options
  const saved = savedConfig(requireRun(library, runId))
  requireHere(runDirectory(library.dir, runId))
  requireRunCode(saved)
  requireMemory(saved)
  const owned = library.atomically(() => own(library, resumedRow(requireRun(library, runId), options)))
  return supervise(library, owned, true, options.fork)
}

/** Makes a run this process's that is being trained elsewhere. @param fork  goes to where that is */
export function rejoinRun(library: Library, runId: string, fork: ForkTraining): RunHandle {
  const owned = library.atomically(() => {
    const row = requireRun(library, runId)
    return own(library, { ...row, state: 'running', pid: null, finishedAtUs: null, message: null })
  })
  return supervise(library, owned, true, fork)
}

function resumedRow(row: RunRow, options: ResumeRunOptions): RunRow {
  const saved = savedConfig(row)
  const maxSteps = options.maxSteps ?? saved.behavior.max_steps
  if (row.state === 'finished' && row.step >= maxSteps) {
    throw new UserError(`run "${row.id}" has already done all of its ${row.step} steps`, {
      remedy: 'give it more with --max-steps N',
    })
  }
  if (row.state === 'finished' && row.step < row.maxSteps && options.stop === undefined) {
    throw new UserError(`run "${row.id}" ended by its stop rule after ${row.step} steps`, {
      remedy: 'continue it with another --stop-on (none for max_steps alone) or --max-time',
    })
  }
  const config: RunConfig = {
    ...saved,
    stop: { ...saved.stop, ...options.stop },
    behavior: { ...saved.behavior, max_steps: maxSteps },
  }
  return {
    ...row,
    state: 'running',
    maxSteps,
    pid: null,
    finishedAtUs: null,
    message: null,
    config: configToYaml(config),
  }
}

/** Within a transaction. */
function own(library: Library, row: RunRow): Owned {
  const claim = library.claimRun(row)
  raiseFence(runDirectory(library.dir, row.id), claim)
  return { row, claim }
}

function newRow(id: string, config: RunConfig, demonstrations: readonly number[]): RunRow {
  return {
    id,
    environmentId: config.environment,
    algorithm: config.behavior.trainer_type,
    signals: signalNames(config),
    state: 'running',
    createdAtUs: Date.now() * 1000,
    finishedAtUs: null,
    step: 0,
    maxSteps: config.behavior.max_steps,
    score: null,
    masteredAtStep: null,
    demonstrations,
    pid: null,
    message: null,
    config: configToYaml(config),
  }
}

/** Builds by what a user says of them: settings, processes, and what is known of those that have been started before. */
import type { EnvironmentSpec, ParameterValue } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { besides, SyncThread } from '../sync-thread.ts'
import { findExecutable } from './executable.ts'
import type { UnityOptions } from './peer.ts'
import { type Description, packRequest, unpackDescription } from './protocol.ts'

/** ML-Agents' default. */
const TIME_SCALE = 20
const TIMEOUT_SECONDS = 60
const EDITOR = 'editor'
const GRACE_SECONDS = 10
/** Decisions, for agents whose build sets no limit of its own. */
const MOST_STEPS = 5_000

type Parameters = Readonly<Record<string, ParameterValue>>

export interface BuildSettings {
  /** As errors call the build. */
  readonly name: string
  readonly path: string
  readonly parameters: Parameters
  /** Null waits for Unity's editor. */
  readonly executable: string | null
  readonly behaviour: string | undefined
  /** How many agents can be at play at once; undefined: as many as decide first. */
  readonly agents: number | undefined
  readonly timeScale: number
  readonly noGraphics: boolean
  /** That an answer may take. */
  readonly seconds: number
  /** Environment parameters of the build's own. */
  readonly floats: Readonly<Record<string, number>>
}

export interface Build {
  readonly thread: SyncThread
  readonly description: Description
}

/** By path and parameters. */
const descriptions = new Map<string, Description>()
/** A build that was started to be described waits for its player. */
const spares = new Map<string, { readonly build: Build; readonly timer: NodeJS.Timeout }>()
const SPARE_MS = 20_000

/** @throws UserError when there is no such build, or a parameter cannot be what it is */
export function buildSettings(path: string, parameters: Parameters): BuildSettings {
  const {
    behavior,
    agents,
    time_scale = TIME_SCALE,
    no_graphics = false,
    timeout_wait = TIMEOUT_SECONDS,
    ...rest
  } = parameters
  const floats: Record<string, number> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value !== 'number') {
      throw new UserError(`unity:${path}: ${name} must be a number, the only kind a build can be given`)
    }
    floats[name] = value
  }
  if (agents !== undefined && !(Number.isInteger(agents) && Number(agents) >= 1)) {
    throw new UserError(`unity:${path}: agents must be a whole number above 0`)
  }
  if (typeof time_scale !== 'number' || time_scale <= 0) {
    throw new UserError(`unity:${path}: time_scale must be a number above 0`)
  }
  return {
    name: path === EDITOR ? "Unity's editor" : `unity:${path}`,
    path,
    parameters,
    executable: path === EDITOR ? null : findExecutable(path),
    behaviour: behavior === undefined ? undefined : String(behavior),
    agents: agents === undefined ? undefined : Number(agents),
    timeScale: time_scale,
    noGraphics: no_graphics === true,
    seconds: Number(timeout_wait),
    floats,
  }
}

/** Of the behaviour that is played. Starts a build unless one with these settings has been started before. */
export function describeBuild(settings: BuildSettings): Description {
  const known = descriptions.get(keyOf(settings))
  if (known !== undefined) return known
  const key = keyOf(settings)
  const build = start(settings, 0)
  const timer = setTimeout(() => {
    spares.delete(key)
    build.thread.close()
  }, SPARE_MS)
  spares.set(key, { build, timer: timer.unref() })
  return build.description
}

/** As `describeBuild`, while this thread's event loop lives. */
export async function prepareBuild(settings: BuildSettings): Promise<void> {
  if (descriptions.has(keyOf(settings))) return
  const { thread } = await startAsync(settings, 0)
  thread.close()
}

/** A build to be played in. @param seed  is given to one that is started now */
export function takeBuild(settings: BuildSettings, seed: number): Build {
  return takeSpare(settings) ?? start(settings, seed)
}

/** As `takeBuild`, while this thread's event loop lives. */
export async function takeBuildAsync(settings: BuildSettings, seed: number): Promise<Build> {
  return takeSpare(settings) ?? (await startAsync(settings, seed))
}

export function specOf(
  { path, parameters }: BuildSettings,
  { behaviour, observations, action }: Description,
): EnvironmentSpec {
  return {
    id: `unity:${path}`,
    title: behaviour,
    description: `${behaviour} in ${path === EDITOR ? "Unity's editor" : 'a Unity build'}, by ML-Agents' protocol.`,
    version: 1,
    parameters,
    observations: observations.map(({ name, shape }) => ({
      name,
      shape,
      description: 'As the build sends it.',
    })),
    action: { ...action, ...(action.discrete.length > 0 ? { masked: true } : {}) },
    score: { unit: 'point', units: 'points', measure: 'return' },
    reproducible: false,
    maxEpisodeSteps: MOST_STEPS,
  }
}

function keyOf({ path, parameters }: BuildSettings): string {
  return JSON.stringify([path, Object.entries(parameters).sort()])
}

function takeSpare(settings: BuildSettings): Build | undefined {
  const key = keyOf(settings)
  const spare = spares.get(key)
  if (spare === undefined) return undefined
  spares.delete(key)
  clearTimeout(spare.timer)
  return spare.build
}

function start(settings: BuildSettings, seed: number): Build {
  const thread = threadOf(settings, seed)
  try {
    return described(settings, thread, thread.call(packRequest({ ask: 'describe' }), settings.seconds))
  } catch (error) {
    thread.close()
    throw error
  }
}

async function startAsync(settings: BuildSettings, seed: number): Promise<Build> {
  const thread = threadOf(settings, seed)
  try {
    const answer = await thread.callAsync(packRequest({ ask: 'describe' }), settings.seconds)
    return described(settings, thread, answer)
  } catch (error) {
    thread.close()
    throw error
  }
}

function described(settings: BuildSettings, thread: SyncThread, answer: Uint8Array): Build {
  const description = unpackDescription(answer)
  descriptions.set(keyOf(settings), description)
  return { thread, description }
}

function threadOf(settings: BuildSettings, seed: number): SyncThread {
  const { name, executable, noGraphics, behaviour, timeScale, seconds } = settings
  const options: UnityOptions = { name, executable, noGraphics, behaviour, timeScale, seed, seconds }
  return new SyncThread({
    name,
    module: besides(import.meta.url, 'peer'),
    options,
    // The peer keeps the time itself, so that it can clean up.
    openSeconds: seconds + GRACE_SECONDS,
    callSeconds: seconds,
  })
}

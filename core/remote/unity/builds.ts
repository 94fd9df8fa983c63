/** Builds by their settings: processes, and what is known of those that have been started before. */
import { basename } from 'node:path'
import { besides } from '../../besides.ts'
import type { EnvironmentSpec } from '../../envs/index.ts'
import { Spares } from '../spares.ts'
import { SyncThread } from '../sync-thread.ts'
import type { UnityOptions } from './peer.ts'
import { type Description, packRequest, unpackDescription } from './protocol.ts'
import { type BuildSettings, EDITOR } from './settings.ts'

const GRACE_SECONDS = 10
/** Decisions, for agents whose build sets no limit of its own (`MaxStep` 0). */
const PATIENCE = 5_000

export interface Build {
  readonly thread: SyncThread
  readonly description: Description
}

/** By path and parameters. */
const descriptions = new Map<string, Description>()
/** A build that was started to be described waits for its player. */
const spares = new Spares<Build>(({ thread }) => thread.close())

/** Of the behaviour that is played. Starts a build unless one with these settings has been started before. */
export function describeBuild(settings: BuildSettings): Description {
  const key = keyOf(settings)
  const known = descriptions.get(key)
  if (known !== undefined) return known
  const build = start(settings, 0)
  spares.keep(key, build)
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
  return spares.take(keyOf(settings)) ?? start(settings, seed)
}

/** As `takeBuild`, while this thread's event loop lives. */
export async function takeBuildAsync(settings: BuildSettings, seed: number): Promise<Build> {
  return spares.take(keyOf(settings)) ?? (await startAsync(settings, seed))
}

/** Ends those that wait for a player here. */
export function releaseBuilds(): void {
  spares.clear()
}

export function specOf(
  { path, parameters }: BuildSettings,
  { behaviour, observations, action }: Description,
): EnvironmentSpec {
  return {
    id: `unity:${path}`,
    // A build may have a behaviour of the same name as an environment here, or as another build.
    title: `${behaviour} (${path === EDITOR ? 'Unity editor' : `Unity, ${basename(path)}`})`,
    description: `${behaviour} in ${path === EDITOR ? "Unity's editor" : 'a Unity build'}, by ML-Agents' protocol.`,
    version: 1,
    parameters,
    observations: observations.map(({ name, shape }) => ({
      name,
      shape,
      description: 'As the build sends it.',
    })),
    action: { ...action, ...(action.discrete.length > 0 ? { masked: true } : {}) },
    score: { unit: 'point', units: 'points', measure: 'return', tellsSuccess: false },
    reproducible: false,
    patience: PATIENCE,
  }
}

function keyOf({ path, parameters }: BuildSettings): string {
  return JSON.stringify([path, Object.entries(parameters).sort()])
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

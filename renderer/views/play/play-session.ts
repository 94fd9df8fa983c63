/** The level that is being played: it outlives the page's visits to other pages and, by its id, a reload. */
import type { Action, PlayState, SceneEvent } from '../../../core/studio/protocol.ts'
import type { Picture, PictureSource } from '../../board/stage.tsx'
import { motionAllowed, sceneView } from '../../board/views.ts'
import { client } from '../../client/client.ts'
import { HostError } from '../../client/host-error.ts'

export interface StartOptions {
  readonly environment: string
  readonly seed: number | null
  readonly playerName: string
  readonly record: boolean
}

export interface PlaySnapshot {
  /** Null before the first level has started. */
  readonly play: PlayState | null
  readonly control: unknown
  /** Steps that are on disk. */
  readonly committed: number
  /** Over, and the last step's animation has been seen. */
  readonly finished: boolean
  readonly lastEvents: readonly SceneEvent[]
}

const STORAGE_KEY = 'understudy.play'
/** Presses beyond that are slips. */
const MOST_QUEUED = 3
const noEvents: readonly SceneEvent[] = []

export class PlaySession implements PictureSource {
  #snapshot: PlaySnapshot = { play: null, control: null, committed: 0, finished: false, lastEvents: noEvents }
  #before: PlayState['scene'] | null = null
  #startedAt = 0
  #work: Promise<unknown> = Promise.resolve()
  #queued = 0
  #finishTimer: ReturnType<typeof setTimeout> | undefined
  readonly #listeners = new Set<() => void>()

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  snapshot = (): PlaySnapshot => this.#snapshot

  read(now: number): Picture | null {
    const { play, control, lastEvents } = this.#snapshot
    if (play === null) return null
    const elapsed = motionAllowed() ? now - this.#startedAt : Number.POSITIVE_INFINITY
    const over = play.terminated || play.truncated
    const duration = sceneView(play.scene.kind)?.duration(lastEvents, play.scene) ?? 0
    return {
      transition: { before: this.#before, after: play.scene, events: lastEvents },
      elapsed,
      control: over ? null : control,
      moving: elapsed < duration,
    }
  }

  /** Picks up the session that this tab had before a reload. */
  async resume(): Promise<boolean> {
    const session = sessionStorage.getItem(STORAGE_KEY)
    if (session === null) return false
    const play = await client.call('play.resume', { session }).catch(() => null)
    if (play === null) return false
    this.#begin(play, play.steps)
    return true
  }

  /** Starts a level; one that is under way must have been ended. */
  async start(options: StartOptions): Promise<void> {
    this.#begin(await client.call('play.start', options), 0)
  }

  setControl(control: unknown): void {
    this.#publish({ ...this.#snapshot, control })
  }

  /** Steps the level; steps asked for meanwhile follow one after the other. */
  act(action: Action): Promise<void> {
    if (this.#queued >= MOST_QUEUED) return Promise.resolve()
    this.#queued++
    const step = this.#work.then(() => this.#step(action)).finally(() => this.#queued--)
    this.#work = step.catch(() => undefined)
    return step
  }

  /** @returns the recorded episode, null when nothing was kept */
  async end(keep: boolean): Promise<number | null> {
    const { play } = this.#snapshot
    if (play === null) return null
    await this.#work
    clearTimeout(this.#finishTimer)
    sessionStorage.removeItem(STORAGE_KEY)
    try {
      return (await client.call('play.end', { session: play.session, keep })).episodeId
    } catch (error) {
      // A host that was started anew knows the session no more; what it recorded is offered as recovered.
      if (error instanceof HostError && error.kind === 'user') return null
      throw error
    }
  }

  /** Ends the level unkept; what was recorded of it can be taken back until the trash is emptied. */
  async discard(): Promise<number | null> {
    const { play } = this.#snapshot
    const recorded = play !== null && play.episodeId !== null && play.steps > 0
    const id = await this.end(recorded)
    if (id !== null) await client.call('demonstrations.delete', { ids: [id] })
    return id
  }

  async #step(action: Action): Promise<void> {
    const { play } = this.#snapshot
    if (play === null || play.terminated || play.truncated) return
    const step = await client.call('play.step', { session: play.session, action }).catch(async (error) => {
      await this.#lookWhetherOver(play.session)
      throw error
    })
    // The person may have aimed on while the host answered.
    const { control } = this.#snapshot
    this.#before = play.scene
    this.#startedAt = performance.now()
    const view = sceneView(step.scene.kind)
    this.#publish({
      play: { ...play, ...step },
      control: view?.control.afterStep(control, step.scene) ?? null,
      committed: step.committed,
      finished: false,
      lastEvents: step.events,
    })
    if (step.terminated || step.truncated) {
      const wait = motionAllowed() ? (view?.duration(step.events, step.scene) ?? 0) : 0
      this.#finishTimer = setTimeout(() => this.#publish({ ...this.#snapshot, finished: true }), wait)
    }
  }

  /** A level whose environment cannot go on has ended with the step that failed. */
  async #lookWhetherOver(session: string): Promise<void> {
    const now = await client.call('play.resume', { session }).catch(() => null)
    if (now !== null && (now.terminated || now.truncated)) this.#begin(now, now.steps)
  }

  #begin(play: PlayState, committed: number): void {
    clearTimeout(this.#finishTimer)
    sessionStorage.setItem(STORAGE_KEY, play.session)
    this.#before = null
    const control = sceneView(play.scene.kind)?.control.initial(play.scene) ?? null
    const over = play.terminated || play.truncated
    this.#publish({ play, control, committed, finished: over, lastEvents: noEvents })
  }

  #publish(snapshot: PlaySnapshot): void {
    this.#snapshot = snapshot
    for (const listener of this.#listeners) listener()
  }
}

export const playSession = new PlaySession()

/**
 * What the screen must know of a kind of scene: how to draw it, how to move from one to the next, and how a person acts in
 * it. An environment that draws itself (core/envs/drawing) needs none of its own.
 */
import type { ComponentType } from 'react'
import type { Action, Scene, SceneEvent } from '../../core/studio/protocol.ts'

/** From `before` (null at the start) by `events` to `after`. */
export interface Transition {
  readonly before: Scene | null
  readonly after: Scene
  readonly events: readonly SceneEvent[]
}

export interface Canvas {
  readonly context: CanvasRenderingContext2D
  /** CSS pixels; the context is scaled to the screen's pixels already. */
  readonly width: number
  readonly height: number
  readonly pixelRatio: number
}

/** A moment worth a tick on the scrubber. */
export interface Moment {
  readonly label: string
  readonly kind: 'goal' | 'big' | 'end'
}

/** A key of the board. `apply` moves the aim (or whatever a person sets) and may act. */
export interface ControlKey<State> {
  readonly id: string
  readonly name: string
  /** In the legend beside the board, where keys of the same legend share an entry: 'Aim'. The name when absent. */
  readonly legend?: string
  readonly shortcuts: readonly string[]
  apply(state: State, scene: Scene): { state: State; action?: Action }
}

/** A game with a clock: keys that are held decide what each tick does. */
export interface Live<State = unknown> {
  /** Null where the game waits for its player. */
  stepsPerSecond(scene: Scene): number | null
  running(state: State): boolean
  /** What the next tick does. */
  next(state: State, scene: Scene): { state: State; action: Action }
  /** A key was let go, by its name among the shortcuts. */
  release(state: State, shortcut: string): State
  /** The player has turned away. */
  rest(state: State): State
}

/** How a person plays: a small state (the aim) that keys and the pointer change, and actions that come of it. */
export interface Control<State = unknown> {
  initial(scene: Scene): State
  /** After a step the aim stays, what was spent is reset. */
  afterStep(state: State, scene: Scene): State
  readonly keys: readonly ControlKey<State>[]
  /** In place of `keys` where they depend on the scene. */
  keysOf?(scene: Scene): readonly ControlKey<State>[]
  /** For a game that goes on by itself. */
  readonly live?: Live<State>
  /** @param x, y  in [0, 1] of the board's width and height */
  point?(state: State, scene: Scene, x: number, y: number): State
  /** Act at that point, after `point` has seen it. */
  click?(state: State, scene: Scene, x: number, y: number): { state: State; action?: Action }
  /** The state in words, for those who do not see the board. */
  describe(state: State, scene: Scene): string
}

export interface SceneView<State = unknown> {
  /** Width by height. */
  aspect(scene: Scene): number
  /** How long the events that led to `scene` take on the screen, in milliseconds. */
  duration(events: readonly SceneEvent[], scene: Scene): number
  /**
   * Draws the moment `elapsed` ms into the transition; from `duration` on, the scene at rest.
   * @param control  the person's aim, drawn at rest; null where nobody plays
   */
  draw(canvas: Canvas, transition: Transition, elapsed: number, control: State | null): void
  /** Whether the same moment will look different soon: a picture is being decoded. */
  pending?(transition: Transition): boolean
  moment(events: readonly SceneEvent[]): Moment | null
  /** How far a player has come; comparable between boards that started the same. */
  progress(scene: Scene): number
  /** One line on what happened, for the strip under a replay and for speech. */
  describe(events: readonly SceneEvent[]): string
  /** Names of the discrete branches of an action, in one word each. */
  branches(scene: Scene): readonly string[]
  readonly control: Control<State>
}

export interface PanelProps {
  readonly scene: Scene
}

/** What else a scene says, beside the board: while it is played, and in a replay. */
interface Panels {
  readonly play?: ComponentType<PanelProps>
  readonly replay?: ComponentType<PanelProps>
}

const views = new Map<string, SceneView>()
const panels = new Map<string, Panels>()

export function registerSceneView<State>(kind: string, view: SceneView<State>, panel: Panels = {}): void {
  views.set(kind, view as SceneView)
  panels.set(kind, panel)
}

export function sceneView(kind: string): SceneView | undefined {
  return views.get(kind)
}

export function scenePanel(kind: string, where: keyof Panels): ComponentType<PanelProps> | undefined {
  return panels.get(kind)?.[where]
}

/** The keys by which the scene is played; none where it has no view. */
export function controlKeys(scene: Scene | undefined): readonly ControlKey<unknown>[] {
  const control = scene === undefined ? undefined : views.get(scene.kind)?.control
  if (scene === undefined || control === undefined) return []
  return control.keysOf?.(scene) ?? control.keys
}

/** False when the person wants no motion: every transition then happens at once. */
export function motionAllowed(): boolean {
  return !matchMedia('(prefers-reduced-motion: reduce)').matches
}

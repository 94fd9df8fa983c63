/** What the Play page knows of a Gymnasium environment: its picture and how a person acts in it. */
export interface GymAction {
  readonly continuous: readonly number[]
  readonly discrete: readonly number[]
}

export interface GymKey {
  /** As the studio writes keys: 'ArrowLeft', '3', 'Space'. */
  readonly shortcut: string
  readonly name: string
  readonly action: GymAction
}

export interface GymScene {
  readonly kind: 'gym'
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** The picture, in base64. */
  readonly png: string
  /** How fast the game goes on by itself; null where it waits for the player. */
  readonly stepsPerSecond: number | null
  readonly keys: readonly GymKey[]
  /** What is done while no key is held; null: what was done last. */
  readonly idle: GymAction | null
}

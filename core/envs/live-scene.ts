/** What a scene holds beside its drawing where keys say what is done: the game goes on by itself, or waits for each key. */
export interface LiveScene {
  /** How fast the game goes on by itself; null where it waits for the player. */
  stepsPerSecond: number | null
  keys: readonly LiveKey[]
  /** What is done while no key is held; null: what was done last. */
  idle: LiveAction | null
}

export interface LiveKey {
  /** As the studio writes keys: 'ArrowLeft', '3', 'Space'. */
  readonly shortcut: string
  readonly name: string
  /** In the legend beside the board, where keys of the same legend share an entry; the name when absent. */
  readonly legend?: string | undefined
  /** Null where it does nothing now. */
  readonly action: LiveAction | null
}

export interface LiveAction {
  readonly continuous: readonly number[]
  readonly discrete: readonly number[]
}

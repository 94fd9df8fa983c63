/** What a screen draws of Recall: a corridor, a walker, two doors, and the sign where it can be seen. */
export interface RecallScene {
  kind: 'recall'
  /** Steps from the sign to the doors, less one. */
  length: number
  /** 0 at the sign, length + 1 between the doors. */
  position: number
  /** What the sign says; null where it is out of sight. */
  sign: Door | null
  /** The door that was taken; null while on the way. */
  taken: Door | null
  /** Whether it was the right one. */
  right: boolean
}

export type Door = 'upper' | 'lower'

export type RecallEvent =
  | { kind: 'walk'; from: number; to: number }
  | { kind: 'door'; which: Door; right: boolean }

/** What a screen draws of Basic: a line of positions with a small and a large goal. */
export interface BasicScene {
  kind: 'basic'
  length: 20
  position: number
  small: 7
  large: 17
}

export type BasicEvent =
  | { kind: 'move'; from: number; to: number }
  | { kind: 'goal'; which: 'small' | 'large' }

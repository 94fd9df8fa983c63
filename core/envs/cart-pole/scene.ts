import type { LiveScene } from '../live-scene.ts'

/** What a screen draws of Cart-pole: a cart on a rail, a pole hinged to it, and the push of the last step. */
export interface CartPoleScene extends LiveScene {
  kind: 'cart-pole'
  /** Metres to the right of the middle. */
  position: number
  /** Radians, clockwise from upright. */
  angle: number
  /** Metres, all of the pole. */
  length: number
  /** Where the cart and the pole are lost. */
  limits: { position: number; angle: number }
  /** -1 to the left, 1 to the right, 0 before the first step. */
  push: -1 | 0 | 1
}

/** How the episode ended. */
export interface CartPoleEvent {
  kind: 'fell' | 'left' | 'held'
}

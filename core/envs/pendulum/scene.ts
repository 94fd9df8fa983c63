import type { LiveScene } from '../live-scene.ts'

/** What a screen draws of Pendulum: a rod that hangs from its hinge, and the torque of the last step. */
export interface PendulumScene extends LiveScene {
  kind: 'pendulum'
  /** Radians, counter-clockwise from upright, and as many turns as it has made. */
  angle: number
  /** Newton metres, counter-clockwise, of the last step. */
  torque: number
  /** The largest torque. */
  limit: number
}

/** The time is over. */
export interface PendulumEvent {
  kind: 'over'
  upright: boolean
}

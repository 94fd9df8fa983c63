/** Everything about environments. Importing this makes the built-in ones and their scripted players known. */
import { BasicEnvironment } from './basic/basic.ts'
import { basicPresets } from './basic/presets.ts'
import { registerBubble } from './bubble/index.ts'
import { registerCartPole } from './cart-pole/index.ts'
import { registerGrid } from './grid/index.ts'
import { registerPendulum } from './pendulum/index.ts'
import { registerRecall } from './recall/index.ts'
import { registerEnvironment } from './registry.ts'

registerBubble()
registerEnvironment('basic', (parameters) => new BasicEnvironment(parameters), { presets: basicPresets })
registerRecall()
registerGrid()
registerCartPole()
registerPendulum()

export type * from './agent-group.ts'
export type { BasicEvent, BasicScene } from './basic/scene.ts'
export { type BubbleLevel, registerBubbleLevel } from './bubble/index.ts'
export type { BubbleAim, BubbleEvent, BubbleScene } from './bubble/scene.ts'
export type { CartPoleEvent, CartPoleScene } from './cart-pole/scene.ts'
export { checkEnvironment } from './checker.ts'
export * from './environment.ts'
export type { GridCell, GridEvent, GridGoal, GridScene } from './grid/scene.ts'
export type * from './live-scene.ts'
export {
  drawnKinds,
  type ObservationScene,
  observationScene,
  type View,
  viewOf,
} from './observation-scene.ts'
export { fitValue, type ParameterRule } from './parameters.ts'
export type { PendulumEvent, PendulumScene } from './pendulum/scene.ts'
export * from './player.ts'
export type { Preset } from './preset.ts'
export type { RecallEvent, RecallScene } from './recall/scene.ts'
export * from './registry.ts'
export { successByte, successOf } from './success.ts'

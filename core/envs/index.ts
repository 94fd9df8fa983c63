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
export { type BubbleLevel, registerBubbleLevel } from './bubble/index.ts'
export type { BubbleAim, BubbleEvent, BubbleScene } from './bubble/scene.ts'
export { checkEnvironment } from './checker.ts'
export type { Drawing, DrawingEvent, Shape } from './drawing/drawing.ts'
export * as draw from './drawing/shapes.ts'
export * from './environment.ts'
export type * from './live-scene.ts'
export { fitValue, type ParameterRule } from './parameters.ts'
export * from './player.ts'
export type { Preset } from './preset.ts'
export * from './registry.ts'
export { successByte, successOf } from './success.ts'
export { type ObservationScene, observationScene, SCENE_KINDS, type View, viewOf } from './view.ts'

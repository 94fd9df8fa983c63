/** Every scene that has a view. */
import { basicView } from './basic/view.ts'
import { Captives } from './bubble/captives.tsx'
import { bubbleView } from './bubble/view.ts'
import { cartPoleView } from './cart-pole/view.ts'
import { gridView } from './grid/view.ts'
import { gymView } from './gym/view.ts'
import { observationsView } from './observations/view.ts'
import { pendulumView } from './pendulum/view.ts'
import { recallView } from './recall/view.ts'
import { registerSceneView } from './scene-view.ts'

registerSceneView('bubble', bubbleView, Captives)
registerSceneView('basic', basicView)
registerSceneView('cart-pole', cartPoleView)
registerSceneView('grid', gridView)
registerSceneView('gym', gymView)
registerSceneView('observations', observationsView)
registerSceneView('pendulum', pendulumView)
registerSceneView('recall', recallView)

export { controlKeys, motionAllowed, scenePanel, sceneView } from './scene-view.ts'

/** Every kind of scene that has a view. */
import { Captives } from './bubble/captives.tsx'
import { bubbleView } from './bubble/view.ts'
import { DrawingPanel } from './drawing/panel.tsx'
import { drawingView } from './drawing/view.ts'
import { gymView } from './gym/view.ts'
import { observationsView } from './observations/view.ts'
import { registerSceneView } from './scene-view.ts'

registerSceneView('bubble', bubbleView, { play: Captives })
registerSceneView('drawing', drawingView, { play: DrawingPanel, replay: DrawingPanel })
registerSceneView('gym', gymView)
registerSceneView('observations', observationsView)

export { controlKeys, motionAllowed, scenePanel, sceneView } from './scene-view.ts'

import { SegmentedControl } from '@mantine/core'
import type { Scene } from '../../../core/studio/protocol.ts'
import { sceneView } from '../../board/views.ts'
import { changeSettings, useSettings } from '../../settings.ts'

const speeds = [
  { value: '0.25', label: '¼' },
  { value: '0.5', label: '½' },
  { value: '1', label: 'full speed' },
]

/** How fast the game goes on, where it goes on by itself. */
export function GameSpeed({ scene }: { scene: Scene }) {
  const { gameSpeed } = useSettings()
  if (sceneView(scene.kind)?.control.live?.stepsPerSecond(scene) == null) return null
  return (
    <SegmentedControl
      aria-label="Speed of the game"
      size="xs"
      fullWidth
      data={speeds}
      value={String(gameSpeed)}
      onChange={(value) => changeSettings({ gameSpeed: Number(value) })}
    />
  )
}

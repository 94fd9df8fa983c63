import { registerScriptedPlayer } from '../player.ts'
import { type EnvironmentDefinition, registerEnvironment } from '../registry.ts'
import { BubbleEnvironment } from './bubble.ts'
import { type BubbleLevel, checkLevel } from './level.ts'
import { levels } from './levels/index.ts'
import { referencePlayer } from './players.ts'

export { BubbleEnvironment } from './bubble.ts'
export type { BubbleLevel } from './level.ts'
export { greedyPlayer, referencePlayer } from './players.ts'

/** Makes a level known as `bubble/<name>`. */
export function registerBubbleLevel(level: BubbleLevel, definition: EnvironmentDefinition = {}): void {
  checkLevel(level)
  registerEnvironment(
    `bubble/${level.name}`,
    (parameters) => new BubbleEnvironment(level, parameters),
    definition,
  )
  registerScriptedPlayer(`bubble/${level.name}`, referencePlayer)
}

export function registerBubble(): void {
  for (const [level, definition] of levels) registerBubbleLevel(level, definition)
}

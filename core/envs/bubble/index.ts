import { registerEnvironment } from '../registry.ts'
import { BubbleEnvironment } from './bubble.ts'
import { type BubbleLevel, checkLevel } from './level.ts'
import { levels } from './levels/index.ts'

export { BubbleEnvironment } from './bubble.ts'
export type { BubbleLevel } from './level.ts'

/** Makes a level known as `bubble/<name>`. */
export function registerBubbleLevel(level: BubbleLevel): void {
  checkLevel(level)
  registerEnvironment(`bubble/${level.name}`, (parameters) => new BubbleEnvironment(level, parameters))
}

export function registerBubble(): void {
  for (const level of levels) registerBubbleLevel(level)
}

/** The levels in the box. A further one is a file beside this and a line in the list. */
import type { EnvironmentDefinition } from '../../registry.ts'
import type { BubbleLevel } from '../level.ts'
import { bubble25Presets } from '../presets.ts'
import { level25 } from './25.ts'

export const levels: readonly (readonly [level: BubbleLevel, definition: EnvironmentDefinition])[] = [
  [level25, { presets: bubble25Presets }],
]

/** The levels in the box. A further one is a file beside this and a line in the list. */
import type { BubbleLevel } from '../level.ts'
import { level25 } from './25.ts'

export const levels: readonly BubbleLevel[] = [level25]

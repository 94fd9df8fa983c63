/**
 * Unity's `.demo`, as ML-Agents' recorder writes it and its trainer reads it. A record is an observation, the reward since the
 * record before, and an action; the last record of an episode is done and has the terminal observation.
 *
 * Files of older releases and of other recorders differ in several ways; what had to be supposed or mended is noted.
 */

import type { FileFormat } from '../format.ts'
import { startsAsDemo } from './file.ts'
import { readDemo } from './read.ts'
import { writeDemo } from './write.ts'

export const demo = {
  name: 'demo',
  title: "Unity's .demo: what ML-Agents records and trains from",
  group: 'imitation',
  layout: 'file',
  extensions: ['.demo'],
  mediaType: 'application/octet-stream',
  matches: startsAsDemo,
  write: writeDemo,
  read: readDemo,
  cannotHold: () => [],
} satisfies FileFormat

/** The presets of bubble/25 as they were when the committed figures began, so that these go on comparing the same work. */
import { readFileSync } from 'node:fs'
import { parseYaml } from '../core/train/index.ts'

const FILE = new URL('../experiments/presets/bubble-25.yaml', import.meta.url)

export interface PresetConfig {
  readonly behaviors: Readonly<Record<string, Readonly<Record<string, object>>>>
}

export function measuredPreset(id: string): PresetConfig & Readonly<Record<string, unknown>> {
  return parseYaml(readFileSync(FILE, 'utf8'), 'bubble-25.yaml')[id] as ReturnType<typeof measuredPreset>
}

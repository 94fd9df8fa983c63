/** A preset by name: of the environment, or of a file beside the experiment. */
import { basename, join } from 'node:path'
import { otherNames, UserError } from '../errors.ts'
import { refuseForeignPath } from '../paths.ts'
import { readRegularText } from '../read-file.ts'
import { isRecord } from '../train/config-place.ts'
import { parseYaml, presetsFor } from '../train/index.ts'
import type { Section } from './layers.ts'

export type Presets = ReadonlyMap<string, Section>

/**
 * @param file  YAML with a configuration under each name, from the place of the experiment; undefined for the presets that
 *   come with the program, which may change with its next version
 * @throws UserError when there is no such file, or when it holds something else
 */
export function readPresets(environment: string, file: string | undefined, directory: string): Presets {
  if (file === undefined) return new Map(presetsFor(environment).map(({ id, config }) => [id, config]))
  refuseForeignPath(join(directory, file), 'presets:')
  const text = readRegularText(join(directory, file))
  const sections = Object.entries(parseYaml(text, basename(file)))
  return new Map(
    sections.map(([id, config]) => {
      if (isRecord(config)) return [id, config]
      throw new UserError(`${basename(file)}: ${id}: expected a configuration`, { usage: true })
    }),
  )
}

/** @param where  begins the sentence. @throws UserError naming the nearest preset */
export function presetConfig(presets: Presets, environment: string, id: string, where: string): Section {
  const config = presets.get(id)
  if (config !== undefined) return config
  throw new UserError(`${where}: there is no preset "${id}" for ${environment}`, {
    usage: true,
    remedy: otherNames(id, [...presets.keys()], 'the presets'),
  })
}

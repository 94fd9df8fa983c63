/** A preset by name. */
import { nearest, UserError } from '../errors.ts'
import { presetsFor } from '../train/index.ts'

/** @param where  begins the sentence. @throws UserError naming the nearest preset */
export function presetConfig(
  environment: string,
  id: string,
  where: string,
): Readonly<Record<string, unknown>> {
  const presets = presetsFor(environment)
  const preset = presets.find((candidate) => candidate.id === id)
  if (preset !== undefined) return preset.config
  const known = presets.map((candidate) => candidate.id)
  const near = nearest(id, known)
  throw new UserError(`${where}: there is no preset "${id}" for ${environment}`, {
    usage: true,
    remedy: near === undefined ? `known are ${known.join(', ')}` : `did you mean "${near}"?`,
  })
}

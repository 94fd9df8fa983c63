/** Settings that are known to work in an environment, as data of whoever registers it. */
import { UserError } from '../errors.ts'

export interface Preset {
  /** What --preset takes: the algorithm, then what is added to it. */
  readonly id: string
  readonly title: string
  /** One or two plain sentences. */
  readonly description: string
  /** The one to start with; one per environment. */
  readonly recommended: boolean
  /** In the layout of a configuration file; `resolveConfig` fills the rest. */
  readonly config: Readonly<Record<string, unknown>>
}

/**
 * The recommended one first.
 * @param whose  begins the sentence: 'the presets of my/catch'
 * @throws UserError where one is no preset, two have one id, or not exactly one is recommended
 */
export function checkedPresets(presets: readonly Preset[], whose: string): readonly Preset[] {
  const ids = new Set<string>()
  for (const { id, title, description, config } of presets) {
    if (!/^[A-Za-z0-9][\w-]{0,39}$/.test(id)) {
      throw new UserError(`${whose}: an id is up to 40 letters, digits and dashes, not ${JSON.stringify(id)}`)
    }
    if (ids.has(id)) throw new UserError(`${whose}: two are called "${id}"`)
    const said = typeof title === 'string' && typeof description === 'string'
    if (!said || typeof config !== 'object' || config === null) {
      throw new UserError(`${whose}: "${id}" needs a title, a description and a config`)
    }
    ids.add(id)
  }
  const recommended = presets.filter((preset) => preset.recommended)
  if (presets.length > 0 && recommended.length !== 1) {
    throw new UserError(`${whose}: exactly one is recommended, not ${recommended.length}`)
  }
  return [...recommended, ...presets.filter((preset) => !preset.recommended)]
}

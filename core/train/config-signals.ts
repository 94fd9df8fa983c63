/** Checking `reward_signals:`, each signal against the schema that it was registered with. */
import { type BehaviorSettings, rewardSignalDefinition } from '../learn/index.ts'
import { checkSection } from './config-check.ts'
import { at, type Place } from './config-place.ts'

type SignalSections = BehaviorSettings['reward_signals']

/** Every default filled in, and signals that are null left out. @throws UserError naming the place */
export function checkRewardSignals(sections: SignalSections, place: Place): SignalSections {
  const checked: SignalSections = {}
  for (const [name, section] of Object.entries(sections)) {
    if (section === null) continue
    const { settings } = rewardSignalDefinition(name, at(place, name))
    const here = { file: place.file, path: [...place.path, name] }
    checked[name] = checkSection(settings, withEncodingSize(section), here)
  }
  return checked
}

/** As in ML-Agents the deprecated `encoding_size` gives the hidden units where there are no network_settings. */
function withEncodingSize({ encoding_size, ...section }: Record<string, unknown>): Record<string, unknown> {
  if (encoding_size === undefined) return section
  return { network_settings: { hidden_units: encoding_size }, ...section }
}

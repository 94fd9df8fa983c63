/**
 * Keys of ML-Agents that the schemas do not have. Each is either refused by name, or accepted with a sentence that says
 * what becomes of it; no key is passed over. docs/guide/configuration.md lists them all.
 */
import { UserError } from '../errors.ts'
import { at, isRecord, type Place } from './config-place.ts'

type Feature = { readonly path: string } & (
  | {
      /** What this version lacks. */
      readonly feature: string
      /** The values that mean "off"; the key is then dropped. */
      readonly off: readonly unknown[]
    }
  | {
      readonly feature: string
      /** The key is known here; these values of it are what is lacking. */
      readonly lacking: readonly unknown[]
      readonly remedy?: string
    }
  | {
      /** Accepted and dropped: why it has no meaning here. */
      readonly because: string
      /** The values that change nothing, so that nothing need be said. */
      readonly silent: readonly unknown[]
    }
)

const NETWORK_FEATURES: readonly Feature[] = [
  {
    path: 'goal_conditioning_type',
    because: 'a goal is observed like everything else, which is what none means',
    silent: ['none', null],
  },
]

const BEHAVIOR_FEATURES: readonly Feature[] = [
  {
    path: 'trainer_type',
    feature: 'POCA, for groups of agents,',
    lacking: ['poca', 'coma'],
    remedy: 'use ppo or sac',
  },
  {
    path: 'trainer_type',
    feature: 'this early ML-Agents trainer',
    lacking: ['offline_bc', 'online_bc', 'imitation'],
    remedy: 'use trainer_type: bc, or ppo or sac with behavioral_cloning',
  },
  {
    path: 'reward_signals.extrinsic.network_settings',
    because: "the environment's reward needs no network",
    silent: [],
  },
  {
    path: 'behavioral_cloning.num_epoch',
    because: 'every gradient of the policy clones as well',
    silent: [null],
  },
  {
    path: 'behavioral_cloning.samples_per_update',
    because: 'every gradient of the policy clones as well',
    silent: [0, null],
  },
  { path: 'self_play', feature: 'self-play', off: [null] },
  {
    path: 'threaded',
    because: 'env_settings decide how collecting and learning share the time',
    silent: [false],
  },
  { path: 'framework', because: 'it is deprecated in ML-Agents; engine names the one used here', silent: [] },
  { path: 'output_path', because: 'a run is kept in the data folder under its name', silent: [null] },
  {
    path: 'hyperparameters.save_replay_buffer',
    because: 'the newest checkpoint always carries the replay buffer, so that a run resumes exactly',
    silent: [true],
  },
  {
    path: 'hyperparameters.shared_critic',
    feature: 'one network shared by policy and critic',
    lacking: [true],
    remedy: 'remove the key',
  },
]

const TOP_FEATURES: readonly Feature[] = [
  { path: 'env_settings.env_args', feature: 'arguments for a Unity build', off: [null] },
  { path: 'env_settings.num_areas', feature: 'several areas in one environment', off: [1] },
  { path: 'env_settings.base_port', because: 'no environment listens on a port', silent: [] },
  {
    path: 'checkpoint_settings.inference',
    feature: 'inference in the trainer (use `understudy evaluate`)',
    off: [false],
  },
  { path: 'checkpoint_settings.train_model', because: 'a run always trains', silent: [false] },
  {
    path: 'checkpoint_settings.results_dir',
    because: 'runs are kept in the data folder, which --data names',
    silent: [],
  },
  { path: 'engine_settings', because: 'there is no Unity engine to configure', silent: [null] },
  {
    path: 'torch_settings',
    because: 'PyTorch is not used; engine and threads are top-level keys',
    silent: [null],
  },
  { path: 'debug', because: 'there is no debug log', silent: [false] },
]

export interface Examined {
  /** A copy without the features that are switched off and without what has no meaning here. */
  readonly section: Record<string, unknown>
  /** A sentence for each key that was dropped though it would have done something in ML-Agents. */
  readonly notices: readonly string[]
}

/** @throws UserError for a feature of ML-Agents that this version lacks */
export function examineFeatures(
  value: Record<string, unknown>,
  where: 'top' | 'behavior',
  place: Place,
): Examined {
  const section = structuredClone(value)
  const features = where === 'top' ? TOP_FEATURES : [...BEHAVIOR_FEATURES, ...networkFeatures(section)]
  const notices: string[] = []
  for (const entry of features) {
    const keys = entry.path.split('.')
    const last = keys.pop()!
    const parent = keys.reduce<unknown>((below, key) => (isRecord(below) ? below[key] : undefined), section)
    if (!isRecord(parent) || !Object.hasOwn(parent, last)) continue
    const found = parent[last]
    const here = at(place, ...keys, last)
    if ('because' in entry) {
      if (!entry.silent.includes(found) && !isEmpty(found)) {
        notices.push(`${here} has no meaning here and is ignored: ${entry.because}`)
      }
      delete parent[last]
      continue
    }
    const wanted =
      'off' in entry ? !entry.off.includes(found) && !isEmpty(found) : entry.lacking.includes(found)
    if (wanted) {
      throw new UserError(`${here}: ${entry.feature} is not supported by this version`, {
        usage: true,
        remedy: ('remedy' in entry ? entry.remedy : undefined) ?? 'remove the key',
      })
    }
    if ('off' in entry) delete parent[last]
  }
  return { section, notices }
}

/** The network's own and those of every reward signal. */
function networkFeatures(section: Record<string, unknown>): Feature[] {
  const { reward_signals: signals } = section
  const names = isRecord(signals) ? Object.keys(signals).filter((name) => name !== 'extrinsic') : []
  const places = ['network_settings', ...names.map((name) => `reward_signals.${name}.network_settings`)]
  return places.flatMap((place) =>
    NETWORK_FEATURES.map((entry) => ({ ...entry, path: `${place}.${entry.path}` })),
  )
}

function isEmpty(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length === 0
}

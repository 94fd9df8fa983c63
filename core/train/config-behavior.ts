/** The section of one behaviour: chosen, completed by defaults and overrides, and checked. */
import { otherNames, UserError } from '../errors.ts'
import {
  algorithmDefinition,
  type BehaviorSettings,
  behaviorSettings,
  rewardSignalDefinition,
} from '../learn/index.ts'
import { checkSection, mergeSections, nestedSetting } from './config-check.ts'
import { examineFeatures } from './config-features.ts'
import type { ConfigOverrides } from './config-overrides.ts'
import { at, isRecord, type Place } from './config-place.ts'
import { checkRewardSignals } from './config-signals.ts'

/** Settings of PPO that learn the same whatever the size of the returns. */
export const scaleFree = { value_clip: 'none', normalize_reward: true, adam_epsilon: 1e-5 } as const

type Section = Record<string, unknown>

export interface ResolvedBehavior {
  readonly behavior: BehaviorSettings
  /** The run that `init_path` names. */
  readonly initPath: string | null
  readonly notices: readonly string[]
}

/**
 * @param wanted  the behaviour asked for with --behavior; otherwise one named after the environment, or the only one
 * @throws UserError when there are several to choose from
 */
export function chooseBehavior(
  {
    behaviors,
    default_settings: defaults,
  }: { behaviors?: Record<string, Section> | null; default_settings?: Section | null },
  environment: string,
  wanted: string | undefined,
  { file }: Place,
): { name: string; settings: Section } {
  const names = Object.keys(behaviors ?? {})
  if (wanted !== undefined && !names.includes(wanted) && defaults == null) {
    throw new UserError(`${file}: there is no behaviour "${wanted}"`, {
      usage: true,
      remedy: names.length === 0 ? 'leave --behavior out' : otherNames(wanted, names, 'the behaviours in it'),
    })
  }
  const name = wanted ?? (names.includes(environment) ? environment : (names[0] ?? environment))
  if (names.length > 1 && wanted === undefined && name !== environment) {
    throw new UserError(`${file}: behaviors: a run trains one behaviour, and there are ${names.length}`, {
      usage: true,
      remedy: `choose one of ${names.join(', ')} with --behavior`,
    })
  }
  return { name, settings: mergeSections(defaults ?? {}, names.includes(name) ? behaviors![name]! : {}) }
}

/**
 * @param environment  its id
 * @throws UserError naming file, place and the nearest known key
 */
export function resolveBehavior(
  settings: Section,
  environment: string,
  overrides: ConfigOverrides,
  place: Place,
): ResolvedBehavior {
  const examined = examineFeatures(settings, 'behavior', place)
  let { init_path: initPath, ...section } = examined.section
  for (const [path, value] of Object.entries(overrides.settings ?? {})) {
    section = mergeSections(section, nestedSetting(path.split('.'), value))
  }
  const { algorithm, gail, maxSteps } = overrides
  if (algorithm !== undefined) {
    algorithmDefinition(algorithm)
    const written = section.trainer_type
    if (written !== undefined && written !== algorithm) {
      throw new UserError(`${place.file} configures ${String(written)}, not ${algorithm}`, {
        usage: true,
        remedy: 'leave --algo out, or use another file',
      })
    }
    section = { ...section, trainer_type: algorithm }
  }
  if (maxSteps !== undefined) section = { ...section, max_steps: maxSteps }
  if (gail !== undefined) section = switchGail(section, gail)
  if (section.hyperparameters !== undefined && section.trainer_type === undefined) {
    throw new UserError(`${at(place, 'hyperparameters')}: there is no trainer_type beside them`, {
      usage: true,
      remedy: 'say which algorithm they are for, such as trainer_type: sac',
    })
  }
  if (overrides.stored !== true) section = mergeSections(environmentDefaults(environment, section), section)
  const notices = [...examined.notices, ...unusedEncodingSizes(section, place)]
  pairSignalUpdates(section, place)
  leaveOpen(section)
  const behavior = checkSection(behaviorSettings, section, place)
  const { hyperparameters } = algorithmDefinition(behavior.trainer_type, at(place, 'trainer_type'))
  const checked = checkSection(hyperparameters, behavior.hyperparameters, {
    file: place.file,
    path: [...place.path, 'hyperparameters'],
  })
  const signals = checkRewardSignals(behavior.reward_signals, {
    file: place.file,
    path: [...place.path, 'reward_signals'],
  })
  if (overrides.stored !== true) refuseUnused({ ...behavior, reward_signals: signals }, place)
  return {
    behavior: { ...spreadCheckpoints(behavior), hyperparameters: checked, reward_signals: signals },
    initPath: readInitPath(initPath, place),
    notices,
  }
}

/**
 * What an algorithm does unless told otherwise where it is not ML-Agents' environments that are learned in: Gymnasium's tasks pay
 * returns of every size, and PPO as ML-Agents has it is made for returns of about 1. Layers of tanh, as Stable-Baselines3 has them, keep it
 * steady there (docs/results/pendulum.md).
 */
function environmentDefaults(
  environment: string,
  { trainer_type: algorithm = 'ppo', network_settings: network }: Section,
): Section {
  if (algorithm !== 'ppo' || !environment.startsWith('gym:')) return {}
  const isDense = !isRecord(network) || (network.network_type ?? 'dense') === 'dense'
  return {
    hyperparameters: scaleFree,
    ...(isDense ? { network_settings: { network_options: { activation: 'tanh' } } } : {}),
  }
}

/** @throws UserError when something is asked for that the algorithm does not learn from, or cannot have */
function refuseUnused(
  {
    trainer_type: name,
    reward_signals: signals,
    behavioral_cloning: cloning,
    network_settings: { memory },
  }: BehaviorSettings,
  place: Place,
): void {
  const { without } = algorithmDefinition(name)
  const learned = Object.keys(signals).find((signal) => signal !== 'extrinsic')
  for (const [key, asked, reason] of [
    [`reward_signals.${learned}`, learned !== undefined, without?.signals],
    ['behavioral_cloning', cloning != null, without?.cloning],
    ['network_settings.memory', memory != null, without?.memory],
  ] as const) {
    if (!asked || reason === undefined) continue
    throw new UserError(`${at(place, key)}: ${reason.message}`, { usage: true, remedy: reason.remedy })
  }
}

function switchGail(section: Section, on: boolean): Section {
  const signals = isRecord(section.reward_signals) ? { ...section.reward_signals } : { extrinsic: {} }
  if (!on) delete (signals as Section).gail
  else (signals as Section).gail ??= {}
  return { ...section, reward_signals: signals }
}

/** A signal's deprecated `encoding_size` counts only where it has no network_settings. */
function unusedEncodingSizes({ reward_signals: signals }: Section, place: Place): string[] {
  if (!isRecord(signals)) return []
  return Object.entries(signals)
    .filter(([, signal]) => isRecord(signal) && 'encoding_size' in signal && 'network_settings' in signal)
    .map(
      ([name]) =>
        `${at(place, 'reward_signals', name, 'encoding_size')} is ignored: network_settings are given`,
    )
}

/**
 * A learned signal is updated with every `updates_interval` policy updates here, and ML-Agents counts environment steps.
 * Equal intervals, ML-Agents' default, need no saying; a multiple becomes `updates_interval`.
 */
function pairSignalUpdates(section: Section, place: Place): void {
  const { hyperparameters: h, reward_signals: signals } = section
  if (!isRecord(h) || !('reward_signal_steps_per_update' in h)) return
  const { reward_signal_steps_per_update: interval, ...rest } = h
  section.hyperparameters = rest
  const ratio = Number(interval) / Number(rest.steps_per_update ?? 1)
  if (ratio === 1 || !isRecord(signals)) return
  for (const [name, signal] of Object.entries(signals)) {
    if (name === 'extrinsic' || !isRecord(signal)) continue
    const known = Object.hasOwn(
      rewardSignalDefinition(name, at(place, 'reward_signals', name)).settings.shape,
      'updates_interval',
    )
    if (known && Number.isInteger(ratio)) {
      signal.updates_interval ??= ratio
      continue
    }
    const must = known ? 'a multiple of steps_per_update' : 'steps_per_update'
    throw new UserError(
      `${at(place, 'hyperparameters', 'reward_signal_steps_per_update')}: ${name} is updated along with the policy ` +
        `here, so it must be ${must}`,
      { usage: true, remedy: 'remove the key' },
    )
  }
}

/** null where ML-Agents lets the trainer choose. */
function leaveOpen({ behavioral_cloning: cloning }: Section): void {
  if (isRecord(cloning) && cloning.batch_size === null) delete cloning.batch_size
}

/** `even_checkpoints`: as many as are kept, evenly over the whole run. */
function spreadCheckpoints(behavior: BehaviorSettings): BehaviorSettings {
  if (!behavior.even_checkpoints) return behavior
  return { ...behavior, checkpoint_interval: Math.ceil(behavior.max_steps / behavior.keep_checkpoints) }
}

function readInitPath(value: unknown, place: Place): string | null {
  if (value === undefined || value === null) return null
  if (
    typeof value === 'string' &&
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(value) &&
    !/\.(pt|onnx|nn)$/.test(value)
  ) {
    return value
  }
  throw new UserError(`${at(place, 'init_path')}: ${JSON.stringify(value)} is not the name of a run`, {
    usage: true,
    remedy: 'name a run in this studio; ML-Agents model files cannot be trained further',
  })
}

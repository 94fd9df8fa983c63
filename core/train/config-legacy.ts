/**
 * Files of ML-Agents from v0.9 to release 3, rewritten in the present layout:
 *
 *     default: { trainer: ppo, batch_size: 1024, use_recurrent: false, ... }     flat settings, behaviours at the top
 *     Basic: { batch_size: 32, ... }
 *     behaviors: { Basic: { trainer: ppo, batch_size: 32 } }                     release 1: flat settings below behaviors
 *     parameter_randomization: { mass: { sampler-type: uniform, min_value: 0.5, max_value: 10 } }
 *     curriculum: { Basic: { measure: progress, thresholds: [0.1], parameters: { size: [1, 2] } } }
 *
 * What a flat setting means is as in ML-Agents' own upgrade: a behaviour's key replaces the default's, whole.
 */
import { at, isRecord } from './config-place.ts'

type Section = Record<string, unknown>

const HYPERPARAMETERS = [
  'batch_size',
  'beta',
  'buffer_init_steps',
  'buffer_size',
  'epsilon',
  'init_entcoef',
  'lambd',
  'learning_rate',
  'learning_rate_schedule',
  'num_epoch',
  'reward_signal_steps_per_update',
  'save_replay_buffer',
  'steps_per_update',
  'tau',
]
const NETWORK = ['normalize', 'hidden_units', 'num_layers', 'vis_encode_type']
const MEMORY = ['sequence_length', 'memory_size']
const CONVERTED = ['trainer', 'use_recurrent', 'train_interval', 'num_update', 'reward_signal_num_update']
const FLAT = new Set([...HYPERPARAMETERS, ...NETWORK, ...MEMORY, ...CONVERTED, 'pretraining'])
/** Where files were written; a run lies in the data folder. */
const PATHS = new Set(['summary_path', 'model_path'])

export interface Upgraded {
  readonly sections: Section
  /** Sentences for people about what was rewritten. */
  readonly notices: readonly string[]
}

/** Returns the sections as they are when they have the present layout. */
export function upgradeLegacy(sections: Section, file: string): Upgraded {
  const notices: string[] = []
  const tell = (key: string, present: string) =>
    notices.push(
      `${at({ file, path: [] }, key)} has the layout of an earlier ML-Agents and was read as ${present}`,
    )
  let { parameter_randomization, curriculum, ...rest } = sections
  if (isFlatFile(rest)) {
    const { default: defaults = {}, ...behaviors } = rest
    const shared = isRecord(defaults) ? defaults : {}
    const named = Object.keys(behaviors).length > 0
    rest = named ? { behaviors: nested(behaviors, shared) } : { default_settings: nestSettings(shared) }
    notices.push(`${file} has the layout of an earlier ML-Agents and was read as the current one`)
  } else if (isRecord(rest.behaviors) && Object.values(rest.behaviors).some(isFlat)) {
    rest = { ...rest, behaviors: nested(rest.behaviors, {}) }
    tell('behaviors', 'hyperparameters and network_settings')
  }
  const parameters: Section = isRecord(rest.environment_parameters) ? { ...rest.environment_parameters } : {}
  if (isRecord(parameter_randomization)) {
    Object.assign(parameters, samplers(parameter_randomization))
    tell('parameter_randomization', 'environment_parameters; a value is drawn at each reset')
  }
  if (isRecord(curriculum)) {
    Object.assign(parameters, curricula(curriculum))
    tell('curriculum', 'environment_parameters')
  }
  if (Object.keys(parameters).length > 0) rest.environment_parameters = parameters
  return { sections: rest, notices }
}

function isFlatFile(sections: Section): boolean {
  return sections.behaviors === undefined && Object.values(sections).some(isFlat)
}

function isFlat(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).some((key) => FLAT.has(key))
}

function nested(behaviors: Section, defaults: Section): Section {
  return Object.fromEntries(
    Object.entries(behaviors).map(([name, settings]) => [
      name,
      isRecord(settings) ? nestSettings({ ...defaults, ...settings }) : settings,
    ]),
  )
}

/** { trainer: sac, batch_size: 64, hidden_units: 20 } -> trainer_type, hyperparameters and network_settings. */
function nestSettings(flat: Section): Section {
  const settings: Section = {}
  const hyperparameters: Section = {}
  const network: Section = {}
  for (const [key, value] of Object.entries(flat)) {
    if (HYPERPARAMETERS.includes(key)) hyperparameters[key] = value
    else if (NETWORK.includes(key)) network[key] = value
    else if (key === 'pretraining') settings.behavioral_cloning = value
    else if (!MEMORY.includes(key) && !CONVERTED.includes(key) && !PATHS.has(key)) settings[key] = value
  }
  if (typeof flat.train_interval === 'number' || typeof flat.num_update === 'number') {
    const interval = Number(flat.train_interval ?? 1)
    hyperparameters.steps_per_update ??= interval / Number(flat.num_update ?? 1)
    if (typeof flat.reward_signal_num_update === 'number') {
      hyperparameters.reward_signal_steps_per_update ??= interval / flat.reward_signal_num_update
    }
  }
  if (flat.use_recurrent === true) {
    network.memory = Object.fromEntries(
      MEMORY.filter((key) => Object.hasOwn(flat, key)).map((key) => [key, flat[key]]),
    )
  }
  return {
    ...(flat.trainer === undefined ? {} : { trainer_type: flat.trainer }),
    ...(Object.keys(hyperparameters).length === 0 ? {} : { hyperparameters }),
    ...(Object.keys(network).length === 0 ? {} : { network_settings: network }),
    ...settings,
  }
}

function samplers(randomization: Section): Section {
  const parameters: Section = {}
  for (const [name, sampler] of Object.entries(randomization)) {
    if (!isRecord(sampler)) continue
    const { 'sampler-type': type, ...values } = sampler
    parameters[name] = { sampler_type: type, sampler_parameters: values }
  }
  return parameters
}

/** One curriculum a behaviour, with the values of several parameters side by side -> one list of lessons a parameter. */
function curricula(section: Section): Section {
  const parameters: Section = {}
  for (const [behavior, settings] of Object.entries(section)) {
    if (!isRecord(settings) || !isRecord(settings.parameters)) continue
    const { thresholds, parameters: values, ...criteria } = settings
    for (const [name, list] of Object.entries(values as Section)) {
      if (!Array.isArray(list) || !Array.isArray(thresholds)) continue
      const lessons = list.map((value, index) => ({
        name: `Lesson${index}`,
        value,
        ...(index < thresholds.length
          ? { completion_criteria: { ...criteria, behavior, threshold: thresholds[index] } }
          : {}),
      }))
      parameters[name] = { curriculum: lessons }
    }
  }
  return parameters
}

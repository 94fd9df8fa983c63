/** `training.*`: presets, the advanced form, and the configuration that comes of them. */
import { existsSync } from 'node:fs'
import { counted } from '../../counted.ts'
import { otherNames, UserError } from '../../errors.ts'
import {
  type ConfigOverrides,
  configToYaml,
  needsDemonstrations,
  type RunConfig,
  resolveConfig,
  signalNames,
} from '../../train/config.ts'
import { mergeSections } from '../../train/config-check.ts'
import { firstMisfit, knownVersions, runDirectory, startProblems } from '../../train/index.ts'
import { presetsFor, type Preset as TrainPreset } from '../../train/presets.ts'
import { describeSettings, describeTopSettings, TOP_SECTIONS } from '../../train/settings-form.ts'
import { parseYaml } from '../../train/yaml.ts'
import type { HostContext } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { freeName } from '../names.ts'
import type { trainingMethods } from '../protocol/training.ts'
import type { Problem } from '../protocol.ts'

type TrainingMethod = Extract<keyof typeof trainingMethods, `training.${string}`>

export function trainingHandlers(context: HostContext): Handlers<TrainingMethod> {
  const { library } = context
  return {
    'training.presets': ({ environment }) =>
      presetsFor(environment).map((preset) => {
        const config = resolveConfig(preset.config, { environment, seed: 0 })
        return {
          id: preset.id,
          title: preset.title,
          description: preset.description,
          recommended: preset.recommended,
          algorithm: config.behavior.trainer_type,
          signals: signalNames(config),
          needsDemonstrations: needsDemonstrations(config),
          maxSteps: config.behavior.max_steps,
          yaml: configToYaml(config),
        }
      }),

    'training.settings': ({ environment, preset }) => {
      const config = resolveConfig(presetOf(environment, preset).config, { environment, seed: 0 })
      const { behavior } = config
      const settings = describeSettings(behavior.trainer_type, {
        signals: Object.keys(behavior.reward_signals),
        values: { ...behavior },
      })
      return [...settings, ...describeTopSettings(parseYaml(configToYaml(config), preset))].map(
        ({ choices, ...setting }) => ({
          ...setting,
          ...(choices === undefined ? {} : { choices: [...choices] }),
        }),
      )
    },

    'training.compose': (params) => {
      const { config } = presetOf(params.environment, params.preset)
      const runId = unusedRunId(context, params.name === '' ? params.preset : params.name)
      const fixed = {
        environment: params.environment,
        runId,
        ...(params.seed === undefined ? {} : { seed: params.seed }),
        ...(params.maxSteps === undefined ? {} : { maxSteps: params.maxSteps }),
        ...(params.control === undefined ? {} : { gailControl: params.control }),
      }
      const problems: Problem[] = []
      // One setting at a time, so that each that is out of its range is told.
      const sound: Record<string, unknown> = {}
      for (const [path, value] of Object.entries(params.overrides)) {
        const problem = problemOf(path, () => resolveWith(config, { [path]: value }, fixed))
        if (problem === null) sound[path] = value
        else problems.push(problem)
      }
      const resolved = resolveTogether(config, sound, fixed, problems)
      problems.push(...startProblems(resolved, context.specs.get(params.environment)))
      const chosen = params.demonstrations.map((id) => library.getEpisode(id))
      const needed = needsDemonstrations(resolved)
      if (needed && chosen.length === 0) {
        problems.push({
          path: 'demonstrations',
          message: 'this preset learns from demonstrations and none are chosen',
          remedy: 'choose some, or a preset without GAIL',
        })
      }
      const warnings: string[] = []
      const called = params.name === '' ? runId : freeName(context, params.name)
      if (params.name !== '' && called !== params.name) {
        warnings.push(`Another is called "${params.name}" already: this one will be called "${called}".`)
      }
      const foreign = chosen.filter((row) => row.environmentId !== params.environment)
      const spec = context.specs.get(params.environment)
      if (foreign.length > 0 && spec !== undefined) {
        const elsewhere = `${foreign.length.toLocaleString('en')} of the demonstrations ${foreign.length === 1 ? 'was' : 'were'} played in another environment`
        const misfit = firstMisfit(library, spec, foreign)
        if (misfit === undefined) {
          warnings.push(`${elsewhere}, whose observations and actions are the same.`)
        } else {
          problems.push({
            path: 'demonstrations',
            message: `${elsewhere}: ${misfit}`,
            remedy: `choose demonstrations of ${params.environment}`,
          })
        }
      }
      const versions = new Set(knownVersions(chosen, params.environment))
      if (versions.size > 1) {
        warnings.push('The demonstrations were played in different versions of the environment.')
      }
      if (needed && chosen.length > 0 && chosen.length < 5) {
        const few = `${counted(chosen.length, 'demonstration')} ${chosen.length === 1 ? 'is' : 'are'} few`
        warnings.push(`${few}: expect a less reliable result than with ten.`)
      }
      if (!needed && chosen.length > 0) warnings.push('This preset makes no use of demonstrations.')
      return { yaml: configToYaml(resolved), runId, problems, warnings }
    },
  }
}

function presetOf(environment: string, id: string): TrainPreset {
  const presets = presetsFor(environment)
  const preset = presets.find((candidate) => candidate.id === id)
  if (preset !== undefined) return preset
  throw new UserError(`unknown preset "${id}"`, {
    remedy: otherNames(
      id,
      presets.map((candidate) => candidate.id),
      'the presets',
    ),
  })
}

type Settings = Readonly<Record<string, unknown>>

/** @param settings  by dotted path: inside the behaviour, or of one of the sections at the top */
function resolveWith(config: Settings, settings: Settings, fixed: ConfigOverrides): RunConfig {
  const isTop = (path: string) => TOP_SECTIONS.some((section) => path.startsWith(`${section}.`))
  const inside = Object.entries(settings).filter(([path]) => !isTop(path))
  let layered: Record<string, unknown> = { ...config }
  for (const [path, value] of Object.entries(settings).filter(([path]) => isTop(path))) {
    const [section, key] = path.split('.') as [string, string]
    layered = mergeSections(layered, { [section]: { [key]: value } })
  }
  return resolveConfig(layered, { ...fixed, settings: Object.fromEntries(inside) })
}

/** Settings that are sound one by one may not be so together; then it is told, and the preset is shown as it is. */
function resolveTogether(
  config: Settings,
  settings: Settings,
  fixed: ConfigOverrides,
  problems: Problem[],
): RunConfig {
  let resolved: RunConfig | undefined
  const problem = problemOf('env_settings', () => {
    resolved = resolveWith(config, settings, fixed)
  })
  if (problem !== null) problems.push(problem)
  return resolved ?? resolveConfig(config, fixed)
}

function problemOf(path: string, attempt: () => unknown): Problem | null {
  try {
    attempt()
    return null
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // The message names the place in a file, which the form shows in its own way.
    const place = error.message.indexOf(path)
    const message = place < 0 ? error.message : error.message.slice(place + path.length).replace(/^:? /, '')
    return { path, message, remedy: error.remedy ?? null }
  }
}

/** A folder name made of what people typed; numbered when it is taken. */
export function unusedRunId(context: HostContext, name: string): string {
  const ascii = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
  const base = ascii.replaceAll(/^[^A-Za-z0-9]+|-+$/g, '').slice(0, 60) || 'run'
  const taken = new Set(context.library.listRuns().map((run) => run.id.toLowerCase()))
  for (let i = 1; ; i++) {
    const id = i === 1 ? base : `${base}-${i}`
    if (!taken.has(id.toLowerCase()) && !existsSync(runDirectory(context.library.dir, id))) return id
  }
}

/** `training.*`: presets, the advanced form, and the configuration that comes of them. */
import { counted } from '../../counted.ts'
import { configToYaml, needsDemonstrations, resolveConfig, signalNames } from '../../train/config.ts'
import {
  choiceOf,
  choicesFor,
  composeConfig,
  firstMisfit,
  freeRunId,
  knownVersions,
  startProblems,
} from '../../train/index.ts'
import { describeSettings, describeTopSettings } from '../../train/settings-form.ts'
import { parseYaml } from '../../train/yaml.ts'
import type { HostContext } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { freeName } from '../names.ts'
import type { trainingMethods } from '../protocol/training.ts'

type TrainingMethod = Extract<keyof typeof trainingMethods, `training.${string}`>

export function trainingHandlers(context: HostContext): Handlers<TrainingMethod> {
  const { library } = context
  const specOf = (environment: string) => context.specs.get(environment) ?? null
  const chosen = (environment: string, preset: string) => choiceOf(environment, specOf(environment), preset)
  return {
    'training.presets': ({ environment }) =>
      choicesFor(environment, specOf(environment)).map((preset) => {
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
      const config = resolveConfig(chosen(environment, preset).config, { environment, seed: 0 })
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
      const { config } = chosen(params.environment, params.preset)
      const runId = freeRunId(library, params.name === '' ? params.preset : params.name)
      const fixed = {
        environment: params.environment,
        runId,
        ...(params.seed === undefined ? {} : { seed: params.seed }),
        ...(params.maxSteps === undefined ? {} : { maxSteps: params.maxSteps }),
        ...(params.control === undefined ? {} : { gailControl: params.control }),
      }
      const { config: resolved, problems } = composeConfig(config, params.overrides, fixed)
      problems.push(...startProblems(resolved, context.specs.get(params.environment)))
      const episodes = params.demonstrations.map((id) => library.getEpisode(id))
      const needed = needsDemonstrations(resolved)
      if (needed && episodes.length === 0) {
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
      const foreign = episodes.filter((row) => row.environmentId !== params.environment)
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
      const versions = new Set(knownVersions(episodes, params.environment))
      if (versions.size > 1) {
        warnings.push('The demonstrations were played in different versions of the environment.')
      }
      if (needed && episodes.length > 0 && episodes.length < 5) {
        const few = `${counted(episodes.length, 'demonstration')} ${episodes.length === 1 ? 'is' : 'are'} few`
        warnings.push(`${few}: expect a less reliable result than with ten.`)
      }
      if (!needed && episodes.length > 0) warnings.push('This preset makes no use of demonstrations.')
      return { yaml: configToYaml(resolved), runId, problems, warnings }
    },
  }
}

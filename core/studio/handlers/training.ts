/** `training.*`: presets, the advanced form, and the configuration that comes of them. */
import { algorithmDefinition, rewardSignalDefinition } from '../../learn/index.ts'
import {
  configToYaml,
  needsDemonstrations,
  type RunConfig,
  resolveConfig,
  signalNames,
} from '../../train/config.ts'
import {
  type ChoiceProblem,
  choiceOf,
  choicesFor,
  composeConfig,
  describeParts,
  freeRunId,
  startProblems,
} from '../../train/index.ts'
import { describeSettings, describeTopSettings, type SettingDescription } from '../../train/settings-form.ts'
import { parseYaml } from '../../train/yaml.ts'
import type { HostContext } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { readConfiguration } from '../given-configuration.ts'
import { judgeDemonstrations } from '../judge-demonstrations.ts'
import { freeName } from '../names.ts'
import type { trainingMethods } from '../protocol/training.ts'
import type { Params, Preset, Problem } from '../protocol.ts'

type TrainingMethod = Extract<keyof typeof trainingMethods, `training.${string}`>
type Beginning = Pick<Params<'training.compose'>, 'environment' | 'preset' | 'given'>

export function trainingHandlers(context: HostContext): Handlers<TrainingMethod> {
  const { library } = context
  const specOf = (environment: string) => context.specs.get(environment) ?? null
  const baseOf = ({ environment, preset, given }: Beginning) =>
    given === undefined
      ? choiceOf(environment, specOf(environment), preset).config
      : parseYaml(given, 'configuration')
  return {
    'training.presets': ({ environment }) =>
      choicesFor(environment, specOf(environment)).map(({ config: written, ...preset }) => {
        const config = resolveConfig(written, { environment, seed: 0 })
        return { ...preset, ...offered(config), yaml: configToYaml(config) }
      }),

    'training.read': async ({ yaml: text, environment, mayAsk }) => {
      const read = await readConfiguration(context, text, { environment, mayAsk })
      const { config } = read
      return {
        environment: config?.environment ?? environment,
        given: config === null ? null : givenPreset(config, read.yaml),
        name: config?.runId ?? null,
        cluster: read.cluster,
        problems: read.problems.map(({ keys, ...problem }) => ({ ...problem, keys: [...keys] })),
      }
    },

    'training.settings': ({ environment, parts = {}, chosen = {}, ...from }) => {
      const base = baseOf({ environment, ...from })
      const { config } = composeConfig(base, { parts }, { environment, seed: 0 })
      return {
        settings: settingsOf(config, chosen).map(({ choices, ...setting }) => ({
          ...setting,
          ...(choices === undefined ? {} : { choices: [...choices] }),
        })),
        parts: describeParts(config.behavior),
      }
    },

    'training.compose': (params) => {
      const { parts = {}, overrides: settings } = params
      const fixed = {
        environment: params.environment,
        ...(params.seed === undefined ? {} : { seed: params.seed }),
        ...(params.maxSteps === undefined ? {} : { maxSteps: params.maxSteps }),
        ...(params.control === undefined ? {} : { gailControl: params.control }),
      }
      const { config, problems } = composeConfig(baseOf(params), { parts, settings }, fixed)
      const begins = params.given === undefined ? params.preset : config.behavior.trainer_type
      const runId = freeRunId(library, params.name === '' ? begins : params.name)
      const resolved = { ...config, runId }
      problems.push(...startProblems(resolved, context.specs.get(params.environment)))
      const called = params.name === '' ? runId : freeName(context, params.name)
      const demonstrations = judgeDemonstrations(context, resolved, params.demonstrations)
      problems.push(...demonstrations.problems)
      const warnings =
        params.name === '' || called === params.name
          ? demonstrations.warnings
          : [
              `Another is called "${params.name}" already: this one will be called "${called}".`,
              ...demonstrations.warnings,
            ]
      return {
        yaml: configToYaml(resolved),
        runId,
        problems: labelled(problems, resolved),
        needsDemonstrations: needsDemonstrations(resolved),
        warnings,
      }
    },
  }
}

/** What a card tells of it. */
function offered(
  config: RunConfig,
): Pick<Preset, 'algorithm' | 'signals' | 'needsDemonstrations' | 'maxSteps'> {
  return {
    algorithm: config.behavior.trainer_type,
    signals: signalNames(config),
    needsDemonstrations: needsDemonstrations(config),
    maxSteps: config.behavior.max_steps,
  }
}

function givenPreset(config: RunConfig, yaml: string): Preset {
  const { title } = algorithmDefinition(config.behavior.trainer_type)
  const learned = signalNames(config).filter((name) => name !== 'extrinsic')
  const signals = learned.map((name) => rewardSignalDefinition(name).title)
  return {
    id: 'given',
    title: 'Your configuration',
    description: [title, ...signals].join(', '),
    recommended: false,
    ...offered(config),
    yaml,
  }
}

/** @param chosen  as in `describeSettings` */
function settingsOf(config: RunConfig, chosen: Readonly<Record<string, string>>): SettingDescription[] {
  const { behavior } = config
  const settings = describeSettings(behavior.trainer_type, {
    signals: Object.keys(behavior.reward_signals),
    values: { ...behavior },
    chosen,
  })
  return [...settings, ...describeTopSettings(parseYaml(configToYaml(config), 'configuration'))]
}

function labelled(problems: readonly ChoiceProblem[], config: RunConfig): Problem[] {
  const settings = settingsOf(config, {})
  const labels = new Map([
    ...describeParts(config.behavior).map(({ path, title }) => [path, title] as const),
    ...settings.map(({ path, label }) => [path, label] as const),
  ])
  const labelOf = (path: string) =>
    labels.get(path) ??
    settings.find((setting) => setting.path.startsWith(`${path}.`))?.group ??
    path.charAt(0).toUpperCase() + path.slice(1).replaceAll('_', ' ')
  return problems.map((problem) => ({ ...problem, label: labelOf(problem.path) }))
}

/**
 * The register of reward signals, by their key under `reward_signals:`. A new one is one file that calls
 * `registerRewardSignal`; see docs/guide/your-own-reward-signal.md.
 */
import type { z } from 'zod'
import type { EnvironmentSpec } from '../../envs/environment.ts'
import { otherNames, UserError } from '../../errors.ts'
import type { DemonstrationData } from '../../experience/transitions.ts'
import type { Random } from '../../random.ts'
import type { LearnContext } from '../algorithm.ts'
import { defineMetrics, type MetricDefinitions } from '../metric-definition.ts'
import { signalPanel } from '../metric-panels.ts'
import type { ActionLayout } from '../networks/action-layout.ts'
import type { ReplayShape } from '../off-policy/replay-buffer.ts'
import { requireDemonstrations } from '../setup.ts'
import type { RewardSignal } from './reward-signal.ts'

/** What a signal may know of the learner that uses it. */
export interface SignalContext {
  readonly spec: EnvironmentSpec
  readonly layout: ActionLayout
  /** Widths of the rows of a sampled batch. */
  readonly shape: ReplayShape
  /** Transitions in one update of the learner, and of the signal if it learns. */
  readonly batchSize: number
  /** Never null for a signal that `needsDemonstrations`. */
  readonly demonstrations: DemonstrationData | null
  /** The learner's own, for what is drawn in training. */
  readonly random: Random
}

export interface RewardSignalDefinition<Settings extends z.ZodObject = z.ZodObject> {
  /** The key under `reward_signals:`. */
  readonly name: string
  readonly title: string
  /** zod schema, strict, with every default; descriptions become the studio's help texts. */
  readonly settings: Settings
  readonly needsDemonstrations?: boolean
  /** What its own update reports. The learner reports `name/reward` of every signal, which needs no definition. */
  readonly metrics?: MetricDefinitions
  create(context: SignalContext, settings: z.infer<Settings>): RewardSignal
}

const definitions = new Map<string, RewardSignalDefinition>()

export function registerRewardSignal<Settings extends z.ZodObject>(
  definition: RewardSignalDefinition<Settings>,
): void {
  if (definitions.has(definition.name)) {
    throw new Error(`reward signal "${definition.name}" is registered twice`)
  }
  defineMetrics({
    [`${definition.name}/reward`]: {
      title: definition.title,
      meaning: `Mean reward per step from ${definition.name}, with its strength`,
      panel: signalPanel,
    },
    ...definition.metrics,
  })
  definitions.set(definition.name, definition)
}

export function rewardSignalNames(): string[] {
  return [...definitions.keys()]
}

/** @throws UserError for an unknown name, naming the nearest known one; `place` begins the sentence if it is given */
export function rewardSignalDefinition(name: string, place?: string): RewardSignalDefinition {
  const definition = definitions.get(name)
  if (definition !== undefined) return definition
  throw new UserError(`${place === undefined ? '' : `${place}: `}unknown reward signal "${name}"`, {
    usage: true,
    remedy: otherNames(name, rewardSignalNames(), 'the reward signals'),
  })
}

/**
 * The signals of `reward_signals:`, in the order of the settings; one whose settings are null is switched off.
 * @throws UserError when a signal lacks what it needs, or there is no signal at all
 */
export function makeRewardSignals(
  learner: LearnContext,
  layout: ActionLayout,
  shape: ReplayShape,
  batchSize: number,
): RewardSignal[] {
  const signals: RewardSignal[] = []
  for (const [name, settings] of Object.entries(learner.settings.reward_signals)) {
    if (settings === null) continue
    const definition = rewardSignalDefinition(name)
    if (definition.needsDemonstrations) requireDemonstrations(learner, `the ${name} reward signal`)
    const { spec, demonstrations, random } = learner
    const context = { spec, layout, shape, batchSize, demonstrations, random }
    signals.push(definition.create(context, definition.settings.parse(settings)))
  }
  if (signals.length === 0) {
    throw new UserError('there is no reward signal, so there is nothing to learn from', {
      remedy: 'set extrinsic or gail under reward_signals',
    })
  }
  return signals
}

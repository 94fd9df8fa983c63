/**
 * What the training loop asks of an algorithm, and the register of algorithms. A new one is one file that calls
 * `registerAlgorithm`, and one import in index.ts.
 */
import type { z } from 'zod'
import type { ActionSpec, EnvironmentSpec } from '../envs/environment.ts'
import { otherNames, UserError } from '../errors.ts'
import type { ActingPart } from '../experience/acting.ts'
import type { ActionBatch, DemonstrationData, StepBatch } from '../experience/transitions.ts'
import type { Random } from '../random.ts'
import type { Runtime } from '../tensor/runtime.ts'
import { defineMetrics, type MetricDefinitions } from './metric-definition.ts'
import type { Metrics } from './metrics.ts'
import type { BehaviorSettings } from './settings.ts'

export interface LearnContext {
  readonly spec: EnvironmentSpec
  /** E, how many environments step together. */
  readonly numEnvs: number
  readonly settings: BehaviorSettings
  /** Required by gail, behavioral_cloning, demonstration_share above 0 and the bc algorithm. */
  readonly demonstrations: DemonstrationData | null
  readonly runtime: Runtime
  readonly random: Random
  /** Intra-op threads of the numeric engine; 1 makes runs comparable between machines. */
  readonly threads: number
}

/** What a copy that only acts is made of. */
export interface ActingContext
  extends Pick<LearnContext, 'spec' | 'numEnvs' | 'settings' | 'runtime' | 'random'> {
  /** Environments of the run, of which it acts for E. */
  readonly allEnvs: number
}

/** Acts as an algorithm does, elsewhere, with the weights that it was given last. */
export interface ActingCopy {
  /** Whether it says how likely its decisions were. */
  readonly tells: boolean
  /** As `Algorithm.act`, for all environments; the actions have `logPi` where it tells. */
  act(observations: Float32Array, masks: Uint8Array | null, actions: ActionBatch): Promise<void>
  /** What the algorithm's `acting.save()` gave. */
  load(state: never): void
}

/** Everything an algorithm must remember: plain data and typed arrays that msgpack can carry. */
export type AlgorithmState = Record<string, unknown>

export interface Algorithm {
  readonly metrics: Metrics

  /**
   * Work before the first environment step (pretraining by behavioural cloning); resolves at once when there is none.
   * Called once for a fresh run, never for a resumed one.
   */
  prepare(): Promise<void>

  /**
   * Decides for all environments, exploring as the algorithm does in training.
   * @param observations  [E, O]
   * @param masks         [E, sum of branches], 1 = allowed, or null
   * @param actions       receives the decisions
   * @param environments  those that wait for a decision; the rows of all others stay as they are. null: all of them
   */
  act(
    observations: Float32Array,
    masks: Uint8Array | null,
    actions: ActionBatch,
    environments?: Int32Array | null,
  ): Promise<void>

  /** Takes in one step of all environments, or of `step.environments`; copies what it keeps. */
  observe(step: StepBatch): void

  /**
   * Cuts the trajectory of an environment whose unfinished episode is lost: the next step observed of it begins another
   * one, and the last one observed of it has not ended the episode.
   *
   * An algorithm without the method takes full batches only: it is refused where environments step asynchronously, and
   * where they run in worker threads, which may die.
   */
  drop?(environment: number): void

  /** What a copy of it elsewhere acts by; absent where none can. */
  readonly acting?: ActingPart

  /** Performs the gradient updates that are due now, if any. Returns how many. */
  update(): Promise<number>

  save(): AlgorithmState
  /** @throws Error when the state is of another shape */
  load(state: AlgorithmState): void

  /** The acting part as an ONNX file with ML-Agents' names: obs_0..., discrete_actions, deterministic_discrete_actions. */
  exportPolicy(): Uint8Array

  release(): Promise<void>
}

/** A sentence for people, and what to do. */
export interface Reason {
  readonly message: string
  readonly remedy: string
}

export interface AlgorithmDefinition {
  /** The word after `trainer_type:`. */
  readonly name: string
  readonly title: string
  /** zod schema of `hyperparameters`, strict, with every default; descriptions become the studio's help texts. */
  readonly hyperparameters: z.ZodObject
  /** Everything that it adds to `metrics`, but for what others have defined; what is undefined is shown by its name. */
  readonly metrics?: MetricDefinitions
  /**
   * How a buffer of `buffer_size` steps, where it has one, takes its memory: 'grows' with what is stored, or 'whole' from the
   * start. For the estimate before a run is begun.
   */
  readonly buffer?: 'grows' | 'whole'
  /** Kinds of actions that it can choose; absent: both. What has another kind is not offered it. */
  readonly actions?: readonly ('continuous' | 'discrete')[]
  /** Whether it has nothing to learn from without demonstrations. */
  readonly needsDemonstrations?: boolean
  /**
   * Why it learns nothing from the learned reward signals, or from `behavioral_cloning`, or has no form with
   * `network_settings.memory`; what asks for them is refused.
   */
  readonly without?: { readonly signals?: Reason; readonly cloning?: Reason; readonly memory?: Reason }
  create(context: LearnContext): Promise<Algorithm>
  /** Makes what acts elsewhere by an `acting` part, without what only learning needs; absent where nothing can. */
  actingCopy?(context: ActingContext): Promise<ActingCopy>
}

const definitions = new Map<string, AlgorithmDefinition>()

export function registerAlgorithm(definition: AlgorithmDefinition): void {
  if (definitions.has(definition.name)) throw new Error(`algorithm "${definition.name}" is registered twice`)
  defineMetrics(definition.metrics ?? {})
  definitions.set(definition.name, definition)
}

export function algorithmNames(): string[] {
  return [...definitions.keys()]
}

/** Whether it can choose actions of this kind. */
export function takesActions(
  { actions }: AlgorithmDefinition,
  { continuous, discrete }: ActionSpec,
): boolean {
  if (actions === undefined) return true
  return (
    (continuous === 0 || actions.includes('continuous')) &&
    (discrete.length === 0 || actions.includes('discrete'))
  )
}

/** @throws UserError when it cannot choose actions of the environment's kind, or lacks something else */
export function makeAlgorithm(name: string, context: LearnContext): Promise<Algorithm> {
  const definition = algorithmDefinition(name)
  const { action, id } = context.spec
  if (takesActions(definition, action)) return definition.create(context)
  const others = algorithmNames().filter((other) => takesActions(algorithmDefinition(other), action))
  const kind = definition.actions![0] === 'discrete' ? 'continuous' : 'discrete'
  throw new UserError(`${name} cannot choose ${kind} actions, which ${id} has`, {
    remedy: `use ${others.join(' or ')}`,
  })
}

/** @throws UserError when no copy of an algorithm with these settings can act elsewhere */
export function actingCopyOf({
  trainer_type: name,
  network_settings: { memory },
}: BehaviorSettings): NonNullable<AlgorithmDefinition['actingCopy']> {
  const { actingCopy } = algorithmDefinition(name)
  if (actingCopy !== undefined && memory == null) return actingCopy
  const others = algorithmNames().filter((other) => algorithmDefinition(other).actingCopy !== undefined)
  throw new UserError(
    `${name}${actingCopy === undefined ? '' : ' with memory'} cannot act on workers of a cluster by copies of its policy`,
    {
      remedy: `leave --stepping out, so that they step in lockstep, or use ${others.join(' or ')} without memory`,
    },
  )
}

/** @throws UserError for an unknown name, naming the nearest known one; `place` begins the sentence if it is given */
export function algorithmDefinition(name: string, place?: string): AlgorithmDefinition {
  const definition = definitions.get(name)
  if (definition !== undefined) return definition
  throw new UserError(`${place === undefined ? '' : `${place}: `}unknown algorithm "${name}"`, {
    usage: true,
    remedy: otherNames(name, algorithmNames(), 'the algorithms'),
  })
}

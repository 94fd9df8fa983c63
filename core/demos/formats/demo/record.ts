/** One record of a `.demo` as columns: the forms of all releases made one. */
import {
  type AgentAction,
  type AgentInfoActionPair,
  type BrainParameters,
  SPACE,
} from '../../../remote/mlagents/messages.ts'
import type { EnvironmentStamp } from '../../episode.ts'
import type { FileProblems } from '../problems.ts'
import type { ObservationReader } from './observations.ts'

export type ActionLayout = EnvironmentStamp['action']

/** What the agent reported when it asked for a decision, or when its episode ended. */
export interface DemoRecord {
  /** Place in the file. */
  readonly index: number
  /** Of the agent in this episode. */
  readonly id: number
  /** [O] */
  readonly observation: Float32Array
  /** [sum of branch sizes], 1 = allowed; absent when everything is */
  readonly mask: Uint8Array | undefined
  /** Since the record before. */
  readonly reward: number
  readonly groupReward: number
  readonly done: boolean
  readonly maxStepReached: boolean
  /** The action that the file has here, [C] and [D]: the one taken next, or the one before. Nobody has checked the choices. */
  readonly continuous: Float32Array
  readonly discrete: Float64Array
}

/** Of the behaviour, by the new field or, where it says nothing, the old ones. */
export function actionLayout(brain: BrainParameters, problems: FileProblems): ActionLayout {
  const { actionSpec, vectorActionSize, vectorActionSpaceType } = brain
  const isNew = actionSpec !== null && (actionSpec.continuous !== 0 || actionSpec.discrete !== 0)
  const layout = isNew
    ? { continuous: actionSpec.continuous, discrete: [...actionSpec.branchSizes] }
    : vectorActionSpaceType === SPACE.continuous
      ? { continuous: vectorActionSize[0] ?? 0, discrete: [] }
      : { continuous: 0, discrete: [...vectorActionSize] }
  const { continuous, discrete } = layout
  if (isNew && actionSpec.discrete !== discrete.length) {
    problems.refuse('action spec', `${actionSpec.discrete} branch sizes`, discrete.length)
  }
  const values = discrete.reduce((sum, size) => sum + size, continuous)
  if (continuous < 0 || discrete.some((size) => size < 1) || values === 0 || values > 65_536) {
    problems.refuse('actions', 'continuous values or branches', `${continuous} and [${discrete.join(', ')}]`)
  }
  return layout
}

/** @throws DataError when the record is not laid out as the behaviour says */
export function readRecord(
  { info, action }: AgentInfoActionPair,
  layout: ActionLayout,
  observations: ObservationReader,
  index: number,
  problems: FileProblems,
): DemoRecord {
  const place = `record ${index}`
  if (info === null) return problems.refuse(place, 'an agent', 'none')
  const { id, reward, groupReward, done, maxStepReached, actionMask } = info
  const width = layout.discrete.reduce((sum, size) => sum + size, 0)
  if (actionMask.length !== 0 && actionMask.length !== width) {
    problems.refuse(`${place}, action mask`, `${width} values or none`, actionMask.length)
  }
  return {
    index,
    id,
    reward,
    groupReward,
    done,
    maxStepReached,
    observation: observations.read(info.observations, place),
    mask:
      actionMask.length === 0 ? undefined : Uint8Array.from(actionMask, (forbidden) => (forbidden ? 0 : 1)),
    ...readAction(action, layout, place, problems),
  }
}

/** Whether it has no action: all zeros, as before the first one of an episode. */
export function isCleared({ continuous, discrete }: DemoRecord): boolean {
  return continuous.every((value) => value === 0) && discrete.every((value) => value === 0)
}

function readAction(
  action: AgentAction | null,
  { continuous: C, discrete: branches }: ActionLayout,
  place: string,
  problems: FileProblems,
): Pick<DemoRecord, 'continuous' | 'discrete'> {
  let { continuous = [], discrete = [] }: Partial<AgentAction> = action ?? {}
  if (continuous.length === 0 && discrete.length === 0) {
    const values = action?.vectorActions ?? []
    if (values.length === 0)
      return { continuous: new Float32Array(C), discrete: new Float64Array(branches.length) }
    if (C > 0) continuous = values
    else discrete = values
  }
  const found = `${continuous.length} and ${discrete.length}`
  if (continuous.length !== C || discrete.length !== branches.length) {
    problems.refuse(`${place}, action`, `${C} continuous values and ${branches.length} branches`, found)
  }
  return { continuous: Float32Array.from(continuous), discrete: Float64Array.from(discrete) }
}

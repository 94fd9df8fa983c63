/** What a report of an agent says: its observations as numbers, its reward, whether its episode is over, what is allowed. */

import { FINITE_REMEDY, notFinite } from '../../envs/finite.ts'
import { type ActionSpec, shapeSize } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import {
  type AgentAction,
  type AgentInfo,
  type BrainParameters,
  COMPRESSION,
  type Observation,
  SPACE,
  type Written,
} from '../mlagents/messages.ts'
import { readPictures } from '../mlagents/pictures.ts'
import type { Moment } from './protocol.ts'

/** The new form where it says anything, else the old one. */
export function actionSpec(brain: BrainParameters): Pick<ActionSpec, 'continuous' | 'discrete'> {
  const { actionSpec: spec, vectorActionSize: old, vectorActionSpaceType: kind } = brain
  if (spec !== null && spec.continuous + spec.discrete > 0)
    return { continuous: spec.continuous, discrete: [...spec.branchSizes] }
  if (kind === SPACE.continuous) return { continuous: old[0] ?? 0, discrete: [] }
  return { continuous: 0, discrete: [...old] }
}

export function stillAction({ continuous, discrete }: ReturnType<typeof actionSpec>): Written<AgentAction> {
  return { continuous: new Float32Array(continuous), discrete: new Int32Array(discrete.length) }
}

/**
 * @param name  as errors call the build
 * @throws UserError when the report holds what no learner can take
 */
export function momentOf(name: string, info: AgentInfo, brain: BrainParameters): Moment {
  const values = info.observations.map((observation, i) => valuesOf(name, observation, i))
  const all = new Float32Array(values.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of values) {
    all.set(part, at)
    at += part.length
  }
  // Two sums of 32 bits may have one that fits into none.
  const reward = Math.fround(info.reward + info.groupReward)
  const observations = info.observations.map((seen, i) => ({
    ...seen,
    name: seen.name || `observation_${i}`,
  }))
  const wrong = notFinite({ observations }, reward, all)
  if (wrong !== undefined) throw new UserError(`${name} sent ${wrong}`, { remedy: FINITE_REMEDY })
  const choices = actionSpec(brain).discrete.reduce((sum, size) => sum + size, 0)
  const masked = info.actionMask.length === choices && info.actionMask.some((forbidden) => forbidden)
  return {
    reward,
    terminated: info.done && !info.maxStepReached,
    truncated: info.done && info.maxStepReached,
    observation: new Uint8Array(all.buffer),
    mask: masked ? Uint8Array.from(info.actionMask, (forbidden) => (forbidden ? 0 : 1)) : null,
  }
}

function valuesOf(name: string, observation: Observation, index: number): ArrayLike<number> {
  const { shape, compression, compressedData, floatData, channelMapping } = observation
  if (compression === COMPRESSION.png && shape.length === 3) {
    const [channels, height, width] = shape as [number, number, number]
    try {
      return readPictures(compressedData, { channels, height, width }, channelMapping)
    } catch (cause) {
      throw new UserError(`${name}: observation ${index} is not a picture: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
  const values = floatData?.data ?? []
  if (values.length === shapeSize(shape)) return values
  throw new UserError(
    `${name}: observation ${index} has ${values.length} numbers, not the ${shapeSize(shape)} of its shape`,
  )
}

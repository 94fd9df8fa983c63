/** Episodes as a `.demo`. */
import { shapeSize } from '../../../envs/environment.ts'
import { brainParameters, shownShape } from '../../../remote/mlagents/behaviour.ts'
import {
  type AgentInfoActionPair,
  COMPRESSION,
  DIMENSION,
  type Observation,
  type Written,
} from '../../../remote/mlagents/messages.ts'
import { isPicture, writePictures } from '../../../remote/mlagents/pictures.ts'
import { type Episode, episodeLength, episodeReturn, type StepLayout, stepLayout } from '../../episode.ts'
import type { ActionAlignment, WriteOptions } from '../format.ts'
import { firstOfSameColumns } from '../parts/same-columns.ts'
import { playedBehaviour } from './environment.ts'
import { writeDemoFile } from './file.ts'
import { writeHeads } from './heads.ts'

/** How one named observation is written in the whole file. */
interface ObservationForm {
  readonly name: string
  /** As a trainer is shown it that steps the environment itself. */
  readonly shape: readonly number[]
  readonly size: number
  /** Its values are those of pictures, which take a fraction of the room as PNG and lose nothing. */
  readonly png: boolean
}

/** @throws UserError when the episodes are not of one environment */
export function writeDemo(episodes: readonly Episode[], options: WriteOptions = {}): Uint8Array {
  const { environment } = firstOfSameColumns(episodes, 'a .demo file')
  const actions = options.actions ?? 'same'
  const forms = observationForms(episodes)
  const behaviour = playedBehaviour(environment)
  const meta = {
    apiVersion: 1,
    name: behaviour,
    steps: episodes.reduce((sum, episode) => sum + episodeLength(episode) + 1, 0),
    episodes: episodes.length,
    meanReward: episodes.reduce((sum, episode) => sum + episodeReturn(episode), 0) / episodes.length,
  }
  const brain = { ...brainParameters(`${behaviour}?team=0`, environment), isTraining: false }
  return writeDemoFile(meta, brain, records(episodes, forms, actions), writeHeads(episodes, actions))
}

function observationForms(episodes: readonly Episode[]): ObservationForm[] {
  const { environment } = episodes[0]!
  const total = stepLayout(environment).observation
  let offset = 0
  return environment.observations.map(({ name, shape }) => {
    const size = shapeSize(shape)
    const from = offset
    offset += size
    const png =
      shape.length === 3 &&
      shape[0]! % 3 === 0 &&
      episodes.every(({ observations }) => {
        for (let row = from; row < observations.length; row += total)
          if (!isPicture(observations.subarray(row, row + size))) return false
        return true
      })
    return { name, shape: shownShape(shape), size, png }
  })
}

function* records(
  episodes: readonly Episode[],
  forms: readonly ObservationForm[],
  actions: ActionAlignment,
): Generator<Written<AgentInfoActionPair>> {
  for (const [i, episode] of episodes.entries()) {
    const layout = stepLayout(episode.environment)
    for (let step = 0; step <= episodeLength(episode); step++) {
      yield record(episode, i + 1, step, layout, forms, actions)
    }
  }
}

/** The record before step `step`, or after the last one. */
function record(
  episode: Episode,
  id: number,
  step: number,
  layout: StepLayout,
  forms: readonly ObservationForm[],
  actions: ActionAlignment,
): Written<AgentInfoActionPair> {
  const { observation: O, continuous: C, branches: D, mask: M } = layout
  const steps = episodeLength(episode)
  const done = step === steps
  // The trainer reads a step from the last record too, so it needs an action: the last one there was.
  const taken = actions === 'previous' || done ? step - 1 : step
  const action =
    taken < 0
      ? { continuous: new Float32Array(C), discrete: new Int32Array(D) }
      : {
          continuous: episode.continuous.subarray(taken * C, (taken + 1) * C),
          discrete: episode.discrete.subarray(taken * D, (taken + 1) * D),
        }
  return {
    info: {
      id,
      reward: step === 0 ? 0 : episode.rewards[step - 1]!,
      done,
      maxStepReached: done && !episode.terminated,
      observations: written(episode.observations.subarray(step * O, (step + 1) * O), forms),
      ...(episode.masks === undefined || done
        ? {}
        : {
            actionMask: Array.from(
              episode.masks.subarray(step * M, (step + 1) * M),
              (allowed) => allowed === 0,
            ),
          }),
    },
    action,
  }
}

function written(values: Float32Array, forms: readonly ObservationForm[]): Written<Observation>[] {
  let offset = 0
  return forms.map(({ name, shape, size, png }) => {
    const data = values.subarray(offset, offset + size)
    offset += size
    const along = shape.length === 3 ? DIMENSION.translational : DIMENSION.none
    const dimensionProperties = shape.map((_, axis) => (axis === 0 ? DIMENSION.none : along))
    const common = { shape, name, dimensionProperties }
    return png
      ? { ...common, compression: COMPRESSION.png, compressedData: writePictures(data, shape) }
      : { ...common, floatData: { data } }
  })
}

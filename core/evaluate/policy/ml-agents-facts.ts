/**
 * What a file of ML-Agents says of itself, in outputs that never change. One name means two things, by version:
 *
 * | output | version 2 | version 3 |
 * |---|---|---|
 * | version_number [1] | 2 | 3 |
 * | memory_size [1] | of an LSTM that only Unity's own engine can run | numbers in recurrent_in |
 * | continuous_action_output_shape [1] | how many | how many |
 * | discrete_action_output_shape | [1]: the sum of the branches | [1, branches]: the branches |
 * | is_continuous_control, action_output_shape [1] | of the one output `action`: 0 or 1, and how many numbers | not there |
 *
 * A kind of action that there is not has the size 0, in a constant or by the absence of it.
 */
import type { ModelArray } from '../../tensor/runtimes/onnxruntime.ts'
import { type Fitting, shapeText } from './binding.ts'

type Results = Readonly<Record<string, ModelArray>>

/** Probabilities of one choice, from float32 logarithms, are 1 together but for so much. */
const ROUNDING = 1e-3

/**
 * @param version  by the names, where the file does not state it
 * @returns the version
 * @throws UserError when the file says that it was made for something else
 */
export function checkFacts(fitting: Fitting, results: Results, version: 2 | 3): 2 | 3 {
  const { spec, refuse } = fitting
  const stated = (name: string): number | undefined => results[name]?.data[0]
  const { continuous, discrete } = spec.action
  const width = discrete.reduce((sum, branch) => sum + branch, 0)
  const number = stated('version_number') ?? version
  if (number !== 2 && number !== 3) {
    throw refuse(
      `its version is ${number}; only versions 2 and 3 can be read`,
      'export it with a newer ML-Agents',
    )
  }
  checkMemory(fitting, stated('memory_size') ?? 0, number)
  const values = stated('continuous_action_output_shape')
  if (values !== undefined && values !== continuous) {
    throw refuse(`it has ${values} continuous actions, and the environment ${continuous}`)
  }
  const branches = results.discrete_action_output_shape?.data
  const sizes = [...(branches ?? [])].filter((size) => size > 0)
  if (branches !== undefined && number === 3 && sizes.join() !== discrete.join()) {
    throw refuse(`its branches are ${shapeText(sizes)}, and the environment's ${shapeText(discrete)}`)
  }
  if (branches !== undefined && number === 2) {
    const sum = sizes.reduce((all, size) => all + size, 0)
    if (sum !== width) throw refuse(widths(sum, discrete, width))
    checkBranches(fitting, results.discrete_actions ?? results.action)
  }
  checkOneOutput(fitting, stated('is_continuous_control'), stated('action_output_shape'), width)
  return number
}

function checkMemory({ model, refuse }: Fitting, size: number, version: 2 | 3): void {
  if (size === 0) return
  if (version === 2)
    throw refuse('memory from version 2 cannot be read', 'export it with ML-Agents 2 or newer')
  const input = model.inputs.find(({ name }) => name === 'recurrent_in')
  if (input === undefined) throw refuse(`it remembers ${size} numbers, but has no input recurrent_in`)
  const taken = input.shape[2]
  if (typeof taken === 'number' && taken > 0 && taken !== size) {
    throw refuse(`it remembers ${size} numbers, but its input recurrent_in takes ${taken}`)
  }
}

/** Of files whose one output is called `action`, which may hold either kind. */
function checkOneOutput(
  { spec, refuse }: Fitting,
  isContinuous: number | undefined,
  size: number | undefined,
  width: number,
): void {
  const { continuous, discrete } = spec.action
  if (isContinuous === 1 && discrete.length > 0) {
    throw refuse('its actions are continuous, but the environment has discrete ones')
  }
  if (isContinuous === 0 && continuous > 0) {
    throw refuse('its actions are discrete, but the environment has continuous ones')
  }
  if (size === undefined || size === continuous + width) return
  throw refuse(
    continuous > 0
      ? `it has ${size} continuous actions, and the environment ${continuous}`
      : widths(size, discrete, width),
  )
}

function widths(sum: number, branches: readonly number[], width: number): string {
  return `its branches have ${sum} actions in total, and the environment's ${shapeText(branches)} have ${width}`
}

/**
 * The sum does not say where a branch ends, but the numbers do: each branch's are logarithms of probabilities, which are 1
 * together. Numbers that are none cannot be one choice; several they may be, for all that can be told.
 */
function checkBranches({ spec, refuse }: Fitting, scores: ModelArray | undefined): void {
  const branches = spec.action.discrete
  const width = branches.reduce((sum, branch) => sum + branch, 0)
  if (scores === undefined || width === 0 || scores.data.length % width !== 0) return
  const probability = (from: number, to: number): number =>
    scores.data.subarray(from, to).reduce((sum, score) => sum + Math.exp(score), 0)
  const isOne = (value: number, one = 1): boolean => Math.abs(value - one) < ROUNDING * one
  const all = probability(0, width)
  let from = 0
  const endAsHere = branches.every((size) => {
    from += size
    return isOne(probability(from - size, from))
  })
  const isOneChoice = isOne(all)
  const areProbabilities = isOne(all, branches.length)
  if (branches.length === 1 ? isOneChoice : !isOneChoice && (endAsHere || !areProbabilities)) return
  const own = shapeText(branches)
  throw refuse(
    isOneChoice
      ? `it makes one choice among ${width} actions, but the environment's branches are ${own}`
      : `its ${width} actions are not the branches ${own}: their probabilities do not add up to 1 in each`,
  )
}

/**
 * Policies that nobody named for us: an export from PyTorch, Stable-Baselines3 or anything else. Inputs are told by their
 * shape, or by the names of the observations; the output by what it must hold: logits or action values [B, sum of
 * branches], indices [B] or [B, branches] as integers, or continuous actions [B, C].
 *
 * Those of Godot RL Agents take `state_ins` beside the observation and give it back as `state_outs`; of continuous actions
 * their `output` may hold the means and then the logarithms of the spreads [B, 2 C], as RLlib exports them.
 */
import { observationSize } from '../../envs/index.ts'
import type { ModelArray, ModelValue } from '../../tensor/runtimes/onnxruntime.ts'
import {
  admits,
  type Binding,
  type Fitting,
  type Head,
  type Heads,
  placesOf,
  probe,
  requireFloats,
  rowsOf,
  shapeText,
  type View,
} from './binding.ts'

/** Of several outputs that would do, those that are called so. */
const USUAL = /^(deterministic_)?(actions?|logits|q_values|q|output|mean)$/i
/** One number a row, which Godot RL Agents' plugin always gives as 1. */
const GODOT_STATE = 'state_ins'
const GODOT_OUTPUT = 'output'
const NOT_ACTIONS = 'state_outs'

export async function bindPlain(fitting: Fitting): Promise<Binding> {
  const { spec, refuse } = fitting
  if (spec.action.discrete.length > 0 && spec.action.continuous > 0) {
    throw refuse(
      'the environment has discrete and continuous actions, and it is not clear which output is which',
      'name the outputs as ML-Agents does',
    )
  }
  const inputs = { ...inputsOf(fitting), masks: null, memory: null }
  const { rows, results } = await probe(fitting, inputs)
  const heads = headsOf(fitting, results, rows)
  const isDiscrete = spec.action.discrete.length > 0
  return {
    form: 'plain',
    ...inputs,
    discrete: isDiscrete ? heads : null,
    continuous: isDiscrete ? null : heads,
  }
}

function inputsOf(fitting: Fitting): Pick<Binding, 'views' | 'batched' | 'rows' | 'fixed'> {
  const { model, refuse } = fitting
  for (const input of model.inputs) requireFloats(fitting, input)
  const state = model.inputs.find(({ name }) => name === GODOT_STATE)
  if (state === undefined || model.inputs.length === 1)
    return { ...viewsOf(fitting, model.inputs), fixed: [] }
  const views = viewsOf(
    fitting,
    model.inputs.filter((input) => input !== state),
  )
  if (state.shape.length !== 1) {
    throw refuse(
      `it remembers ${shapeText(state.shape)} in ${GODOT_STATE}, but Godot RL Agents passes one number`,
      'export a policy without memory',
    )
  }
  return { ...views, rows: views.rows ?? rowsOf(state), fixed: [{ name: GODOT_STATE, dims: [], value: 1 }] }
}

function viewsOf(
  fitting: Fitting,
  inputs: readonly ModelValue[],
): Pick<Binding, 'views' | 'batched' | 'rows'> {
  const { spec, refuse } = fitting
  const places = placesOf(spec)
  const size = observationSize(spec)
  if (inputs.length === 1) {
    const [input] = inputs as [ModelValue]
    const whole = { name: input.name, from: 0, to: size }
    const wanted = [[size], ...(places.length === 1 ? [places[0]!.shape] : [])]
    for (const dims of wanted) {
      if (fits(input, dims)) return { views: [{ ...whole, dims }], batched: true, rows: rowsOf(input) }
      if (fits({ shape: ['', ...input.shape] }, dims)) {
        return { views: [{ ...whole, dims }], batched: false, rows: 1 }
      }
    }
    const shown = wanted.map((dims) => shapeText(['batch', ...dims])).join(' or ')
    throw refuse(
      `its input ${input.name} is ${shapeText(input.shape)}, but the environment's observation is ${shown}`,
    )
  }
  const views = places.map(({ from, to, shape }, i): View => {
    const { name } = spec.observations[i]!
    const input = inputs.find((candidate) => candidate.name === name)
    if (input === undefined) {
      const names = inputs.map((candidate) => candidate.name).join(', ')
      throw refuse(`its inputs are ${names}, but the environment has the observation "${name}"`)
    }
    if (!fits(input, shape)) {
      const shown = shapeText(['batch', ...shape])
      throw refuse(
        `its input ${name} is ${shapeText(input.shape)}, but the environment's observation is ${shown}`,
      )
    }
    return { name, from, to, dims: shape }
  })
  if (inputs.length > views.length) throw refuse('it takes more inputs than the environment has observations')
  return { views, batched: true, rows: rowsOf(inputs[0]!) }
}

function fits({ shape }: Pick<ModelValue, 'shape'>, dims: readonly number[]): boolean {
  return shape.length === dims.length + 1 && dims.every((size, axis) => admits(shape[axis + 1], size))
}

function headsOf(fitting: Fitting, results: Record<string, ModelArray>, rows: number): Heads {
  const { spec, model, output, refuse } = fitting
  const branches = spec.action.discrete
  const width = branches.reduce((sum, branch) => sum + branch, 0)
  const C = spec.action.continuous
  const fromGodot = model.inputs.some(({ name }) => name === GODOT_STATE)
  const holding = (value: ModelValue): Head | null => {
    const { name } = value
    const length = results[name]!.data.length
    if (fromGodot && name === NOT_ACTIONS) return null
    if (C > 0 && fromGodot && name === GODOT_OUTPUT && length === rows * 2 * C) {
      return { name, holds: 'values', width: 2 * C }
    }
    if (C > 0) return isFloat(value) && length === rows * C ? { name, holds: 'values' } : null
    if (isInteger(value) && length === rows * branches.length) return { name, holds: 'indices' }
    return isFloat(value) && length === rows * width ? { name, holds: 'logits' } : null
  }
  const all = model.outputs.flatMap((value) => holding(value) ?? [])
  const named = all.filter(({ name }) => (output === undefined ? USUAL.test(name) : name === output))
  const [head, another] = output !== undefined || (all.length > 1 && named.length > 0) ? named : all
  if (head === undefined || another !== undefined) {
    const found = model.outputs
      .map(({ name, type }) => `${name} ${type} ${shapeText(results[name]!.dims)}`)
      .join(', ')
    const wanted =
      C > 0
        ? `continuous actions [batch, ${C}]`
        : `logits [batch, ${width}] or whole numbers [batch, ${branches.length}]`
    if (head === undefined) throw refuse(`it answers ${found}, but the environment takes ${wanted}`)
    throw refuse(`several outputs could be its actions: ${found}`, 'name one with --output')
  }
  return { deterministic: head, sampled: head.holds === 'logits' ? head : null }
}

function isFloat({ type }: ModelValue): boolean {
  return type === 'float32' || type === 'float64'
}

function isInteger({ type }: ModelValue): boolean {
  return /^u?int\d+$/.test(type)
}

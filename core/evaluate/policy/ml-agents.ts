/**
 * Policies with the names of ML-Agents. Version 3 (since release 18): inputs obs_0, obs_1, ..., action_masks, recurrent_in;
 * outputs discrete_actions as indices and continuous_actions, both sampled, and since release 19 deterministic_* beside
 * them. Version 2 (packages 1.x): inputs vector_observation, all vectors in one, and visual_observation_0, ...; discrete
 * actions are log-probabilities, and the one output may be called `action`.
 *
 * ML-Agents always gives its exporter masks and a memory. Where a policy has none they have the size 0: torch drops such
 * inputs when it exports by tracing TorchScript, and keeps them when it exports by tracing Python, its default since 2.9.
 */
import { shapeSize } from '../../envs/index.ts'
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
import { checkFacts } from './ml-agents-facts.ts'

const MASKS = 'action_masks'
const MEMORY = 'recurrent_in'
const OWN_INPUT = /^(obs_\d+|vector_observation|visual_observation_\d+)$/

/** @returns null when the names are not those of ML-Agents */
export async function bindMlAgents(fitting: Fitting): Promise<Binding | null> {
  const { model, refuse } = fitting
  const names = model.inputs.map(({ name }) => name)
  if (!names.some((name) => OWN_INPUT.test(name))) return null
  const unknown = names.find((name) => !OWN_INPUT.test(name) && name !== MASKS && name !== MEMORY)
  if (unknown !== undefined)
    throw refuse(`its input "${unknown}" is not something that the environment provides`)
  const old = names.some((name) => name.endsWith('_observation') || name.startsWith('visual_'))
  const views = old ? oldViews(fitting) : newViews(fitting)
  const memory = memoryOf(fitting)
  if (old && memory !== null) throw refuse('memory from version 2 cannot be read', 'export it again')
  const inputs = {
    views,
    batched: true,
    rows: rowsOf(model.inputs[0]!),
    memory,
    masks: masksOf(fitting),
    fixed: emptyOf(fitting),
  }
  const { rows, results } = await probe(fitting, inputs)
  const version = checkFacts(fitting, results, old ? 2 : 3)
  return {
    form: `ml-agents-${version}`,
    ...inputs,
    discrete: discreteHeads(fitting, results, rows),
    continuous: continuousHeads(fitting, results, rows),
  }
}

function newViews(fitting: Fitting): View[] {
  const { spec, model, refuse } = fitting
  const views = placesOf(spec).map(({ from, to, shape }, i) => {
    const input = model.inputs.find(({ name }) => name === `obs_${i}`)
    if (input === undefined) throw refuse(`it has no input obs_${i}`)
    return viewOf(fitting, input, from, to, shape)
  })
  const others = model.inputs.filter(({ name }) => OWN_INPUT.test(name)).length
  if (others > views.length) throw refuse('it has more observations than the environment')
  return views
}

/** Vectors in the order of the environment make up vector_observation, which works where they lie side by side. */
function oldViews(fitting: Fitting): View[] {
  const { spec, model, refuse } = fitting
  const places = placesOf(spec)
  const views: View[] = []
  const vector = model.inputs.find(({ name }) => name === 'vector_observation')
  // Entities have an input of their own, named by their number among all observations, or lie among the vectors.
  const entities = places.map((place, i) => {
    const input = place.shape.length === 2 ? model.inputs.find(({ name }) => name === `obs_${i}`) : undefined
    if (input !== undefined) views.push(viewOf(fitting, input, place.from, place.to, place.shape))
    return input !== undefined
  })
  const flat = places.filter(({ shape }, i) => shape.length < 3 && !entities[i])
  if (vector !== undefined) {
    const from = flat[0]?.from ?? 0
    const to = flat.at(-1)?.to ?? 0
    const size = flat.reduce((sum, { shape }) => sum + shapeSize(shape), 0)
    if (to - from !== size) throw refuse('its vectors are not next to each other in this environment')
    views.push(viewOf(fitting, vector, from, to, [size]))
  } else if (flat.length > 0) throw refuse('it has no input vector_observation')
  const images = places.filter(({ shape }) => shape.length === 3)
  images.forEach(({ from, to, shape }, i) => {
    const input = model.inputs.find(({ name }) => name === `visual_observation_${i}`)
    if (input === undefined) throw refuse(`it has no input visual_observation_${i}`)
    views.push(viewOf(fitting, input, from, to, shape))
  })
  if (model.inputs.filter(({ name }) => OWN_INPUT.test(name)).length > views.length) {
    throw refuse('it has more observations than the environment')
  }
  return views
}

/** Entities may come as one long vector, which is how ML-Agents' trainer is shown them. */
function viewOf(
  fitting: Fitting,
  input: ModelValue,
  from: number,
  to: number,
  shape: readonly number[],
): View {
  requireFloats(fitting, input)
  const found = input.shape.slice(1)
  const wanted = shape.length === 2 ? [shape, [shapeSize(shape)]] : [shape]
  const dims = wanted.find(
    (sizes) => found.length === sizes.length && found.every((size, axis) => admits(size, sizes[axis]!)),
  )
  if (dims === undefined) {
    const shown = wanted.map(shapeText).join(' or ')
    throw fitting.refuse(
      `${input.name} is ${shapeText(found)}, but the environment's observation is ${shown}`,
    )
  }
  return { name: input.name, from, to, dims }
}

function masksOf({ spec, model, refuse }: Fitting): string | null {
  const input = model.inputs.find(({ name }) => name === MASKS)
  if (input === undefined) return null
  const width = spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
  if (width === 0 && input.shape[1] === 0) return null
  if (width === 0) throw refuse('it chooses discrete actions, but the environment has none')
  if (!admits(input.shape[1], width)) {
    throw refuse(
      `${MASKS} is [${input.shape[1]}], the environment's branches ${shapeText(spec.action.discrete)} have ${width} actions in total`,
    )
  }
  return MASKS
}

/** recurrent_in [batch, 1, memory_size] */
function memoryOf({ model, refuse }: Fitting): Binding['memory'] {
  const input = model.inputs.find(({ name }) => name === MEMORY)
  if (input === undefined) return null
  const size = input.shape[2]
  if (size === 0) return null
  if (typeof size !== 'number' || size <= 0) throw refuse(`${MEMORY} does not say how much it remembers`)
  if (!model.outputs.some(({ name }) => name === 'recurrent_out'))
    throw refuse('it has no output recurrent_out')
  return { input: MEMORY, output: 'recurrent_out', size }
}

function emptyOf({ model }: Fitting): Binding['fixed'] {
  return model.inputs
    .filter(({ name, shape }) => (name === MASKS || name === MEMORY) && shape.includes(0))
    .map(({ name, shape }) => ({ name, dims: shape.slice(1).map(Number), value: 0 }))
}

function discreteHeads(fitting: Fitting, results: Record<string, ModelArray>, rows: number): Heads | null {
  const { spec, refuse } = fitting
  const branches = spec.action.discrete
  if (branches.length === 0) return null
  const width = branches.reduce((sum, branch) => sum + branch, 0)
  const head = (name: string): Head | null => {
    const result = results[name]
    if (result === undefined) return null
    if (result.data.length === rows * branches.length) return { name, holds: 'indices' }
    if (result.data.length === rows * width) return { name, holds: 'logits' }
    const shape = shapeText(result.dims.slice(1))
    throw refuse(`${name} is ${shape}, but the environment's branches are ${shapeText(branches)}`)
  }
  const deterministic = head('deterministic_discrete_actions')
  const sampled = head('discrete_actions') ?? (spec.action.continuous === 0 ? head('action') : null)
  return both({ deterministic, sampled }, () => refuse('it has no output discrete_actions'))
}

function continuousHeads(fitting: Fitting, results: Record<string, ModelArray>, rows: number): Heads | null {
  const { spec, refuse } = fitting
  const C = spec.action.continuous
  if (C === 0) return null
  const head = (name: string): Head | null => {
    const result = results[name]
    if (result === undefined) return null
    if (result.data.length === rows * C) return { name, holds: 'values' }
    throw refuse(
      `${name} is ${shapeText(result.dims.slice(1))}, but the environment has ${C} continuous actions`,
    )
  }
  const deterministic = head('deterministic_continuous_actions')
  const sampled = head('continuous_actions') ?? (spec.action.discrete.length === 0 ? head('action') : null)
  return both({ deterministic, sampled }, () => refuse('it has no output continuous_actions'))
}

function both({ deterministic, sampled }: Heads, refuse: () => Error): Heads {
  if (deterministic === null && sampled === null) throw refuse()
  if (sampled?.holds === 'logits') return { deterministic: deterministic ?? sampled, sampled }
  return { deterministic, sampled }
}

/** How a model's inputs and outputs are those of a policy, whoever made it. */
import { type EnvironmentSpec, shapeSize } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import type { Model, ModelArray, ModelValue } from '../../tensor/runtimes/onnxruntime.ts'

/** Who named the inputs and outputs: ML-Agents since release 18, ML-Agents before, or nobody in particular. */
export type PolicyForm = 'ml-agents-3' | 'ml-agents-2' | 'plain'

/** An output that holds actions. */
export interface Head {
  readonly name: string
  /** Indices [B, branches], logits or log-probabilities [B, sum of branches], or continuous actions [B, C]. */
  readonly holds: 'indices' | 'logits' | 'values'
  /** Numbers a row where they are more than the actions, which come first: how far they are spread follows them. */
  readonly width?: number
}

/** A part of the observation [O] and the input that takes it. */
export interface View {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Of one row. */
  readonly dims: readonly number[]
}

/** Heads of one kind of action; null where the file cannot choose that way. Logits can do both. */
export interface Heads {
  readonly deterministic: Head | null
  readonly sampled: Head | null
}

/** An input that is given the same number everywhere; dims of one row. */
export interface Fixed {
  readonly name: string
  readonly dims: readonly number[]
  readonly value: number
}

export interface Binding {
  readonly form: PolicyForm
  readonly views: readonly View[]
  /** Whether inputs and outputs have a leading batch size. */
  readonly batched: boolean
  /** Rows that the model takes at a time; null for any number. */
  readonly rows: number | null
  /** Name of the input for what is allowed. */
  readonly masks: string | null
  readonly memory: { readonly input: string; readonly output: string; readonly size: number } | null
  /** Inputs that tell a policy nothing, and must be given all the same. */
  readonly fixed: readonly Fixed[]
  readonly discrete: Heads | null
  readonly continuous: Heads | null
}

/** What a model is made to fit, and how to say that it does not. */
export interface Fitting {
  readonly spec: EnvironmentSpec
  readonly model: Model
  /** The output that the person named, where several would do. */
  readonly output: string | undefined
  /** An error for this file and environment. */
  refuse(what: string, remedy?: string): UserError
}

export function fittingOf(
  spec: EnvironmentSpec,
  model: Model,
  file: string,
  output: string | undefined,
): Fitting {
  return {
    spec,
    model,
    output,
    refuse: (what, remedy = 'choose an agent that was trained in this environment') =>
      new UserError(`the policy ${file} does not fit ${spec.id}: ${what}`, { remedy }),
  }
}

/** '[5, 3]' */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`
}

/** Where each observation lies in [O]. */
export function placesOf(spec: EnvironmentSpec): { from: number; to: number; shape: readonly number[] }[] {
  let offset = 0
  return spec.observations.map(({ shape }) => {
    const from = offset
    offset += shapeSize(shape)
    return { from, to: offset, shape }
  })
}

/** Whether a size that the file states, or leaves open, admits this one. */
export function admits(stated: number | string | undefined, size: number): boolean {
  return typeof stated === 'string' || stated === -1 || stated === size
}

/** @throws UserError when the input takes no numbers with a point */
export function requireFloats({ refuse }: Fitting, { name, type }: ModelValue): void {
  if (type === 'float32' || type === 'float64') return
  throw refuse(`its input ${name} takes ${type}; observations are float32`)
}

/** How many rows a model takes at a time, by the leading size of an input; null for any number. */
export function rowsOf({ shape }: ModelValue): number | null {
  const [rows] = shape
  return typeof rows === 'number' && rows > 0 ? rows : null
}

/** @param lead  [B], or nothing where the model takes no batches */
export function fixedFeed({ dims, value }: Fixed, lead: readonly number[]): ModelArray {
  const all = [...lead, ...dims]
  return { data: new Float32Array(shapeSize(all)).fill(value), dims: all }
}

/**
 * What the model answers to observations that are all zero. Files need not state the shapes of their results; running
 * shows them, and shows too that the model can be run.
 */
export async function probe(
  fitting: Fitting,
  binding: Pick<Binding, 'views' | 'batched' | 'rows' | 'masks' | 'memory' | 'fixed'>,
): Promise<{ rows: number; results: Record<string, ModelArray> }> {
  // Two rows where that is possible, so that [B] and [1] can be told apart.
  const rows = binding.rows ?? (binding.batched ? 2 : 1)
  const { spec, model, refuse } = fitting
  const branches = spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
  const lead = binding.batched ? [rows] : []
  const feeds: Record<string, ModelArray> = {}
  for (const { name, from, to, dims } of binding.views) {
    feeds[name] = { data: new Float32Array(rows * (to - from)), dims: [...lead, ...dims] }
  }
  if (binding.masks !== null) {
    feeds[binding.masks] = { data: new Float32Array(rows * branches).fill(1), dims: [...lead, branches] }
  }
  if (binding.memory !== null) {
    const { input, size } = binding.memory
    feeds[input] = { data: new Float32Array(rows * size), dims: [rows, 1, size] }
  }
  for (const input of binding.fixed) feeds[input.name] = fixedFeed(input, lead)
  try {
    return { rows, results: await model.run(feeds) }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw refuse(`it cannot be run on an observation: ${(error as Error).message}`)
  }
}

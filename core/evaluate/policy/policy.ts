/** A trained policy from an ONNX file, ours or another's: rows of observations in, rows of actions out. */
import { type EnvironmentSpec, observationSize } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { greatestAllowed, sampleCategorical } from '../../learn/networks/distributions.ts'
import type { Random } from '../../random.ts'
import type { OnnxSummary } from '../../tensor/onnx/inspect.ts'
import type { Model, ModelArray } from '../../tensor/runtimes/onnxruntime.ts'
import { type Binding, fittingOf, fixedFeed, type Head, type Heads, type PolicyForm } from './binding.ts'
import { LimitedModel } from './limited-model.ts'
import { bindMlAgents } from './ml-agents.ts'
import { bindPlain } from './plain.ts'
import type { PolicySource } from './policy-file.ts'

export interface PolicyRows {
  /** How many, B. */
  readonly rows: number
  /** [B, O] */
  readonly observations: Float32Array
  /** [B, sum of branches], 1 = allowed; null where everything is */
  readonly masks: Uint8Array | null
  /** [B, memory_size], zeros when an episode begins */
  readonly memory: Float32Array
}

export interface PolicyActions {
  /** [B, branches] */
  readonly discrete: Int32Array
  /** [B, C], each in [-1, 1] */
  readonly continuous: Float32Array
  /** [B, memory_size], for the next step of the same episodes */
  readonly memory: Float32Array
}

export interface Policy {
  readonly form: PolicyForm
  readonly summary: OnnxSummary
  /** 0 without memory */
  readonly memorySize: number
  /** Whether it can take the most likely action; files of ML-Agents before release 19 can only sample. */
  readonly canBeDeterministic: boolean
  readonly canSample: boolean
  /**
   * @param random  draws where the file gives logits; null takes the most likely action. Where the file draws by itself no
   *   seed reproduces it.
   * @throws UserError when the policy cannot choose in that way, or answers something that is no action
   */
  act(rows: PolicyRows, random: Random | null): Promise<PolicyActions>
  release(): Promise<void>
}

export interface OpenedPolicy extends Policy {
  /** The file with all its weights within, in pieces. */
  content(): Promise<Uint8Array[]>
}

/** @throws as `openPolicy` */
export async function readPolicy(
  spec: EnvironmentSpec,
  file: string,
  output?: string,
): Promise<OpenedPolicy> {
  return openPolicy(spec, { name: file, path: file }, output)
}

/**
 * Opens the policy in a limited process, which runs it too.
 * @param output  the output that holds actions, where the file has several that could
 * @throws DataError when it is no ONNX model or damaged; UserError when it cannot be run or does not fit the environment
 */
export async function openPolicy(
  spec: EnvironmentSpec,
  source: PolicySource,
  output?: string,
): Promise<OpenedPolicy> {
  return bindPolicy(spec, await LimitedModel.open(source), source.name, output)
}

/** The model of an open file, wherever it runs. */
export interface PolicyModel extends Model {
  readonly summary: OnnxSummary
  /** The file with all its weights within, in pieces. */
  content(): Promise<Uint8Array[]>
}

/** @throws UserError when the model does not fit the environment; it is released then */
export async function bindPolicy(
  spec: EnvironmentSpec,
  model: PolicyModel,
  file: string,
  output?: string,
): Promise<OpenedPolicy> {
  try {
    const fitting = fittingOf(spec, model, file, output)
    const binding = (await bindMlAgents(fitting)) ?? (await bindPlain(fitting))
    return new OnnxPolicy(spec, model, binding, file)
  } catch (error) {
    await model.release()
    throw error
  }
}

class OnnxPolicy implements OpenedPolicy {
  readonly form: PolicyForm
  readonly memorySize: number
  readonly canBeDeterministic: boolean
  readonly canSample: boolean
  readonly summary: OnnxSummary
  readonly #spec: EnvironmentSpec
  readonly #model: PolicyModel
  readonly #binding: Binding
  readonly #file: string
  /** Sum of branches. */
  readonly #width: number

  constructor(spec: EnvironmentSpec, model: PolicyModel, binding: Binding, file: string) {
    this.#spec = spec
    this.#model = model
    this.#binding = binding
    this.#file = file
    this.#width = spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
    this.summary = model.summary
    this.form = binding.form
    this.memorySize = binding.memory?.size ?? 0
    const all = [binding.discrete, binding.continuous].filter((heads) => heads !== null)
    this.canBeDeterministic = all.every(({ deterministic }) => deterministic !== null)
    this.canSample = all.every(({ sampled }) => sampled !== null)
  }

  async act(given: PolicyRows, random: Random | null): Promise<PolicyActions> {
    const { rows } = this.#binding
    if (rows === null || rows === given.rows) return this.#run(given, random)
    const C = this.#spec.action.continuous
    const D = this.#spec.action.discrete.length
    const all = {
      discrete: new Int32Array(given.rows * D),
      continuous: new Float32Array(given.rows * C),
      memory: new Float32Array(given.rows * this.memorySize),
    }
    for (let from = 0; from < given.rows; from += rows) {
      const part = await this.#run(this.#part(given, from, rows), random)
      const left = Math.min(rows, given.rows - from)
      all.discrete.set(part.discrete.subarray(0, left * D), from * D)
      all.continuous.set(part.continuous.subarray(0, left * C), from * C)
      all.memory.set(part.memory.subarray(0, left * this.memorySize), from * this.memorySize)
    }
    return all
  }

  /** `rows` rows from `from` on, filled up with zeros, for a model that takes no other number. */
  #part(given: PolicyRows, from: number, rows: number): PolicyRows {
    const cut = (all: Float32Array, width: number): Float32Array => {
      const part = new Float32Array(rows * width)
      part.set(all.subarray(from * width, Math.min(given.rows, from + rows) * width))
      return part
    }
    const masks = given.masks === null ? null : new Uint8Array(rows * this.#width).fill(1)
    masks?.set(given.masks!.subarray(from * this.#width, Math.min(given.rows, from + rows) * this.#width))
    return {
      rows,
      observations: cut(given.observations, observationSize(this.#spec)),
      masks,
      memory: cut(given.memory, this.memorySize),
    }
  }

  async #run(given: PolicyRows, random: Random | null): Promise<PolicyActions> {
    const { discrete, continuous, memory } = this.#binding
    const heads = [discrete, continuous].map((kind) => (kind === null ? null : this.#head(kind, random)))
    const wanted = heads.flatMap((head) => head?.name ?? [])
    if (memory !== null) wanted.push(memory.output)
    const results = await this.#model.run(this.#feeds(given), wanted)
    const [discreteHead, continuousHead] = heads as [Head | null, Head | null]
    const { action } = this.#spec
    const answer = (name: string, width: number): ModelArray => {
      const result = results[name]!
      if (result.data.length === given.rows * width) return result
      throw this.#noAction(name, `${result.data.length} numbers`)
    }
    const perRow = discreteHead?.holds === 'logits' ? this.#width : action.discrete.length
    return {
      discrete:
        discreteHead === null
          ? new Int32Array(0)
          : this.#discrete(discreteHead, answer(discreteHead.name, perRow), given, random),
      continuous:
        continuousHead === null
          ? new Float32Array(0)
          : this.#continuous(
              answer(continuousHead.name, continuousHead.width ?? action.continuous),
              given.rows,
            ),
      memory: memory === null ? new Float32Array(0) : answer(memory.output, memory.size).data,
    }
  }

  #head({ deterministic, sampled }: Heads, random: Random | null): Head {
    const head = random === null ? deterministic : sampled
    if (head !== null) return head
    throw new UserError(
      random === null
        ? `the policy ${this.#file} can only sample its actions`
        : `the policy ${this.#file} cannot sample: it gives one action`,
      { remedy: random === null ? 'ask for sampled actions' : 'ask for deterministic actions' },
    )
  }

  #feeds({ rows, observations, masks, memory }: PolicyRows): Record<string, ModelArray> {
    const binding = this.#binding
    const lead = binding.batched ? [rows] : []
    const feeds: Record<string, ModelArray> = {}
    for (const { name, from, to, dims } of binding.views) {
      feeds[name] = { data: columns(observations, rows, from, to), dims: [...lead, ...dims] }
    }
    if (binding.masks !== null) {
      const data = masks === null ? new Float32Array(rows * this.#width).fill(1) : Float32Array.from(masks)
      feeds[binding.masks] = { data, dims: [rows, this.#width] }
    }
    if (binding.memory !== null) {
      feeds[binding.memory.input] = { data: memory, dims: [rows, 1, this.memorySize] }
    }
    for (const input of binding.fixed) feeds[input.name] = fixedFeed(input, lead)
    return feeds
  }

  #discrete(
    { name, holds }: Head,
    { data }: ModelArray,
    { rows, masks }: PolicyRows,
    random: Random | null,
  ): Int32Array {
    const branches = this.#spec.action.discrete
    const chosen = new Int32Array(rows * branches.length)
    // What the model has been told already is harmless to say again.
    const allowed = holds === 'logits' && masks !== null ? Float32Array.from(masks) : null
    for (let row = 0; row < rows; row++) {
      let at = row * this.#width
      branches.forEach((size, branch) => {
        const i = row * branches.length + branch
        if (holds === 'logits') {
          chosen[i] = choose(data, at, size, allowed, random)
          if (Number.isNaN(data[at + chosen[i]!])) throw this.#noAction(name, Number.NaN)
        } else {
          const index = data[i]!
          if (!(Number.isInteger(index) && index >= 0 && index < size))
            throw this.#noAction(name, index, branch)
          chosen[i] = index
        }
        at += size
      })
    }
    return chosen
  }

  #continuous({ data }: ModelArray, rows: number): Float32Array {
    return columns(data, rows, 0, this.#spec.action.continuous).map((value) => {
      if (Number.isNaN(value)) throw this.#noAction('actions', value)
      return Math.max(-1, Math.min(1, value))
    })
  }

  #noAction(name: string, value: number | string, branch?: number): UserError {
    const where =
      branch === undefined ? '' : `, and branch ${branch} has ${this.#spec.action.discrete[branch]} actions`
    return new UserError(`the policy ${this.#file} answered ${value} in ${name}${where}`, {
      remedy: 'choose another policy: this one is broken, or made for another environment',
    })
  }

  content(): Promise<Uint8Array[]> {
    return this.#model.content()
  }

  release(): Promise<void> {
    return this.#model.release()
  }
}

function choose(
  logits: Float32Array,
  at: number,
  size: number,
  allowed: Float32Array | null,
  random: Random | null,
): number {
  return random === null
    ? greatestAllowed(logits, at, size, allowed, at)
    : sampleCategorical(random, logits, at, size, allowed, at)
}

/** Columns `from` to `to` of every row; the array itself where they are all. */
function columns(all: Float32Array, rows: number, from: number, to: number): Float32Array {
  const width = all.length / rows
  if (from === 0 && to === width) return all
  const part = new Float32Array(rows * (to - from))
  for (let row = 0; row < rows; row++) {
    part.set(all.subarray(row * width + from, row * width + to), row * (to - from))
  }
  return part
}

/**
 * The weights of networks. A set is declared by use while graphs are built; `allocateParameters` then puts values,
 * gradients and Adam's moments of all sets into one WebAssembly memory, each a flat block, where the engines read and
 * write them in place and the optimizer passes over them with SIMD.
 */
import type { Random } from '../random.ts'
import { gradients } from './gradients.ts'
import type { Graph, Value } from './graph.ts'
import type { Initializer } from './initializers.ts'
import { instantiateKernels, type Kernels } from './kernels.ts'
import { formatShape, type Shape, sameShape, sizeOf } from './shape.ts'

interface Declaration {
  readonly name: string
  readonly shape: Shape
  readonly initializer: Initializer
  readonly offset: number
}

/** Byte offsets of a set's blocks. Blocks are padded with zeros to `count` floats, a multiple of 16. */
export interface Blocks {
  readonly kernels: Kernels
  readonly values: number
  readonly gradients: number
  readonly m: number
  readonly v: number
  readonly count: number
}

/** Copies of everything an optimizer changes. */
export interface SavedParameters {
  readonly values: Float32Array
  readonly m: Float32Array
  readonly v: Float32Array
  readonly t: number
}

export class Parameters {
  readonly prefix: string
  /** Number of optimizer steps taken. */
  t = 0
  readonly #declared = new Map<string, Declaration>()
  readonly #inGraph = new WeakMap<Graph, Map<string, Value>>()
  #size = 0
  #blocks: Blocks | undefined

  constructor(prefix: string) {
    this.prefix = prefix
  }

  /** The weight in `graph`, as its input `prefix/name`. The first use anywhere declares it; later ones must agree. */
  use(graph: Graph, name: string, shape: Shape, initializer: Initializer): Value {
    const declared = this.#declared.get(name)
    if (declared === undefined) {
      if (this.#blocks !== undefined) {
        throw new Error(`parameter ${this.prefix}/${name} is declared after memory was allocated`)
      }
      this.#declared.set(name, { name, shape: [...shape], initializer, offset: this.#size })
      this.#size += sizeOf(shape)
    } else if (!sameShape(declared.shape, shape)) {
      throw new Error(
        `parameter ${this.prefix}/${name} is ${formatShape(declared.shape)} and is used as ${formatShape(shape)}`,
      )
    }
    const value = graph.input(`${this.prefix}/${name}`, shape)
    let known = this.#inGraph.get(graph)
    if (known === undefined) this.#inGraph.set(graph, (known = new Map()))
    known.set(name, value)
    return value
  }

  /** This graph's inputs for the set, in order of declaration. */
  of(graph: Graph): Value[] {
    const known = this.#inGraph.get(graph)
    return this.names.flatMap((name) => known?.get(name) ?? [])
  }

  get names(): string[] {
    return [...this.#declared.keys()]
  }

  /** Number of weights. */
  get size(): number {
    return this.#size
  }

  shape(name: string): Shape {
    return this.#declaration(name).shape
  }

  /** All weights, flat. */
  get values(): Float32Array {
    return this.#block('values')
  }

  /** All gradients, flat. */
  get gradients(): Float32Array {
    return this.#block('gradients')
  }

  /** One weight's numbers, row-major. */
  view(name: string): Float32Array {
    return this.#part(this.values, name)
  }

  /** Graph input name -> its memory. */
  bindings(): Record<string, Float32Array> {
    const values = this.values
    return Object.fromEntries(this.names.map((name) => [`${this.prefix}/${name}`, this.#part(values, name)]))
  }

  /** The gradient of each weight that the loss's graph uses, under the program output's name; `gradientBindings` has its memory. */
  gradientsOf(loss: Value): Record<string, Value> {
    const used = [...(this.#inGraph.get(loss.graph) ?? [])]
    const found = gradients(
      loss,
      used.map(([, weight]) => weight),
    )
    return Object.fromEntries(used.map(([name], i) => [this.gradientName(name), found[i]!]))
  }

  /** The program output that carries the gradient of a weight. */
  gradientName(name: string): string {
    return `d:${this.prefix}/${name}`
  }

  /** Program output name -> memory of the gradient. */
  gradientBindings(): Record<string, Float32Array> {
    const gradients = this.gradients
    return Object.fromEntries(
      this.names.map((name) => [this.gradientName(name), this.#part(gradients, name)]),
    )
  }

  save(): SavedParameters {
    const copy = (block: 'values' | 'm' | 'v'): Float32Array => this.#block(block).slice()
    return { values: copy('values'), m: copy('m'), v: copy('v'), t: this.t }
  }

  load(saved: SavedParameters): void {
    for (const block of ['values', 'm', 'v'] as const) {
      if (saved[block].length !== this.#size) {
        throw new Error(
          `${this.prefix}: ${saved[block].length} saved numbers for ${this.#size} weights (${block})`,
        )
      }
      this.#block(block).set(saved[block])
    }
    this.t = saved.t
  }

  /** Takes over the weights of a set of the same make; moments and gradients stay. */
  copyFrom(other: Parameters): void {
    checkSameMake(this, other)
    this.values.set(other.values)
  }

  /** Adam begins anew: moments and step count are zero again. */
  forgetMoments(): void {
    this.#block('m').fill(0)
    this.#block('v').fill(0)
    this.t = 0
  }

  /** Memory of the set, for the optimizers of this folder. */
  get blocks(): Blocks {
    if (this.#blocks !== undefined) return this.#blocks
    throw new Error(`parameters ${this.prefix} have no memory before allocateParameters`)
  }

  /** Takes possession of its blocks and fills in the first values; `allocateParameters` alone calls this. */
  initialize(blocks: Blocks, random: Random): void {
    if (this.#blocks !== undefined) throw new Error(`parameters ${this.prefix} are allocated twice`)
    this.#blocks = blocks
    for (const { name, shape, initializer } of this.#declared.values()) {
      initializer(this.view(name), shape, random)
    }
  }

  #block(block: 'values' | 'gradients' | 'm' | 'v'): Float32Array {
    const blocks = this.blocks
    return new Float32Array(blocks.kernels.memory.buffer, blocks[block], this.#size)
  }

  #part(block: Float32Array, name: string): Float32Array {
    const { offset, shape } = this.#declaration(name)
    return block.subarray(offset, offset + sizeOf(shape))
  }

  #declaration(name: string): Declaration {
    const declared = this.#declared.get(name)
    if (declared === undefined) throw new Error(`there is no parameter ${this.prefix}/${name}`)
    return declared
  }
}

const LANES = 16
const FLOAT = 4
const BLOCKS = 4

/** Gives memory to all sets at once and initialises their weights, in order of declaration. */
export function allocateParameters(sets: readonly Parameters[], random: Random): void {
  const counts = sets.map((set) => Math.ceil(set.size / LANES) * LANES)
  const kernels = instantiateKernels(counts.reduce((sum, count) => sum + count, 0) * FLOAT * BLOCKS)
  let offset = 0
  for (const [i, set] of sets.entries()) {
    const count = counts[i]!
    const [values, gradients, m, v] = [0, 1, 2, 3].map((block) => offset + block * count * FLOAT)
    set.initialize({ kernels, values: values!, gradients: gradients!, m: m!, v: v!, count }, random)
    offset += BLOCKS * count * FLOAT
  }
}

/** @throws when the sets do not hold the same names and shapes in the same order */
export function checkSameMake(a: Parameters, b: Parameters): void {
  const describe = (set: Parameters): string =>
    set.names.map((name) => `${name} ${formatShape(set.shape(name))}`).join(', ')
  if (describe(a) === describe(b)) return
  throw new Error(`${a.prefix} (${describe(a)}) and ${b.prefix} (${describe(b)}) are not of the same make`)
}

const together = new WeakMap<Parameters, WeakSet<Parameters>>()

/** @throws when the sets are not of the same make or lie in different memories; a pair that has passed is not looked at again */
export function checkTogether(a: Parameters, b: Parameters): void {
  if (together.get(a)?.has(b)) return
  checkSameMake(a, b)
  if (a.blocks.kernels !== b.blocks.kernels) {
    throw new Error(`${a.prefix} and ${b.prefix} were not allocated together`)
  }
  const others = together.get(a) ?? new WeakSet()
  together.set(a, others.add(b))
}

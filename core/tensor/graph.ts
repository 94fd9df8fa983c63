/**
 * The graph language: float32 values of static shape, joined by pure operations. A graph is only a description; a
 * `Runtime` compiles it, `gradients` extends it by its own derivatives, `exportOnnx` writes it down.
 */
import { formatShape, type Shape, sameShape, sizeOf } from './shape.ts'

type None = Readonly<Record<never, never>>

export type Relation = 'greater' | 'greaterEqual' | 'less' | 'lessEqual' | 'equal'

/** Geometry that the three members of the convolution family share; see ops/convolution.ts. */
export interface ConvolutionAttributes {
  readonly stride: number
  readonly padding: number
}

/** Every primitive operation with its attributes. All other functions in ops/ are composed of these. */
export interface OpAttributes {
  input: { readonly name: string }
  constant: { readonly data: Float32Array }
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean }
  add: None
  sub: None
  mul: None
  div: None
  minimum: None
  maximum: None
  relu: None
  tanh: None
  sigmoid: None
  exp: None
  log: None
  softplus: None
  sqrt: None
  abs: None
  sign: None
  clip: { readonly low: number; readonly high: number }
  compare: { readonly relation: Relation }
  stopGradient: None
  random: { readonly distribution: 'uniform' | 'normal'; readonly stream: number }
  softmax: None
  logSoftmax: None
  rmsNorm: { readonly epsilon: number }
  sum: { readonly axes: readonly number[]; readonly keepDims: boolean }
  max: { readonly axis: number }
  argmax: None
  reshape: None
  broadcast: None
  transpose: { readonly permutation: readonly number[] }
  concat: { readonly axis: number }
  slice: { readonly axis: number; readonly from: number; readonly to: number }
  pad: { readonly axis: number; readonly before: number; readonly after: number }
  convolution: ConvolutionAttributes
  convolutionInput: ConvolutionAttributes
  convolutionWeight: ConvolutionAttributes
}

export type Op = keyof OpAttributes

/** One float32 tensor of a graph. Values are made by the functions in ops/, never by hand. */
export interface Value<K extends Op = Op> {
  readonly graph: Graph
  /** Position in `graph.values`; inputs of an operation always have smaller ids. */
  readonly id: number
  readonly op: K
  readonly inputs: readonly Value[]
  readonly attributes: OpAttributes[K]
  readonly shape: Shape
  /** Of inputs only. */
  readonly name?: string
}

/** Constants up to this many elements are shared when equal. */
const SHARED_CONSTANT_SIZE = 16

export class Graph {
  /** All values in order of creation, which is a topological order. */
  readonly values: Value[] = []
  readonly #known = new Map<string, Value>()
  readonly #inputs = new Map<string, Value>()

  /** A named input; asking again for the same name and shape gives the same value. */
  input(name: string, shape: Shape): Value {
    const known = this.#inputs.get(name)
    if (known !== undefined) {
      if (sameShape(known.shape, shape)) return known
      throw new Error(
        `input "${name}" was declared as ${formatShape(known.shape)} and is asked for as ${formatShape(shape)}`,
      )
    }
    checkSizes(shape, `input "${name}"`)
    const value = this.#add('input', [], shape, { name }, name)
    this.#inputs.set(name, value)
    return value
  }

  /** A constant: a number (a scalar unless a shape is given, which it then fills), or data of the given shape. */
  constant(data: number | readonly number[] | Float32Array, shape?: Shape): Value {
    const given = typeof data === 'number' ? [] : [data.length]
    const size = shape ?? given
    checkSizes(size, 'constant')
    const floats =
      typeof data === 'number' ? new Float32Array(sizeOf(size)).fill(data) : Float32Array.from(data)
    if (floats.length !== sizeOf(size)) {
      throw new Error(`constant: ${floats.length} numbers do not fill ${formatShape(size)}`)
    }
    if (floats.length > SHARED_CONSTANT_SIZE) return this.#add('constant', [], size, { data: floats })
    // -0 and 0 print alike but divide differently.
    const key = `constant|${size.join()}|${Array.from(floats, (x) => (Object.is(x, -0) ? '-0' : x)).join()}`
    return this.#shared(key, () => this.#add('constant', [], size, { data: floats }))
  }

  /** Adds an operation, or finds the equal one that is there already. For the functions in ops/ only. */
  apply<K extends Op>(op: K, inputs: readonly Value[], shape: Shape, attributes: OpAttributes[K]): Value {
    for (const input of inputs) {
      if (input.graph !== this) throw new Error(`${op}: a value of another graph cannot be used here`)
    }
    const key = `${op}|${inputs.map((input) => input.id).join()}|${shape.join()}|${JSON.stringify(attributes)}`
    return this.#shared(key, () => this.#add(op, inputs, shape, attributes))
  }

  #shared(key: string, make: () => Value): Value {
    let value = this.#known.get(key)
    if (value === undefined) {
      value = make()
      this.#known.set(key, value)
    }
    return value
  }

  #add<K extends Op>(
    op: K,
    inputs: readonly Value[],
    shape: Shape,
    attributes: OpAttributes[K],
    name?: string,
  ): Value {
    const value = { graph: this, id: this.values.length, op, inputs, attributes, shape: [...shape], name }
    this.values.push(value)
    return value
  }
}

/** Narrows a value to one operation, attributes included. */
export function isOp<K extends Op>(value: Value, op: K): value is Value<K> {
  return value.op === op
}

/** The values that `outputs` need, themselves included, in topological order. */
export function ancestors(outputs: readonly Value[]): Value[] {
  const seen = new Set<Value>()
  const open = [...outputs]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value)) continue
    seen.add(value)
    open.push(...value.inputs)
  }
  return [...seen].sort((a, b) => a.id - b.id)
}

function checkSizes(shape: Shape, what: string): void {
  if (shape.every((size) => Number.isInteger(size) && size > 0)) return
  throw new Error(`${what}: ${formatShape(shape)} is not a shape of positive whole numbers`)
}

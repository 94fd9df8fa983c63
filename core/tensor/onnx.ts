/** Writes a graph as an ONNX model, opset 15, the newest that Unity's runtime promises to read. */
import { ancestors, isOp, type Value } from './graph.ts'
import { type Context, gemmAttributes, lowerings } from './onnx/lowerings.ts'
import { dataType, encodeModel, type ValueInfo } from './onnx/schema.ts'
import { OnnxWriter } from './onnx/writer.ts'
import { formatShape, type Shape, sizeOf } from './shape.ts'

export interface ExportOptions {
  /** Inputs whose leading size is this number, and all that follows from them, get a leading size left open. */
  readonly dynamicBatch?: number
  /** Outputs that are written as int64. */
  readonly intOutputs?: readonly string[]
  /** Values inside the model that get a name of their own without being outputs. */
  readonly inner?: Readonly<Record<string, Value>>
  /** Inputs that become part of the model, by name: the weights of a policy. */
  readonly constants?: Readonly<Record<string, Float32Array>>
  /** For ONNX Runtime alone: its own operators where they are faster. The default is the standard's only. */
  readonly extensions?: boolean
  /** Key-value pairs kept in the model file. */
  readonly metadata?: Readonly<Record<string, string>>
}

const IR_VERSION = 8
const OPSET = 15
const BATCH = 'batch'

/** @returns the bytes of the .onnx file */
export function exportOnnx(
  outputs: Readonly<Record<string, Value>>,
  options: ExportOptions = {},
): Uint8Array {
  const { constants = {}, intOutputs = [], inner = {}, metadata = {} } = options
  const values = ancestors(Object.values(outputs))
  const open = openBatch(values, options)
  const fused = fusedProducts(values, new Set(Object.values(outputs)))
  const writer = new OnnxWriter()
  const names = new Map<Value, string>()
  const inputs: ValueInfo[] = []

  for (const [name, value] of Object.entries(outputs)) {
    const computed = !isOp(value, 'input') && !isOp(value, 'constant')
    if (computed && !names.has(value) && !intOutputs.includes(name)) names.set(value, name)
  }
  for (const [name, value] of Object.entries(inner)) if (!names.has(value)) names.set(value, name)
  for (const value of values) {
    const output = names.get(value) ?? value.name ?? `v${value.id}`
    names.set(value, output)
    if (isOp(value, 'input')) {
      const data = constants[output]
      if (data === undefined) inputs.push(describe(output, value.shape, dataType.float, open.has(value)))
      else writer.floats(output, checkedConstant(output, value.shape, data), value.shape)
    } else if (isOp(value, 'constant')) {
      writer.floats(output, value.attributes.data, value.shape)
    } else if (!fused.has(value)) {
      lower(value, output, writer, names, fused, open, options)
    }
  }
  const results = Object.entries(outputs).map(([name, value]) => {
    const computed = names.get(value)!
    const integer = intOutputs.includes(name)
    if (integer) writer.node('Cast', [computed], { to: dataType.int64 }, name)
    else if (computed !== name) writer.node('Identity', [computed], {}, name)
    return describe(name, value.shape, integer ? dataType.int64 : dataType.float, open.has(value))
  })

  return encodeModel({
    irVersion: IR_VERSION,
    producerName: 'understudy',
    producerVersion: '',
    opsetImport: [{ domain: '', version: OPSET }],
    metadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'understudy',
      node: writer.nodes,
      initializer: writer.initializers,
      input: inputs,
      output: results,
    },
  })
}

function lower(
  value: Value,
  output: string,
  writer: OnnxWriter,
  names: ReadonlyMap<Value, string>,
  fused: ReadonlySet<Value>,
  open: ReadonlySet<Value>,
  { dynamicBatch: batch, extensions = false }: ExportOptions,
): void {
  const nameOf = (input: Value): string => names.get(input)!
  const product = value.inputs.find((input) => fused.has(input))
  if (product !== undefined && isOp(product, 'matmul')) {
    const bias = value.inputs.find((input) => input !== product)!
    writer.node('Gemm', [...product.inputs, bias].map(nameOf), gemmAttributes(product), output)
    return
  }
  const lowering = lowerings[value.op as keyof typeof lowerings] as (value: Value, context: Context) => void
  const isOpen = open.has(value)
  lowering(value, {
    writer,
    inputs: value.inputs.map(nameOf),
    output,
    reshapeTo: isOpen ? value.shape.with(0, -1) : value.shape,
    // Expand broadcasts both ways: 1 keeps the size that is there.
    expandTo: isOpen
      ? value.shape.map((size, axis) => (axis === 0 && size === batch ? 1 : size))
      : value.shape,
    standard: !extensions,
  })
}

/** Products whose only use is one addition that Gemm does on the way. */
function fusedProducts(values: readonly Value[], outputs: ReadonlySet<Value>): Set<Value> {
  const uses = new Map<Value, number>()
  for (const value of values) {
    for (const input of value.inputs) uses.set(input, (uses.get(input) ?? 0) + 1)
  }
  const fused = new Set<Value>()
  for (const value of values) {
    if (!isOp(value, 'add')) continue
    const [a, b] = value.inputs as [Value, Value]
    for (const [product, bias] of [
      [a, b],
      [b, a],
    ] as const) {
      const only = isOp(product, 'matmul') && uses.get(product) === 1 && !outputs.has(product)
      if (!only || bias === product || sizeOf(product.shape) !== sizeOf(value.shape)) continue
      if (bias.shape.length > 2) continue
      fused.add(product)
      break
    }
  }
  return fused
}

/** Values whose leading size follows the batch. Throws where an operation would fix it. */
function openBatch(values: readonly Value[], { dynamicBatch, constants = {} }: ExportOptions): Set<Value> {
  const open = new Set<Value>()
  if (dynamicBatch === undefined) return open
  for (const value of values) {
    if (isOp(value, 'input')) {
      if (value.shape[0] === dynamicBatch && !Object.hasOwn(constants, value.name!)) open.add(value)
    } else if (value.inputs.some((input) => open.has(input))) {
      if (fixesBatch(value, open, dynamicBatch)) {
        throw new Error(
          `exportOnnx: ${value.op} to ${formatShape(value.shape)} depends on the batch size ${dynamicBatch}`,
        )
      }
      open.add(value)
    }
  }
  return open
}

function fixesBatch(value: Value, open: ReadonlySet<Value>, batch: number): boolean {
  const shape = value.inputs.find((input) => open.has(input))!.shape
  if (isOp(value, 'sum')) return value.attributes.axes.includes(0)
  if (isOp(value, 'max') || isOp(value, 'concat') || isOp(value, 'slice') || isOp(value, 'pad')) {
    return value.attributes.axis === 0
  }
  if (isOp(value, 'transpose')) return value.attributes.permutation[0] !== 0
  // A batch of rows may be folded into the leading size and out of it again: [B * K, F] and [B, K, F].
  if (isOp(value, 'reshape')) return value.shape.length === 0 || value.shape[0]! % batch !== 0
  if (isOp(value, 'matmul')) return value.attributes.transposeA || open.has(value.inputs[1]!)
  if (isOp(value, 'argmax')) return shape.length === 1
  if (isOp(value, 'convolutionWeight')) return true
  return shape.length < value.shape.length
}

function describe(name: string, shape: Shape, elementType: number, isOpen: boolean): ValueInfo {
  const dim = shape.map((value, axis) => (isOpen && axis === 0 ? { parameter: BATCH } : { value }))
  return { name, type: { tensorType: { elementType, shape: { dim } } } }
}

function checkedConstant(name: string, shape: Shape, data: Float32Array): Float32Array {
  if (data.length === sizeOf(shape)) return data
  throw new Error(`exportOnnx: ${data.length} numbers for "${name}" of shape ${formatShape(shape)}`)
}

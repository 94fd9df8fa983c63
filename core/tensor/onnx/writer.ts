import { type Attribute, attributeType, dataType, type Node, type Tensor } from './schema.ts'

type AttributeValue = number | readonly number[] | { readonly float: number }

/** Collects the nodes and initializers of one ONNX graph. Tensors are known by name. */
export class OnnxWriter {
  readonly nodes: Node[] = []
  readonly initializers: Tensor[] = []
  readonly #integers = new Map<string, string>()
  #temporaries = 0

  /**
   * Adds a node and returns the name of its result.
   * @param output  a name of its own, unless the result is only an intermediate
   */
  node(
    opType: string,
    input: readonly string[],
    attributes: Record<string, AttributeValue> = {},
    output = `t${this.#temporaries++}`,
  ): string {
    const attribute = Object.entries(attributes).map(([name, value]) => toAttribute(name, value))
    this.nodes.push({ opType, name: `${opType}:${output}`, input, output: [output], attribute })
    return output
  }

  floats(name: string, data: Float32Array, dims: readonly number[]): string {
    this.initializers.push({ name, dims, dataType: dataType.float, rawData: littleEndian(data, 4) })
    return name
  }

  scalar(value: number): string {
    return this.floats(`t${this.#temporaries++}`, new Float32Array([value]), [])
  }

  /** A vector of ones, shared when equally long. */
  ones(length: number): string {
    const name = `ones${length}`
    if (!this.initializers.some((tensor) => tensor.name === name)) {
      this.floats(name, new Float32Array(length).fill(1), [length])
    }
    return name
  }

  /** A list of whole numbers (shapes, axes, bounds), shared when equal. */
  integers(values: readonly number[]): string {
    const key = values.join()
    let name = this.#integers.get(key)
    if (name === undefined) {
      name = `t${this.#temporaries++}`
      const data = new BigInt64Array(values.map(BigInt))
      this.initializers.push({
        name,
        dims: [values.length],
        dataType: dataType.int64,
        rawData: littleEndian(data, 8),
      })
      this.#integers.set(key, name)
    }
    return name
  }
}

function toAttribute(name: string, value: AttributeValue): Attribute {
  if (typeof value === 'number') return { name, i: value, type: attributeType.int }
  if ('float' in value) return { name, f: value.float, type: attributeType.float }
  return { name, ints: value, type: attributeType.ints }
}

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

function littleEndian(data: Float32Array | BigInt64Array, width: number): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
  if (hostIsLittleEndian) return bytes
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse()
  return bytes
}

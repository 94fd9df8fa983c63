/**
 * The part of the ONNX file format that is written here, as a protobuf schema. Field numbers are those of the
 * standard's onnx.proto3 (onnx/onnx, IR version 8).
 */
import protobuf from 'protobufjs/light.js'

type Field = [type: string, id: number, rule?: 'repeated']

function message(fields: Record<string, Field>): protobuf.IType {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [type, id, rule]]) => [name, { type, id, ...(rule && { rule }) }]),
    ),
  }
}

const root = protobuf.Root.fromJSON({
  nested: {
    Model: message({
      irVersion: ['int64', 1],
      producerName: ['string', 2],
      producerVersion: ['string', 3],
      graph: ['Graph', 7],
      opsetImport: ['OperatorSet', 8, 'repeated'],
      metadata: ['Entry', 14, 'repeated'],
    }),
    OperatorSet: message({ domain: ['string', 1], version: ['int64', 2] }),
    Entry: message({ key: ['string', 1], value: ['string', 2] }),
    Graph: message({
      node: ['Node', 1, 'repeated'],
      name: ['string', 2],
      initializer: ['Tensor', 5, 'repeated'],
      input: ['ValueInfo', 11, 'repeated'],
      output: ['ValueInfo', 12, 'repeated'],
    }),
    Node: message({
      input: ['string', 1, 'repeated'],
      output: ['string', 2, 'repeated'],
      name: ['string', 3],
      opType: ['string', 4],
      attribute: ['Attribute', 5, 'repeated'],
    }),
    Attribute: message({
      name: ['string', 1],
      f: ['float', 2],
      i: ['int64', 3],
      ints: ['int64', 8, 'repeated'],
      type: ['int32', 20],
    }),
    Tensor: message({
      dims: ['int64', 1, 'repeated'],
      dataType: ['int32', 2],
      name: ['string', 8],
      rawData: ['bytes', 9],
    }),
    ValueInfo: message({ name: ['string', 1], type: ['Type', 2] }),
    Type: message({ tensorType: ['TensorType', 1] }),
    TensorType: message({ elementType: ['int32', 1], shape: ['TensorShape', 2] }),
    TensorShape: message({ dim: ['Dimension', 1, 'repeated'] }),
    Dimension: message({ value: ['int64', 1], parameter: ['string', 2] }),
  },
})

/** TensorProto.DataType */
export const dataType = { float: 1, int64: 7 } as const

/** AttributeProto.AttributeType */
export const attributeType = { float: 1, int: 2, ints: 7 } as const

export interface Tensor {
  name: string
  dims: readonly number[]
  dataType: number
  rawData: Uint8Array
}

export interface Attribute {
  name: string
  f?: number
  i?: number
  ints?: readonly number[]
  type: number
}

export interface Node {
  opType: string
  name: string
  input: readonly string[]
  output: readonly string[]
  attribute: readonly Attribute[]
}

export interface ValueInfo {
  name: string
  type: {
    tensorType: {
      elementType: number
      shape: { dim: readonly ({ value: number } | { parameter: string })[] }
    }
  }
}

export interface Model {
  irVersion: number
  producerName: string
  producerVersion: string
  opsetImport: readonly { domain: string; version: number }[]
  metadata: readonly { key: string; value: string }[]
  graph: {
    name: string
    node: readonly Node[]
    initializer: readonly Tensor[]
    input: readonly ValueInfo[]
    output: readonly ValueInfo[]
  }
}

export function encodeModel(model: Model): Uint8Array {
  const type = root.lookupType('Model')
  return type.encode(model as unknown as Record<string, unknown>).finish()
}

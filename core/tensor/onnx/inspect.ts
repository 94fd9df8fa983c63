/**
 * Looks through an ONNX file before an engine is given it: what it was made for, which operators it uses, and whether it
 * wants data from other files, which an engine would open by the path that the file names.
 *
 * Field numbers are those of the standard's onnx.proto3.
 */
import protobuf from 'protobufjs/light.js'
import { DataError } from '../../errors.ts'

export interface OnnxSummary {
  readonly irVersion: number
  /** Version of the standard's operators; 0 when the file names none. */
  readonly opset: number
  readonly producer: string
  /** Operators that are used, with the domain before a colon where it is not the standard's. */
  readonly operators: ReadonlySet<string>
}

/** Graphs lie within nodes of graphs; no policy nests deeper. */
const DEEPEST = 16
const LENGTH_DELIMITED = 2

/** What a message is made of, as far as it matters here. */
type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'sparse' | 'function' | 'training' | 'opset'

/** Fields that hold messages to be looked through. */
const NESTED: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 8: 'opset', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node' },
  training: { 1: 'graph', 2: 'graph' },
  tensor: {},
  opset: {},
}

/** Of a tensor: where its data lie in another file, and that they do. */
const EXTERNAL_DATA = 13
const DATA_LOCATION = 14

interface Found {
  irVersion: number
  opset: number
  producer: string
  operators: Set<string>
  graphs: number
}

/**
 * @param file  how it is called in errors
 * @throws DataError when it is no ONNX model, is damaged, or keeps its weights in other files
 */
export function inspectOnnx(bytes: Uint8Array, file: string): OnnxSummary {
  const found: Found = { irVersion: 0, opset: 0, producer: '', operators: new Set(), graphs: 0 }
  const refuse = (place: string, expected: string, what: string, cause?: unknown) =>
    new DataError({ file, place, expected, found: what, cause })
  try {
    look(protobuf.Reader.create(bytes), bytes.length, 'model', 0, found)
  } catch (error) {
    if (error instanceof ExternalData) {
      throw refuse('weights', 'all weights within the file', 'weights that lie in another file')
    }
    throw refuse('model', 'an ONNX model', 'bytes that are none', error)
  }
  if (found.irVersion === 0 || found.graphs === 0) throw refuse('model', 'an ONNX model', 'no graph in it')
  const { irVersion, opset, producer, operators } = found
  return { irVersion, opset, producer, operators }
}

class ExternalData extends Error {}

function look(reader: protobuf.Reader, end: number, kind: Kind, depth: number, found: Found): void {
  if (depth > DEEPEST * 3) throw new Error('nested too deeply')
  let operator = ''
  let domain = ''
  let version = 0
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = tag >>> 3
    const wire = tag & 7
    const nested = NESTED[kind][field]
    if (nested !== undefined && wire === LENGTH_DELIMITED) {
      const length = reader.uint32()
      if (reader.pos + length > end) throw new RangeError('a message is longer than what holds it')
      if (nested === 'graph') found.graphs++
      look(reader, reader.pos + length, nested, depth + 1, found)
    } else if (kind === 'tensor' && field === EXTERNAL_DATA) throw new ExternalData()
    else if (kind === 'tensor' && field === DATA_LOCATION && wire === 0) {
      if (reader.int32() !== 0) throw new ExternalData()
    } else if (kind === 'node' && field === 4 && wire === LENGTH_DELIMITED) operator = reader.string()
    else if (kind === 'node' && field === 7 && wire === LENGTH_DELIMITED) domain = reader.string()
    else if (kind === 'model' && field === 1 && wire === 0) found.irVersion = Number(reader.int64())
    else if (kind === 'model' && field === 2 && wire === LENGTH_DELIMITED) found.producer = reader.string()
    else if (kind === 'opset' && field === 1 && wire === LENGTH_DELIMITED) domain = reader.string()
    else if (kind === 'opset' && field === 2 && wire === 0) version = Number(reader.int64())
    else reader.skipType(wire)
  }
  if (reader.pos !== end) throw new RangeError('a field is longer than what holds it')
  const standard = domain === '' || domain === 'ai.onnx'
  if (kind === 'node') found.operators.add(standard ? operator : `${domain}:${operator}`)
  if (kind === 'opset' && standard) found.opset = version
}

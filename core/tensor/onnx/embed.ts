/**
 * Takes the weights of an ONNX model that lie in other files into the model. torch exports so since 2.9: `policy.onnx` and
 * `policy.onnx.data` beside it.
 *
 * Field numbers are those of the standard's onnx.proto3.
 */
import protobuf from 'protobufjs/light.js'
import { DataError } from '../../errors.ts'

const GRAPH = 7
const INITIALIZER = 5
const RAW_DATA = 9
const EXTERNAL_DATA = 13
const DATA_LOCATION = 14
const ENTRY_KEY = 1
const LENGTH_DELIMITED = 2

export interface EmbedOptions {
  /** How the model is called in errors. */
  readonly file: string
  /** The bytes of the file that the model names. The name is anything that the model says. */
  read(location: string): Uint8Array
  /** Bytes that may be taken in. */
  readonly most: number
}

/**
 * @returns the model with all the initializers of its graph within; what else may lie elsewhere stays there
 * @throws DataError when it is no model or damaged, or when the other file lacks what the model wants of it
 */
export function embedWeights(bytes: Uint8Array, options: EmbedOptions): Uint8Array {
  let taken = 0
  const fill = (tensor: Uint8Array): Uint8Array => {
    const { kept, outside } = partsOf(tensor)
    if (outside === null) return tensor
    const data = stretch(outside, options)
    taken += data.length
    if (taken > options.most) {
      throw refuse(options, `at most ${options.most} bytes in other files`, `${taken} bytes and more`)
    }
    return Buffer.concat([...kept, ...field(RAW_DATA, data)])
  }
  try {
    return replace(bytes, GRAPH, (graph) => replace(graph, INITIALIZER, fill))
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    const expected = 'an ONNX model'
    throw new DataError({ file: options.file, place: 'model', expected, found: 'bytes that are none', cause })
  }
}

function refuse({ file }: EmbedOptions, expected: string, found: string): DataError {
  return new DataError({ file, place: 'weights', expected, found })
}

/** A field that holds bytes: its head, and they. */
function field(number: number, bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const tag = (number << 3) | LENGTH_DELIMITED
  return [new protobuf.Writer().uint32(tag).uint32(bytes.length).finish(), bytes]
}

/** A message with every field of this number, which holds a message, changed; the rest byte by byte as it was. */
function replace(message: Uint8Array, number: number, change: (inner: Uint8Array) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  const reader = protobuf.Reader.create(message)
  let unchanged = 0
  while (reader.pos < message.length) {
    const start = reader.pos
    const tag = reader.uint32()
    if (tag !== ((number << 3) | LENGTH_DELIMITED)) {
      reader.skipType(tag & 7)
      continue
    }
    const inner = reader.bytes()
    const changed = change(inner)
    if (changed === inner) continue
    parts.push(message.subarray(unchanged, start), ...field(number, changed))
    unchanged = reader.pos
  }
  if (parts.length === 0) return message
  return Buffer.concat([...parts, message.subarray(unchanged)])
}

/** The entries location, offset and length, as the file has them. */
type Outside = ReadonlyMap<string, string>

/** The fields of a tensor that stay, and where its data lie when that is another file. */
function partsOf(tensor: Uint8Array): { kept: Uint8Array[]; outside: Outside | null } {
  const kept: Uint8Array[] = []
  const outside = new Map<string, string>()
  const reader = protobuf.Reader.create(tensor)
  while (reader.pos < tensor.length) {
    const start = reader.pos
    const tag = reader.uint32()
    if (tag === ((EXTERNAL_DATA << 3) | LENGTH_DELIMITED)) {
      const [key, value] = entryOf(reader.bytes())
      outside.set(key, value)
      continue
    }
    reader.skipType(tag & 7)
    if (tag >>> 3 !== DATA_LOCATION) kept.push(tensor.subarray(start, reader.pos))
  }
  return { kept, outside: outside.size === 0 ? null : outside }
}

function entryOf(bytes: Uint8Array): [key: string, value: string] {
  const reader = protobuf.Reader.create(bytes)
  let key = ''
  let value = ''
  while (reader.pos < bytes.length) {
    const number = reader.uint32() >>> 3
    const text = reader.string()
    if (number === ENTRY_KEY) key = text
    else value = text
  }
  return [key, value]
}

function stretch(outside: Outside, options: EmbedOptions): Uint8Array {
  const location = outside.get('location')
  if (location === undefined) throw refuse(options, 'the name of the file that has them', 'no name')
  const data = options.read(location)
  const offset = Number(outside.get('offset') ?? 0)
  const length = Number(outside.get('length') ?? data.length - offset)
  const whole = [offset, length].every((n) => Number.isSafeInteger(n) && n >= 0)
  if (!whole || offset + length > data.length) {
    const expected = `${outside.get('length') ?? 'all'} bytes from byte ${outside.get('offset') ?? 0} of ${location} on`
    throw refuse(options, expected, `${data.length} bytes in it`)
  }
  return data.subarray(offset, offset + length)
}

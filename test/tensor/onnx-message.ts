/** ONNX files as others write them, field by field. */
import protobuf from 'protobufjs/light.js'

export type Field = [field: number, value: Uint8Array | string | number]

/** A message of fields that hold messages or numbers, by their numbers in onnx.proto3. */
export function message(...fields: Field[]): Uint8Array {
  const writer = new protobuf.Writer()
  for (const [field, value] of fields) {
    if (typeof value === 'number') writer.uint32(field << 3).uint32(value)
    else if (typeof value === 'string') writer.uint32((field << 3) | 2).string(value)
    else writer.uint32((field << 3) | 2).bytes(value)
  }
  return writer.finish()
}

/** A model whose graph has these fields. */
export function modelWith(...graph: [field: number, value: Uint8Array][]): Uint8Array {
  return message([1, 8], [7, message(...graph)])
}

/** The fields of a tensor whose data lie in another file. */
export function outside(entries: Readonly<Record<string, string>>): Field[] {
  const pairs = Object.entries(entries).map(([key, value]): Field => [13, message([1, key], [2, value])])
  return [...pairs, [14, 1]]
}

/** An input or output of floats. */
export function floats(name: string, shape: readonly (number | string)[]): Uint8Array {
  const dims = shape.map((size): Field => [1, message(typeof size === 'number' ? [1, size] : [2, size])])
  return message([1, name], [2, message([1, message([1, 1], [2, message(...dims)])])])
}

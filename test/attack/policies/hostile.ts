/** ONNX files made to stop or starve whoever opens them, each a policy of `basic` but for that. */
import { type Field, floats, message } from '../../tensor/onnx-message.ts'

const FLOAT = 1
const INT64 = 7
const BOOL = 9
/** Kinds of attribute. */
const GRAPH = 5
const TENSOR = 4
const OWN = 'own'

type Part = readonly Field[]

/** @param attributes  each with its kind and its value, in the field that its kind has */
function node(
  type: string,
  inputs: string[],
  outputs: string[],
  attributes: Uint8Array[] = [],
  domain = '',
): Field {
  return [
    1,
    message(
      ...inputs.map((name): Field => [1, name]),
      ...outputs.map((name): Field => [2, name]),
      [4, type],
      ...attributes.map((attribute): Field => [5, attribute]),
      [7, domain],
    ),
  ]
}

function attribute(name: string, kind: number, field: number, value: Uint8Array): Uint8Array {
  return message([1, name], [field, value], [20, kind])
}

function tensor(name: string, type: number, dims: readonly number[], raw: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength)
  return message(...dims.map((size): Field => [1, size]), [2, type], [8, name], [9, bytes])
}

const whole = (name: string, ...values: bigint[]) =>
  tensor(name, INT64, [values.length], BigInt64Array.from(values))
const scalar = (name: string, value: bigint) => tensor(name, INT64, [], BigInt64Array.of(value))
const truth = (name: string) => tensor(name, BOOL, [], Uint8Array.of(1))

/** [n, 20] times weights that are all zero: the logits of the three actions. */
const HONEST: Part = [
  [5, tensor('w', FLOAT, [20, 3], new Float32Array(60))],
  node('MatMul', ['input', 'w'], ['zero']),
]

/** @param more  nodes and constants; they make `logits` out of `zero`, [n, 3] */
function policy(more: Part, functions: readonly Uint8Array[] = []): Uint8Array {
  const graph = message(
    [2, 'g'],
    ...HONEST,
    ...more,
    [11, floats('input', ['n', 20])],
    [12, floats('logits', ['n', 3])],
  )
  return message(
    [1, 8],
    [7, graph],
    [8, message([1, ''], [2, 15])],
    [8, message([1, OWN], [2, 1])],
    ...functions.map((made): Field => [25, made]),
  )
}

/** An input or output of a body, of this shape. */
function value(name: string, type: number, ...dims: string[]): Uint8Array {
  const shape = message(...dims.map((size): Field => [1, message([2, size])]))
  return message([1, name], [2, message([1, message([1, type], [2, shape])])])
}

/** Goes round for as long as `trips` says, or for ever. */
function loop(trips: string): Part {
  const body = message(
    [2, 'body'],
    node('Identity', ['go'], ['on']),
    node('Add', ['was', 'was'], ['is']),
    [11, value('i', INT64)],
    [11, value('go', BOOL)],
    [11, value('was', FLOAT, 'rows', 'actions')],
    [12, value('on', BOOL)],
    [12, value('is', FLOAT, 'rows', 'actions')],
  )
  return [
    [5, truth('yes')],
    [5, scalar('many', 2n ** 62n)],
    node('Loop', [trips, 'yes', 'zero'], ['logits'], [attribute('body', GRAPH, 6, body)]),
  ]
}

/** A constant of so many zeros, which only its size makes a file of. */
function zeros(size: bigint): Part {
  const nothing = attribute('value', TENSOR, 5, tensor('v', FLOAT, [1], new Float32Array(1)))
  return [
    [5, whole('size', size)],
    node('ConstantOfShape', ['size'], ['zeros'], [nothing]),
    [5, scalar('first', 0n)],
    node('Gather', ['zeros', 'first'], ['one']),
    node('Add', ['zero', 'one'], ['logits']),
  ]
}

/** Functions of which each calls the one before it twice: written out they are 2^levels nodes. */
function doubling(levels: number): Uint8Array {
  const functions = Array.from({ length: levels }, (_, level) => {
    const [type, domain] = level === 0 ? ['Identity', ''] : [`f${level - 1}`, OWN]
    return message(
      [1, `f${level}`],
      [4, 'x'],
      [5, 'y'],
      ...[node(type!, ['x'], ['h'], [], domain), node(type!, ['h'], ['y'], [], domain)].map(
        ([, made]): Field => [7, made],
      ),
      [9, message([1, ''], [2, 15])],
      [9, message([1, OWN], [2, 1])],
      [10, OWN],
    )
  })
  return policy([node(`f${levels - 1}`, ['zero'], ['logits'], [], OWN)], functions)
}

/** Node after node. */
function chain(length: number): Part {
  return Array.from({ length }, (_, i) =>
    node('Neg', [i === 0 ? 'zero' : `n${i}`], [i === length - 1 ? 'logits' : `n${i + 1}`]),
  )
}

/** Answers as it should at first, and more than it was asked for once an observation is not zero. */
function growing(): Part {
  return [
    [5, tensor('v', FLOAT, [20, 1], new Float32Array(20).fill(1e6))],
    node('MatMul', ['input', 'v'], ['sum']),
    node('ReduceMax', ['sum'], ['most'], [message([1, 'keepdims'], [3, 0], [20, 2])]),
    node('Cast', ['most'], ['times'], [message([1, 'to'], [3, INT64], [20, 2])]),
    [5, scalar('once', 1n)],
    node('Add', ['times', 'once'], ['copies']),
    [5, whole('axis', 0n)],
    node('Unsqueeze', ['copies', 'axis'], ['rows']),
    [5, whole('one', 1n)],
    node('Concat', ['rows', 'one'], ['repeats'], [message([1, 'axis'], [3, 0], [20, 2])]),
    node('Tile', ['zero', 'repeats'], ['logits']),
  ]
}

export const HOSTILE: readonly { readonly name: string; make(): Uint8Array; readonly refused: RegExp }[] = [
  {
    name: 'a loop without end',
    make: () => policy(loop('')),
    refused: /takes more than .* of processor time/,
  },
  {
    name: 'a loop of 2^62 rounds',
    make: () => policy(loop('many')),
    refused: /takes more than .* of processor time/,
  },
  {
    name: 'a constant of 32 GB',
    make: () => policy(zeros(2n ** 33n)),
    refused: /takes more than|cannot be run|expected/,
  },
  {
    name: 'a constant of 1 GB',
    make: () => policy(zeros(2n ** 28n)),
    refused: /takes more than .* MB of memory/,
  },
  { name: 'functions that double 30 times', make: () => doubling(30), refused: /takes more than/ },
  {
    name: 'functions 10,000 deep',
    make: () => doubling(10_000),
    refused: /takes more than|crashed|expected/,
  },
  {
    name: 'a chain of 60,000 nodes',
    make: () => policy(chain(60_000)),
    refused: /takes more than|expected/,
  },
  { name: 'answers that grow', make: () => policy(growing()), refused: /answer|takes more than/ },
]

/**
 * What POST /invocations takes and gives, as JSON or msgpack:
 *
 *     { observation, mask?, memory?, deterministic? }       ->  { action: { discrete?, continuous? }, memory? }
 *     { observations, masks?, memories?, deterministic? }   ->  { actions: [...], memories? }
 *
 * An observation is all its numbers in the order of the environment, nested or not, or an object of the named ones. In
 * msgpack float32 bytes, little-endian, may stand for any list of numbers.
 */
import { type EnvironmentSpec, observationSize, shapeSize } from '../envs/index.ts'
import { otherNames } from '../errors.ts'
import type { Policy, PolicyActions, PolicyRows } from '../evaluate/index.ts'

/** Of what a client has named, this much is said back to it. */
const LONGEST_MESSAGE = 400

/** A request that is not answered with actions. */
export class RequestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}...` : message)
    this.name = 'RequestError'
    this.status = status
  }
}

export interface Invocation extends PolicyRows {
  /** Whether one observation was given, and one action is expected. */
  readonly single: boolean
  /** undefined leaves it to the endpoint. */
  readonly deterministic: boolean | undefined
}

const FIELDS = ['observation', 'observations', 'mask', 'masks', 'memory', 'memories', 'deterministic']
/** Lists within lists; an image has three. */
const DEEPEST = 4

/** @throws RequestError 400 saying what is wrong, with both sizes */
export function readInvocation(spec: EnvironmentSpec, policy: Policy, body: unknown): Invocation {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || ArrayBuffer.isView(body)) {
    throw bad('the body must be an object with "observation" or "observations"')
  }
  const given = body as Record<string, unknown>
  for (const field of Object.keys(given)) {
    if (FIELDS.includes(field)) continue
    throw bad(`there is no field "${field}"; ${otherNames(field, FIELDS, 'the fields')}`)
  }
  const { deterministic } = given
  if (deterministic !== undefined && typeof deterministic !== 'boolean') {
    throw bad('"deterministic" must be true or false')
  }
  const single = given.observation !== undefined
  if (single === (given.observations !== undefined)) {
    throw bad('give either "observation" or "observations"')
  }
  const list = (one: string, many: string, size: number): unknown[] | undefined => {
    if (given[single ? many : one] !== undefined) {
      throw bad(`"${single ? many : one}" does not go with "${single ? 'observation' : 'observations'}"`)
    }
    const value = given[single ? one : many]
    if (value === undefined) return undefined
    return single ? [value] : rowsOf(value, many, size)
  }
  const O = observationSize(spec)
  const width = spec.action.discrete.reduce((sum, branch) => sum + branch, 0)
  const observations = list('observation', 'observations', O)!
  const rows = observations.length
  if (rows === 0) throw bad('"observations" is empty')
  const same = (items: unknown[] | undefined, name: string): unknown[] | undefined => {
    if (items === undefined || items.length === rows) return items
    throw bad(`"${name}" has ${items.length} rows for ${rows} observations`)
  }
  const masks = same(list('mask', 'masks', width), 'masks')
  const memories = same(list('memory', 'memories', policy.memorySize), 'memories')
  const at = (name: string, row: number) => (single ? name : `${name}s[${row}]`)

  // Row by row, and joined when all are sound: a list of a million nothings must not claim room for a million rows.
  const numbers = observations.map((value, row) => readObservation(spec, value, at('observation', row)))
  const remembered = memories?.map((value, row) => {
    const place = single ? 'memory' : `memories[${row}]`
    return readNumbers(value, policy.memorySize, place, `the policy remembers ${policy.memorySize}`)
  })
  return {
    single,
    rows,
    observations: joined(numbers),
    masks: masks === undefined ? null : readMasks(spec, masks, at),
    memory: remembered === undefined ? new Float32Array(rows * policy.memorySize) : joined(remembered),
    deterministic,
  }
}

/** The body of the answer. */
export function writeActions(
  spec: EnvironmentSpec,
  { single, rows }: Pick<Invocation, 'single' | 'rows'>,
  { discrete, continuous, memory }: PolicyActions,
): object {
  const row = (all: Int32Array | Float32Array, width: number, i: number): number[] =>
    Array.from(all.subarray(i * width, (i + 1) * width))
  const actions = Array.from({ length: rows }, (_, i) => ({
    ...(spec.action.discrete.length > 0 && { discrete: row(discrete, spec.action.discrete.length, i) }),
    ...(spec.action.continuous > 0 && { continuous: row(continuous, spec.action.continuous, i) }),
  }))
  const size = memory.length / rows
  const memories = size > 0 ? actions.map((_, i) => row(memory, size, i)) : null
  if (single) return { action: actions[0], ...(memories !== null && { memory: memories[0] }) }
  return { actions, ...(memories !== null && { memories }) }
}

function bad(message: string): RequestError {
  return new RequestError(400, message)
}

/** Rows of a batch: a list, or all their numbers as bytes. */
function rowsOf(value: unknown, name: string, size: number): unknown[] {
  if (Array.isArray(value)) return value
  const floats = floatsOf(value)
  if (floats === null) throw bad(`"${name}" must be a list`)
  if (size === 0 || floats.length % size !== 0) {
    throw bad(`"${name}" has ${floats.length} numbers, one row has ${size}`)
  }
  return Array.from({ length: floats.length / size }, (_, i) => floats.subarray(i * size, (i + 1) * size))
}

function readObservation(spec: EnvironmentSpec, value: unknown, place: string): Float32Array {
  const size = observationSize(spec)
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    return readNumbers(value, size, place, `${spec.id} shows ${size}`)
  }
  const named = new Map(Object.entries(value))
  const unknown = [...named.keys()].find((name) => !spec.observations.some((own) => own.name === name))
  if (unknown !== undefined) {
    const names = spec.observations.map(({ name }) => name).join(', ')
    throw bad(`${place}.${unknown}: ${spec.id} shows ${names}`)
  }
  return joined(
    spec.observations.map(({ name, shape }) => {
      const given = named.get(name)
      if (given === undefined) throw bad(`${place}.${name} is missing`)
      const part = shapeSize(shape)
      return readNumbers(given, part, `${place}.${name}`, `${spec.id} shows ${part}, [${shape.join(', ')}]`)
    }),
  )
}

function readMasks(
  spec: EnvironmentSpec,
  masks: readonly unknown[],
  at: (name: string, row: number) => string,
): Uint8Array {
  const branches = spec.action.discrete
  const width = branches.reduce((sum, branch) => sum + branch, 0)
  const rows = masks.map((value, row) => {
    const place = at('mask', row)
    const flags = Array.isArray(value)
      ? value.map((flag) => (typeof flag === 'boolean' ? Number(flag) : flag))
      : value
    const mask = readNumbers(flags, width, place, `the branches have ${width}`)
    if (mask.some((flag) => flag !== 0 && flag !== 1)) throw bad(`${place} must hold 0 and 1, 1 = allowed`)
    let from = 0
    branches.forEach((size, branch) => {
      if (!mask.subarray(from, from + size).includes(1)) throw bad(`${place} forbids all of branch ${branch}`)
      from += size
    })
    return mask
  })
  return Uint8Array.from(joined(rows))
}

/**
 * [size] of lists of numbers, however nested, or of bytes.
 * @param wanted  how many there must be, and why
 */
function readNumbers(value: unknown, size: number, place: string, wanted: string): Float32Array {
  const floats = floatsOf(value)
  if (floats === null && !Array.isArray(value)) throw bad(`${place} must be a list of numbers`)
  const numbers = new Float32Array(size)
  let count = 0
  const put = (item: unknown, depth: number): void => {
    if (typeof item === 'number') {
      // After rounding, since 1e300 is a number and its float32 is none.
      const rounded = Math.fround(item)
      if (!Number.isFinite(rounded)) throw bad(`${place} must hold finite numbers of 32 bits`)
      if (count < size) numbers[count] = rounded
      count++
    } else if (Array.isArray(item) && depth < DEEPEST) for (const inner of item) put(inner, depth + 1)
    else throw bad(`${place} must hold finite numbers`)
  }
  if (floats === null) put(value, 0)
  else for (const item of floats) put(item, 0)
  if (count !== size) throw bad(`${place} has ${count} numbers, ${wanted}`)
  return numbers
}

/** One after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Bytes as little-endian float32, or what msgpack has made an array of floats; null for anything else. */
function floatsOf(value: unknown): Float32Array | null {
  if (value instanceof Float32Array) return value
  if (!(value instanceof Uint8Array) || value.length % 4 !== 0) return null
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  return Float32Array.from({ length: value.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}

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
import { nearest } from '../errors.ts'
import type { Policy, PolicyActions, PolicyRows } from '../evaluate/index.ts'

/** A request that is not answered with actions. */
export class RequestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
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
    const near = nearest(field, FIELDS)
    throw bad(`there is no field "${field}"${near === undefined ? '' : `; did you mean "${near}"?`}`)
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
    throw bad(`"${name}" has ${items.length} rows, there are ${rows} observations`)
  }
  const masks = same(list('mask', 'masks', width), 'masks')
  const memories = same(list('memory', 'memories', policy.memorySize), 'memories')
  const at = (name: string, row: number) => (single ? name : `${name}s[${row}]`)

  const numbers = new Float32Array(rows * O)
  for (const [row, value] of observations.entries()) {
    readObservation(spec, value, at('observation', row), numbers.subarray(row * O, (row + 1) * O))
  }
  const memory = new Float32Array(rows * policy.memorySize)
  for (const [row, value] of (memories ?? []).entries()) {
    const place = single ? 'memory' : `memories[${row}]`
    const into = memory.subarray(row * policy.memorySize, (row + 1) * policy.memorySize)
    fill(into, value, place, `the policy remembers ${policy.memorySize}`)
  }
  return {
    single,
    rows,
    observations: numbers,
    masks: masks === undefined ? null : readMasks(spec, masks, at),
    memory,
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

function readObservation(spec: EnvironmentSpec, value: unknown, place: string, into: Float32Array): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
    fill(into, value, place, `${spec.id} shows ${into.length}`)
    return
  }
  const named = value as Record<string, unknown>
  const unknown = Object.keys(named).find((name) => !spec.observations.some((own) => own.name === name))
  if (unknown !== undefined) {
    const names = spec.observations.map(({ name }) => name).join(', ')
    throw bad(`${place}.${unknown}: ${spec.id} shows ${names}`)
  }
  let from = 0
  for (const { name, shape } of spec.observations) {
    const to = from + shapeSize(shape)
    if (named[name] === undefined) throw bad(`${place}.${name} is missing`)
    const shown = `${spec.id} shows ${to - from}, [${shape.join(', ')}]`
    fill(into.subarray(from, to), named[name], `${place}.${name}`, shown)
    from = to
  }
}

function readMasks(
  spec: EnvironmentSpec,
  masks: readonly unknown[],
  at: (name: string, row: number) => string,
): Uint8Array {
  const branches = spec.action.discrete
  const width = branches.reduce((sum, branch) => sum + branch, 0)
  const all = new Uint8Array(masks.length * width)
  for (const [row, value] of masks.entries()) {
    const place = at('mask', row)
    const mask = new Float32Array(width)
    fill(mask, Array.isArray(value) ? value.map(Number) : value, place, `the branches have ${width}`)
    if (mask.some((flag) => flag !== 0 && flag !== 1)) throw bad(`${place} must hold 0 and 1, 1 = allowed`)
    let from = 0
    branches.forEach((size, branch) => {
      if (!mask.subarray(from, from + size).includes(1)) throw bad(`${place} forbids all of branch ${branch}`)
      from += size
    })
    all.set(mask, row * width)
  }
  return all
}

/**
 * Flattens lists of numbers, however nested, into `into`.
 * @param wanted  how many there must be, and why
 */
function fill(into: Float32Array, value: unknown, place: string, wanted: string): void {
  const floats = floatsOf(value)
  let count = 0
  const put = (item: unknown, depth: number): void => {
    if (typeof item === 'number' && Number.isFinite(item)) {
      if (count < into.length) into[count] = item
      count++
    } else if (Array.isArray(item) && depth < DEEPEST) for (const inner of item) put(inner, depth + 1)
    else throw bad(`${place} must hold finite numbers`)
  }
  if (floats === null && !Array.isArray(value)) throw bad(`${place} must be a list of numbers`)
  if (floats === null) put(value, 0)
  else for (const item of floats) put(item, 0)
  if (count !== into.length) throw bad(`${place} has ${count} numbers, ${wanted}`)
}

/** Bytes as little-endian float32, or what msgpack has made an array of floats; null for anything else. */
function floatsOf(value: unknown): Float32Array | null {
  if (value instanceof Float32Array) return value
  if (!(value instanceof Uint8Array) || value.length % 4 !== 0) return null
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  return Float32Array.from({ length: value.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}

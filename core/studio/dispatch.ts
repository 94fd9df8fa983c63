/** One connection: bytes in, checked calls of the handlers, checked answers out. */
import type { ZodType } from 'zod'
import { DataError, UserError } from '../errors.ts'
import { readBySchema, type SchemaProblem, schemaSentence } from '../schema-words.ts'
import type { Port } from '../train/port.ts'
import { decodeFrame, encodeFrame } from './frames.ts'
import {
  type CheckedParams,
  type Method,
  maxFrameBytes,
  methods,
  type Result,
  requestFrame,
  tableOf,
  type WireError,
} from './protocol.ts'

/** The implementation of some methods of the protocol; `page` is the port of the page that calls. */
export type Handlers<M extends Method = Method> = {
  [K in M]: (params: CheckedParams<K>, page: Port) => Result<K> | Promise<Result<K>>
}

/**
 * Answers the requests that arrive on `port` until it closes. A frame that cannot be read is answered with an error
 * and changes nothing. A handler that throws neither UserError nor DataError ends that request only, since recordings
 * and runs of the same host must go on; `onBug` is told.
 * @param tell  how an error is told to the page
 */
export function serve(
  port: Port,
  handlers: Handlers,
  onBug: (error: unknown) => void,
  tell: (error: unknown) => WireError = wireError,
): void {
  let closed = false
  port.onClose(() => {
    closed = true
  })
  port.onMessage(async (bytes) => {
    const reply = await answer(bytes, port, handlers, onBug, tell)
    if (!closed) port.post(reply)
  })
}

async function answer(
  bytes: Uint8Array,
  page: Port,
  handlers: Handlers,
  onBug: (error: unknown) => void,
  tell: (error: unknown) => WireError,
): Promise<Uint8Array> {
  let id: number | null = null
  try {
    const request = readRequest(bytes)
    id = request.id
    const result = await call(handlers, page, request.method, request.params)
    const columns = tableOf(result)
    const reply = encodeFrame(columns === null ? { id, result } : { id, table: columns })
    if (reply.byteLength <= maxFrameBytes) return reply
    throw new UserError('the answer is too large to be sent', { remedy: 'ask for fewer items at a time' })
  } catch (error) {
    const told = tell(error)
    if (told.kind === 'bug') onBug(error)
    return encodeFrame({ id: error instanceof ProtocolError ? (error.id ?? id) : id, error: told })
  }
}

/** What the page did wrong: an unreadable frame, an unknown method, parameters outside their schema. */
export class ProtocolError extends Error {
  readonly id: number | null

  constructor(message: string, id: number | null = null) {
    super(message)
    this.name = 'ProtocolError'
    this.id = id
  }
}

function readRequest(bytes: Uint8Array): { id: number; method: string; params: unknown } {
  let value: unknown
  try {
    value = decodeFrame(bytes)
  } catch (error) {
    throw new ProtocolError(`unreadable frame: ${error instanceof Error ? error.message : String(error)}`)
  }
  const request = readBySchema(requestFrame, value)
  if ('data' in request) return request.data
  throw new ProtocolError(`not a request: ${explain(request.problem)}`, idOf(value))
}

/** The id of a request that is wrong otherwise, so that its caller learns of it. */
function idOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null
  return Number.isSafeInteger(value.id) ? (value.id as number) : null
}

async function call(handlers: Handlers, page: Port, method: string, params: unknown): Promise<unknown> {
  if (!Object.hasOwn(methods, method)) throw new ProtocolError(`unknown method "${method.slice(0, 80)}"`)
  const definition: { params: ZodType; result: ZodType } = methods[method as Method]
  const checked = readBySchema(definition.params, params)
  if ('problem' in checked) throw new ProtocolError(`${method}: ${explain(checked.problem)}`)
  // The schema of this very method was applied; TypeScript cannot relate the two through the union of all methods.
  const handler = handlers[method as Method] as (params: unknown, page: Port) => unknown
  return definition.result.parse(await handler(checked.data, page))
}

export function wireError(error: unknown): WireError {
  if (error instanceof UserError)
    return { kind: 'user', message: error.message, remedy: error.remedy ?? null }
  if (error instanceof DataError) return { kind: 'data', message: error.message, remedy: null }
  if (error instanceof ProtocolError) return { kind: 'protocol', message: error.message, remedy: null }
  return { kind: 'bug', message: error instanceof Error ? error.message : String(error), remedy: null }
}

function explain(problem: SchemaProblem): string {
  const { path, unknownKey } = problem
  if (unknownKey !== undefined) return `unknown key ${[...path, unknownKey].join('.')}`
  return schemaSentence(path.join('.'), problem)
}

/**
 * Frames. Each is one msgpack message (msgpackr's defaults without records; typed arrays as they are). A request is
 * answered by exactly one response with the same id; responses may come in another order than the requests.
 */
import { z } from 'zod'

/** Raised when the meaning of a method changes. */
export const protocolVersion = 3

/** A larger frame is refused, in either direction; files travel beside the port. */
export const maxFrameBytes = 32 * 1024 * 1024

export const errorKind = z.enum(['user', 'data', 'protocol', 'bug'])

/** Code of others that the request would run. The person is to be asked; `environments.admit` is their yes. */
export const ask = z.object({
  kind: z.enum(['environment', 'plugin', 'interpreter']),
  /** Id of the environment, with its parameters that are texts; path of the plugin or the interpreter. */
  name: z.string(),
  /** What happens, behind the name: 'starts /games/game.x86_64'. */
  does: z.string(),
  /** Of its content. */
  sha256: z.string(),
  /** Whether there is so much of it that the hash leaves the content of some files out. */
  bounded: z.boolean(),
  /** Whether the person has said yes to another content before. */
  changed: z.boolean(),
})
export type Ask = z.infer<typeof ask>

/** 'user' and 'data' are for people to read; 'protocol' means the page is at fault; 'bug' the host. */
export const wireError = z.object({
  kind: errorKind,
  message: z.string(),
  remedy: z.string().nullable(),
  asks: ask.optional(),
})
export type WireError = z.infer<typeof wireError>

export const requestFrame = z.strictObject({
  id: z.int().min(0),
  method: z.string().max(80),
  params: z.unknown(),
})
export type RequestFrame = z.infer<typeof requestFrame>

/** `id` is null when the request could not be read so far; a long list comes as a table. */
export const responseFrame = z.union([
  z.strictObject({ id: z.int(), result: z.unknown() }),
  z.strictObject({
    id: z.int(),
    table: z.object({ keys: z.array(z.string()), columns: z.array(z.array(z.unknown())) }),
  }),
  z.strictObject({ id: z.int().nullable(), error: wireError }),
])
export type ResponseFrame = z.infer<typeof responseFrame>

export const eventFrame = z.strictObject({ event: z.string(), data: z.unknown() })
export type EventFrame = z.infer<typeof eventFrame>

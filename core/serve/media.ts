/** Bodies in JSON and in msgpack, and which of them a client wants. */
import { packMessage, readMessage } from '../msgpack.ts'
import { RequestError } from './invocation.ts'

export interface Media {
  readonly type: string
  /** @throws RequestError 400 */
  read(bytes: Uint8Array): unknown
  write(value: object): Uint8Array | string
}

const json: Media = {
  type: 'application/json',
  read: (bytes) => {
    try {
      return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
    } catch (error) {
      throw new RequestError(400, `the body is not JSON: ${(error as Error).message}`)
    }
  },
  write: (value) => JSON.stringify(value),
}

const msgpack: Media = {
  type: 'application/msgpack',
  read: (bytes) => {
    try {
      return readMessage(bytes)
    } catch (error) {
      throw new RequestError(400, `the body is not msgpack: ${(error as Error).message}`)
    }
  },
  write: packMessage,
}

/** What is understood, by every name that it goes by. */
export const MEDIA: ReadonlyMap<string, Media> = new Map([
  [json.type, json],
  [msgpack.type, msgpack],
  ['application/x-msgpack', msgpack],
  ['application/vnd.msgpack', msgpack],
])

/** The names that answers and errors use, in words. */
export const MEDIA_NAMES = `${json.type} or ${msgpack.type}`

/**
 * The one that a client accepts, the body's own where it leaves the choice.
 * @param accept  the header; absent accepts all
 * @throws RequestError 406
 */
export function mediaFor(accept: string | undefined, own: Media): Media {
  if (accept === undefined || accept.trim() === '') return own
  const ranges = accept
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return { range, quality: q === undefined ? 1 : Number(q.slice(2)) }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
  for (const { range } of ranges) {
    if (range === '*/*' || range === 'application/*') return own
    const media = MEDIA.get(range)
    if (media !== undefined) return media
  }
  throw new RequestError(406, `answers are ${MEDIA_NAMES}, not ${accept}`)
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { DataError, UserError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import { type Handlers, serve, wireError } from '../../core/studio/dispatch.ts'
import { decodeFrame, encodeFrame } from '../../core/studio/frames.ts'
import { maxFrameBytes, methods, responseFrame } from '../../core/studio/protocol.ts'
import type { Port } from '../../core/train/port.ts'
import { openStudio, type TestStudio } from './support.ts'

let studio: TestStudio

beforeAll(async () => {
  studio = await openStudio()
})

afterAll(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
})

/** Both ends in one object: what is given is served, what is answered can be awaited. */
function loopback(attach: (port: Port) => void) {
  let deliver: (bytes: Uint8Array) => void = () => undefined
  let close: () => void = () => undefined
  const waiting: ((bytes: Uint8Array) => void)[] = []
  attach({
    post: (bytes) => {
      if (!isEvent(bytes)) waiting.shift()?.(bytes)
    },
    onMessage: (listener) => {
      deliver = listener
    },
    close: () => undefined,
    onClose: (listener) => {
      close = listener
    },
  })
  return {
    ask: (bytes: Uint8Array) => {
      const { promise, resolve } = Promise.withResolvers<Uint8Array>()
      waiting.push(resolve)
      deliver(bytes)
      return promise.then((answer) => responseFrame.parse(decodeFrame(answer)))
    },
    close: () => close(),
  }
}

const isEvent = (bytes: Uint8Array) => Object.hasOwn(decodeFrame(bytes) as object, 'event')

const ask = (frame: unknown) =>
  loopback((port) => studio.host.connect(port)).ask(encodeFrame(frame as object))

test.each([
  ['an unknown method', { id: 1, method: 'library.drop', params: {} }, 1],
  ['a method of every object', { id: 2, method: 'constructor', params: {} }, 2],
  ['an unknown parameter', { id: 3, method: 'library.info', params: { all: true } }, 3],
  ['a missing parameter', { id: 4, method: 'play.resume', params: {} }, 4],
  ['a parameter out of range', { id: 5, method: 'demonstrations.get', params: { id: -1 } }, 5],
  ['no parameters at all', { id: 6, method: 'library.info' }, 6],
  ['a field too many', { id: 7, method: 'library.info', params: {}, token: 'x' }, 7],
  ['no id', { method: 'library.info', params: {} }, null],
  ['an id that is no number', { id: 'a', method: 'library.info', params: {} }, null],
  ['a list', [1, 'library.info', {}], null],
  ['a word', 'library.info', null],
  ['nothing', null, null],
])('%s is answered as a fault of the page', async (_name, frame, id) => {
  expect(await ask(frame)).toEqual({
    id,
    error: { kind: 'protocol', message: expect.any(String), remedy: null },
  })
})

test('a frame beyond the limit is refused unread', () => {
  expect(() => decodeFrame(new Uint8Array(maxFrameBytes + 1))).toThrow('bytes')
})

test('mutated frames are always answered and never fatal', async () => {
  const random = new Random(11)
  const line = loopback((port) => studio.host.connect(port))
  const originals = [
    encodeFrame({ id: 1, method: 'library.info', params: {} }),
    encodeFrame({ id: 2, method: 'demonstrations.list', params: { environment: 'basic' } }),
    encodeFrame({
      id: 3,
      method: 'play.step',
      params: { session: 's', action: { continuous: [0.5], discrete: [1] } },
    }),
    encodeFrame({
      id: 4,
      method: 'demonstrations.import',
      params: { files: [{ name: 'a.npz', bytes: new Uint8Array(64) }] },
    }),
  ]
  for (let i = 0; i < 2000; i++) {
    const bytes = originals[random.below(originals.length)]!.slice()
    for (let n = 1 + random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256)
    const cut = random.below(4) === 0 ? random.below(bytes.length) : bytes.length
    const answer = await line.ask(bytes.subarray(0, cut))
    if ('error' in answer) expect(['protocol', 'user', 'data']).toContain(answer.error.kind)
  }
  const answer = await line.ask(originals[0]!)
  expect(answer).toMatchObject({ id: 1, result: { protocol: 3 } })
})

test('errors cross the wire as what they are', () => {
  expect(wireError(new UserError('no', { remedy: 'yes' }))).toEqual({
    kind: 'user',
    message: 'no',
    remedy: 'yes',
  })
  const data = new DataError({ file: 'f', place: 'p', expected: 'e', found: 'x' })
  expect(wireError(data)).toEqual({ kind: 'data', message: 'f: p: expected e, found x', remedy: null })
  expect(wireError(new TypeError('oops'))).toEqual({ kind: 'bug', message: 'oops', remedy: null })
})

test('a bug ends its own request only, and is told', async () => {
  const bugs: unknown[] = []
  const broken = new Error('out of order')
  const handlers = {
    'library.info': () => {
      throw broken
    },
    // A result outside its schema is a bug of the host as well.
    'formats.list': () => [{ name: 'x' }],
    'tasks.cancel': () => ({ cancelled: false }),
  } as unknown as Handlers
  const line = loopback((port) => serve(port, handlers, (error) => bugs.push(error)))
  const call = (id: number, method: string, params: object) => line.ask(encodeFrame({ id, method, params }))
  expect(await call(1, 'library.info', {})).toMatchObject({
    id: 1,
    error: { kind: 'bug', message: 'out of order' },
  })
  expect(await call(2, 'formats.list', {})).toMatchObject({ id: 2, error: { kind: 'bug' } })
  expect(await call(3, 'tasks.cancel', { taskId: 't' })).toEqual({ id: 3, result: { cancelled: false } })
  expect(bugs).toHaveLength(2)
  expect(bugs[0]).toBe(broken)
})

test('an answer for a page that has gone is dropped', async () => {
  const { promise, resolve } = Promise.withResolvers<{ cancelled: boolean }>()
  const handlers = { 'tasks.cancel': () => promise } as unknown as Handlers
  const posted: Uint8Array[] = []
  let deliver: (bytes: Uint8Array) => void = () => undefined
  let close: () => void = () => undefined
  const port: Port = {
    post: (bytes) => posted.push(bytes),
    onMessage: (listener) => {
      deliver = listener
    },
    close: () => undefined,
    onClose: (listener) => {
      close = listener
    },
  }
  serve(port, handlers, () => undefined)
  deliver(encodeFrame({ id: 1, method: 'tasks.cancel', params: { taskId: 't' } }))
  close()
  resolve({ cancelled: true })
  await new Promise((settled) => setTimeout(settled, 5))
  expect(posted).toEqual([])
})

test('every method of the protocol has a handler', async () => {
  for (const method of Object.keys(methods)) {
    const answer = await ask({ id: 1, method, params: { nonsense: true } })
    expect(answer).toMatchObject({ id: 1, error: { kind: 'protocol' } })
  }
})

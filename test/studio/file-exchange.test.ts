import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileExchange } from '../../core/studio/file-exchange.ts'

let directory: string
const folder = () => join(directory, 'exchange')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'understudy-exchange-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

const bytes = (text: string) => Readable.from([Buffer.from(text)])

test('an upload is a private file until the work that takes it is done, whatever comes of it', async () => {
  const exchange = new FileExchange(directory)
  const id = await exchange.receive(bytes('played'), 6)
  const paths = await exchange.take([{ name: 'mine.npz', id }], async ([file]) => {
    expect(file).toMatchObject({ name: 'mine.npz', bytes: 6 })
    expect(readFileSync(file!.path, 'utf8')).toBe('played')
    expect(statSync(file!.path).mode & 0o777).toBe(0o600)
    expect(statSync(folder()).mode & 0o777).toBe(0o700)
    return [file!.path]
  })
  expect(existsSync(paths[0]!)).toBe(false)
  const second = await exchange.receive(bytes(''), 0)
  const failing = exchange.take([{ name: 'b', id: second }], () => Promise.reject(new Error('broken')))
  await expect(failing).rejects.toThrow('broken')
  expect(readdirSync(folder())).toEqual([])
  await expect(exchange.take([{ name: 'b', id: second }], async () => 1)).rejects.toMatchObject({
    message: 'b is no longer here',
  })
})

test('an offer can be fetched from another exchange on the same folder, once', async () => {
  const offered = await new FileExchange(directory).offer(
    'a.onnx',
    'application/octet-stream',
    Buffer.from('abc'),
  )
  expect(offered).toMatchObject({ fileName: 'a.onnx', bytes: 3 })
  const other = new FileExchange(directory)
  const sent = await other.send(offered.id)
  expect(Buffer.concat(await sent!.content.toArray()).toString()).toBe('abc')
  await expect.poll(() => readdirSync(folder())).toEqual([])
  expect(await other.send(offered.id)).toBeNull()
})

test('what stalls, breaks off or is too much is given up without a trace', async () => {
  const exchange = new FileExchange(directory, { stallMs: 50, mostBytes: 100 })
  const silent = new Readable({ read: () => undefined })
  silent.push('half')
  await expect(exchange.receive(silent, null)).rejects.toMatchObject({
    name: 'UserError',
    message: 'the upload is too slow',
  })
  async function* broken() {
    yield Buffer.from('half')
    throw new Error('connection reset')
  }
  await expect(exchange.receive(broken(), null)).rejects.toThrow('connection reset')
  const tooMuch = { name: 'UserError', message: 'there is not enough space for the file' }
  await expect(exchange.receive(bytes('.'.repeat(101)), null)).rejects.toMatchObject(tooMuch)
  await expect(exchange.receive(bytes('.'), 101)).rejects.toMatchObject(tooMuch)
  await exchange.receive(bytes('.'.repeat(60)), 60)
  await expect(exchange.receive(bytes('.'.repeat(60)), 60)).rejects.toMatchObject(tooMuch)
  // What was given up is removed a moment later.
  await expect.poll(() => readdirSync(folder())).toHaveLength(1)
})

test('what an earlier studio has left is removed, and at the end everything', async () => {
  mkdirSync(folder())
  writeFileSync(join(folder(), 'left.partial'), '')
  const exchange = new FileExchange(directory)
  const stop = exchange.keepClean()
  expect(existsSync(folder())).toBe(false)
  await exchange.receive(bytes('a'), 1)
  stop()
  expect(existsSync(folder())).toBe(false)
})

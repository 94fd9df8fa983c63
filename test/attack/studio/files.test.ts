/** Uploads that stop, drip, lie about their size or never end; and one that is large and honest. */
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { figure } from '../../figures.ts'
import { slowClient } from '../endpoint/slow-clients.ts'
import { measured, runClient, type Served, secret, serveStudio } from './support.ts'

let served: Served
beforeAll(async () => {
  served = await serveStudio({}, { stallMs: 1_000 })
})
afterAll(async () => {
  expect(served.studio.bugs).toEqual([])
  await served.close()
})

const folder = () => join(served.studio.directory, 'exchange')
const names = () => (existsSync(folder()) ? readdirSync(folder()) : [])

function headOf(length: string, bearer = secret, { origin } = served.server): string {
  return [
    'POST /files HTTP/1.1',
    `Host: ${new URL(origin).host}`,
    `Origin: ${origin}`,
    `Authorization: Bearer ${bearer}`,
    'Content-Type: application/octet-stream',
    `${length}\r\n\r\n`,
  ].join('\r\n')
}

it.each([
  ['half of it, then silence', 1_000_000, '.'.repeat(500_000), undefined],
  ['a byte now and then', 1_000_000, '.', 100],
  ['nothing', 10, '', undefined],
])('an upload of %s is given up, and nothing of it is left', async (_name, length, first, everyMs) => {
  const { heldSeconds } = await slowClient(
    served.server.origin,
    headOf(`Content-Length: ${length}`) + first,
    everyMs,
  )
  const held = await heldSeconds
  figure('stalled upload, with a limit of 1 s for its first stall', held, 's')
  expect(held).toBeLessThan(10)
  await expect.poll(names).toEqual([])
})

it('whoever has no secret is not waited for', async () => {
  const other = '0'.repeat(64)
  const { heldSeconds } = await slowClient(served.server.origin, headOf('Content-Length: 99', other), 100)
  expect(await heldSeconds).toBeLessThan(4)
})

it('what is declared or turns out to be larger than there is room for is refused', async () => {
  const small = await serveStudio({}, { mostBytes: 2 ** 24 })
  onTestFinished(() => small.close())
  const post = async (headers: Record<string, string | number>, body: Readable) => {
    const { origin } = small.server
    const common = { origin, authorization: `Bearer ${secret}`, 'content-type': 'application/octet-stream' }
    const sending = request(`${origin}/files`, { method: 'POST', headers: { ...common, ...headers } })
    sending.on('error', () => undefined)
    const answered = once(sending, 'response').then(([response]) => response.statusCode as number)
    void pipeline(body, sending).catch(() => undefined)
    return answered
  }
  const { stillMs, grownMiB } = await measured(async () => {
    expect(await post({ 'content-length': 2 ** 29 + 1 }, endless())).toBe(413)
    expect(await post({}, endless())).toBe(413)
  })
  figure('memory of the studio and its client during an endless upload', grownMiB, 'MiB')
  figure('loop of the studio and its client during an endless upload', stillMs, 'ms')
  const folder = join(small.studio.directory, 'exchange')
  await expect.poll(() => readdirSync(folder)).toEqual([])
})

it('a file of 128 MB streams through without being held in memory, there and back', async () => {
  const size = 128 * 2 ** 20
  const seen = new Set<string>()
  const timer = setInterval(() => {
    for (const name of names()) seen.add((statSync(join(folder(), name)).mode & 0o777).toString(8))
  }, 100)
  const { result, stillMs, grownMiB } = await measured(() => runClient(served, 'file', size))
  clearInterval(timer)
  expect(Number(result)).toBe(size)
  expect([...seen]).toEqual(['600'])
  expect(statSync(folder()).mode & 0o777).toBe(0o700)
  figure('memory of the studio for a file of 128 MB there and back', grownMiB, 'MiB')
  figure('loop of the studio for a file of 128 MB there and back', stillMs, 'ms')
  expect(grownMiB).toBeLessThan(96)
  await expect.poll(names).toEqual([])
})

function endless(): Readable {
  const chunk = Buffer.alloc(64 * 1024, 7)
  return new Readable({
    read() {
      this.push(chunk)
    },
  })
}

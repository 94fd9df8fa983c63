/** What a page that has been let in may do to the host with frames, by size, by number, or by not reading. */
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type WebSocket from 'ws'
import { webSocketPort } from '../../../core/studio/transports/websocket.ts'
import type { Port } from '../../../core/train/port.ts'
import { figure } from '../../figures.ts'
import { openSocket } from '../../studio/browser-client.ts'
import { TestPage } from '../../studio/support.ts'
import { measured, runClient, type Served, secret, serveStudio } from './support.ts'

let served: Served
beforeAll(async () => {
  served = await serveStudio()
})
afterAll(async () => {
  expect(served.studio.bugs).toEqual([])
  await served.close()
})

const open = () => openSocket(served.server.origin, secret)

it('a frame of 33 MB ends its connection, and no other', async () => {
  const [greedy, honest] = [await open(), new TestPage(webSocketPort(await open()))]
  greedy.on('error', () => undefined)
  greedy.send(Buffer.alloc(33 * 2 ** 20))
  expect((await once(greedy, 'close'))[0]).toBe(1009)
  expect(await honest.call('library.info', {})).toMatchObject({ bundled: 21 })
  honest.close()
})

it('a frame of 31 MB is read without the loop standing still for long', async () => {
  const { stillMs, grownMiB } = await measured(() => runClient(served, 'frame', 31 * 2 ** 20))
  figure('loop of the studio under a frame of 31 MB', stillMs, 'ms')
  figure('memory of the studio under a frame of 31 MB', grownMiB, 'MiB')
  expect(grownMiB).toBeLessThan(256)
})

it('a page that does not read is let go before it fills the memory', async () => {
  let sent = 0
  const flood = (port: Port) => {
    const timer = setInterval(() => {
      sent++
      port.post(new Uint8Array(4 * 2 ** 20))
    }, 5)
    port.onClose(() => clearInterval(timer))
  }
  const flooding = await serveStudio({ connect: flood })
  onTestFinished(() => flooding.close())
  const { grownMiB } = await measured(async () => {
    const socket = await openSocket(flooding.server.origin, secret)
    silence(socket)
    await expect.poll(() => sent, { interval: 50 }).toBeGreaterThan(10)
    let before = -1
    await expect.poll(() => before === (before = sent), { interval: 100, timeout: 20_000 }).toBe(true)
    socket.terminate()
  })
  figure('memory of the studio for a page that does not read', grownMiB, 'MiB')
  expect(sent * 4).toBeLessThan(128)
  expect(grownMiB).toBeLessThan(256)
})

it('a page that is gone without a word is noticed', async () => {
  const closed = Promise.withResolvers<void>()
  const watching = await serveStudio({ connect: (port) => port.onClose(closed.resolve), pingMs: 200 })
  onTestFinished(() => watching.close())
  const socket = await openSocket(watching.server.origin, secret)
  silence(socket)
  await closed.promise
  socket.terminate()
})

it('numbers that do not fit what they become are refused', async () => {
  const page = new TestPage(webSocketPort(await open()))
  const game = await page.call('play.start', {
    environment: 'basic',
    seed: 1,
    playerName: 'me',
    record: false,
  })
  const step = (discrete: number[], continuous: number[] = []) =>
    page.refusal('play.step', { session: game.session, action: { continuous, discrete } })
  for (const choice of [3, 2 ** 32, 2 ** 32 + 1, 2 ** 31, -1, 0.5, Number.NaN, 1e300]) {
    expect(['protocol', 'user'], String(choice)).toContain((await step([choice])).kind)
  }
  expect(await step([1], [Number.NaN])).toMatchObject({ kind: 'protocol' })
  for (const seed of [-1, 2 ** 32, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const params = { environment: 'basic', seed, playerName: 'me', record: false }
    expect(await page.refusal('play.start', params)).toMatchObject({ kind: 'protocol' })
  }
  page.close()
})

/** It takes nothing from the network any more, and answers nothing. */
function silence(socket: WebSocket): void {
  socket.on('error', () => undefined)
  socket.pause()
}

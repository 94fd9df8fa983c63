import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startUnderstudy } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { cell, choosing, invoke, type Serving, serve } from '../../serve/support.ts'
import { headOf, slowClient } from './slow-clients.ts'

const body = { observation: cell(4) }
const SLOTS = 32

const attacks: [name: string, first: string, everyMs?: number][] = [
  ['one-byte bodies', `${headOf(1000)}{`, 200],
  ['bodies that never begin', headOf(1000)],
  ['bodies that stop half-way', `${headOf(60_000)}${' '.repeat(30_000)}`],
  ['one-byte headers', 'POST /invocations HTTP/1.1\r\nHost:', 200],
  ['nothing at all', ''],
  ['half a chunk', `${headOf(1).replace(/Content-Length: 1/, 'Transfer-Encoding: chunked')}ffff\r\n{`, 200],
]

describe('slow clients, as many as three times the places there are', () => {
  let endpoint: Serving
  beforeAll(async () => {
    endpoint = await serve(choosing, undefined, { maxConcurrency: SLOTS })
  })
  afterAll(async () => {
    await endpoint.close()
    expect(endpoint.bugs).toEqual([])
  })

  it.concurrent.each(attacks)('%s: others are served, and the connection is given up', async (...attack) => {
    const [, first, everyMs] = attack
    const clients = await Promise.all(
      Array.from({ length: 3 * SLOTS }, () => slowClient(endpoint.address, first, everyMs)),
    )
    let longestMs = 0
    for (let i = 0; i < 20; i++) {
      const sentMs = performance.now()
      const answer = await invoke(endpoint.address, body)
      expect(answer).toMatchObject({ status: 200, body: { action: { discrete: [1] } } })
      longestMs = Math.max(longestMs, performance.now() - sentMs)
    }
    figure('answer to an honest client among slow ones', longestMs, 'ms')
    const held = Math.max(...(await Promise.all(clients.map(({ heldSeconds }) => heldSeconds))))
    figure('longest hold of a connection to serve by a slow client', held, 's')
    // 10 s and half a second for looking; the rest is for a busy machine.
    expect(held).toBeLessThan(20)
  })
})

it('SIGTERM ends it within 2 s, whoever is still sending', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-slow-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const model = join(directory, 'walker.onnx')
  writeFileSync(model, choosing)
  const args = ['serve', '--model', model, '--env', 'basic', '--port', '0', '--json']
  const child = startUnderstudy(directory, ...args)
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { address } = JSON.parse(line)
  for (const [, first, everyMs] of attacks) {
    await Promise.all(Array.from({ length: 50 }, () => slowClient(address, first, everyMs)))
  }
  expect((await invoke(address, body)).status).toBe(200)
  const toldMs = performance.now()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  const seconds = (performance.now() - toldMs) / 1000
  figure('SIGTERM to the end of serve under 300 slow clients', seconds, 's')
  expect(seconds).toBeLessThan(2)
})

/** Who gets in, what stands in argument lists and on the disk, and how the studio ends: the real command. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { UNDERSTUDY, understudy } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { enter, openSocket, showKey } from '../../studio/browser-client.ts'
import { slowClient } from '../endpoint/slow-clients.ts'

let directory: string
let programs: string
const children: ChildProcess[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'understudy-entry-'))
  programs = mkdtempSync(join(tmpdir(), 'understudy-programs-'))
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const folder of [directory, programs]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

interface Started {
  readonly child: ChildProcess
  readonly address: string
  readonly others: readonly string[]
  readonly origin: string
  readonly notes: string[]
}

/** The studio with a screen that is none, and an xdg-open that notes how it was called and stays. */
async function start(...args: string[]): Promise<Started> {
  const note = join(programs, 'arguments')
  writeFileSync(join(programs, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$@" > ${note}\nsleep 5\n`)
  chmodSync(join(programs, 'xdg-open'), 0o700)
  const env = { ...process.env, DISPLAY: ':0', PATH: `${programs}:${process.env.PATH}` }
  const child = spawn(
    process.execPath,
    [UNDERSTUDY, 'studio', '--browser', '--json', ...args, '--data', directory],
    { stdio: ['ignore', 'pipe', 'pipe'], env },
  )
  children.push(child)
  const notes: string[] = []
  child.stderr.on('data', (chunk) => notes.push(String(chunk)))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { address, others } = JSON.parse(line)
  return { child, address, others, origin: new URL(address).origin, notes }
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
const keyOf = (address: string) => address.split('#open=')[1]!

/** How many of these words stand in the argument list of some program of this machine, which everybody may read. */
function seenByEverybody(words: readonly string[]): number {
  const lists = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
  return words.filter((word) => lists.some((list) => list.includes(word))).length
}

it.runIf(process.platform === 'linux')('no argument list of any program holds what lets in', async () => {
  const { address } = await start()
  const note = join(programs, 'arguments')
  await expect.poll(() => existsSync(note) && readFileSync(note, 'utf8') !== '').toBe(true)
  const [path = '', ...more] = readFileSync(note, 'utf8').trimEnd().split('\n')
  expect(more).toEqual([])
  const page = readFileSync(path, 'utf8')
  const secret = await enter(address)
  // The program that was asked to open the page is still there to be seen.
  expect(seenByEverybody([path])).toBe(1)
  const keys = [secret, keyOf(address), keyOf(/"(http:[^"]+)"/.exec(page)![1]!)]
  expect(new Set(keys).size).toBe(3)
  const found = seenByEverybody(keys)
  figure('keys found in the argument lists of all processes', found, 'keys')
  expect(found).toBe(0)

  // What only this person may read, and the rest of the promise of the file.
  expect([mode(path), mode(join(directory, 'studio.secret'))]).toEqual(['600', '600'])
  const { origin } = new URL(address)
  expect((await showKey(origin, keys[2]!)).status).toBe(200)
  expect((await showKey(origin, keys[2]!)).status).toBe(401)
  expect(existsSync(path)).toBe(false)
})

it('a tunnel is let in by the name that a flag gives, and listening for others is warned of', async () => {
  const { child, others, origin, notes } = await start(
    ...['--no-open', '--host', '0.0.0.0', '--allow-host', 'localhost:5000'],
  )
  expect(notes.join('')).toContain('warning: other machines can reach 0.0.0.0')
  expect(others).toEqual([expect.stringMatching(/^http:\/\/localhost:5000\/#open=[0-9a-f]{64}$/)])
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const through = (Host: string) =>
    slowClient(origin, `GET / HTTP/1.1\r\nHost: ${Host}\r\nConnection: close\r\n\r\n`).then(
      async (client) => {
        const [answer] = await once(client.socket, 'data')
        return String(answer).slice(9, 12)
      },
    )
  expect(await through('localhost:5000')).toBe('200')
  expect(await through('localhost:5001')).toBe('403')
  expect(await through('192.0.2.7:5000')).toBe('403')
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect(understudy(directory, 'studio', '--allow-host', 'http://localhost').code).toBe(2)
})

it('SIGTERM ends the studio within 2 s, whoever holds on to it', async () => {
  const { child, address, origin } = await start('--no-open')
  const secret = await enter(address)
  const host = `Host: ${new URL(origin).host}\r\nOrigin: ${origin}`
  const upload = `POST /files HTTP/1.1\r\n${host}\r\nAuthorization: Bearer ${secret}\r\n`
  const upgrade = `GET /port HTTP/1.1\r\n${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
  for (const [first, everyMs] of [
    ['GET / HTTP/1.1\r\nHost:', 100],
    ['', undefined],
    [`${upload}Content-Type: application/octet-stream\r\nContent-Length: 99999\r\n\r\n....`, 100],
    [upgrade, undefined],
  ] as const) {
    await Promise.all(Array.from({ length: 20 }, () => slowClient(origin, first, everyMs)))
  }
  const sockets = await Promise.all(Array.from({ length: 5 }, () => openSocket(origin, secret)))
  for (const socket of sockets) {
    socket.on('error', () => undefined)
    socket.pause()
  }
  const toldMs = performance.now()
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  const seconds = (performance.now() - toldMs) / 1000
  figure('SIGTERM to the end of the studio under 85 clients that hold on', seconds, 's')
  expect(seconds).toBeLessThan(2)
  expect(readdirSync(directory).filter((name) => /^open-|^exchange$/.test(name))).toEqual([])
})

it('headers that come slowly hold a connection for seconds, and keep nobody out', async () => {
  const { address, origin } = await start('--no-open')
  const slow = await Promise.all(
    Array.from({ length: 100 }, () => slowClient(origin, 'GET / HTTP/1.1\r\nHost:', 200)),
  )
  await enter(address)
  const held = Math.max(...(await Promise.all(slow.map(({ heldSeconds }) => heldSeconds))))
  figure('longest hold of a connection to the studio by slow headers', held, 's')
  expect(held).toBeLessThan(15)
})

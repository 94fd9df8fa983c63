import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { encodeFrame } from '../../core/studio/frames.ts'
import { type Listening, listen, webSocketPort } from '../../core/studio/transports/websocket.ts'
import { openStudio, TestPage, type TestStudio } from './support.ts'

let studio: TestStudio
let server: Listening
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-page-'))
  const page = join(folder, 'page')
  mkdirSync(join(page, 'assets'), { recursive: true })
  writeFileSync(join(page, 'index.html'), '<!doctype html>\n<html>\n  <head>\n  </head>\n</html>\n')
  writeFileSync(join(page, 'assets', 'index-1a2b.js'), 'export {}\n')
  writeFileSync(join(folder, 'secret.txt'), 'not for the page\n')
  studio = await openStudio()
  server = await listen({ port: 0, pageDirectory: page, connect: (port) => studio.host.connect(port) })
})

afterAll(async () => {
  await server.close()
  await studio.remove()
  rmSync(folder, { recursive: true, force: true })
})

const origin = () => `http://127.0.0.1:${server.port}`

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Plain HTTP, since `fetch` sets the Host header itself and tidies paths up. */
function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const options = { host: '127.0.0.1', port: server.port, path, headers }
  const request = httpRequest(options, (response) => {
    let body = ''
    response.setEncoding('utf8')
    response.on('data', (chunk) => {
      body += chunk
    })
    response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
  })
  request.on('error', reject)
  request.end()
  return promise
}

/** The status with which a handshake ends: 101 when it succeeds. */
function handshake(query: string, headers: Record<string, string> = {}): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/port${query}`, {
    headers: { Origin: origin(), ...headers },
  })
  socket.on('open', () => {
    resolve(101)
    socket.close()
  })
  socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!))
  socket.on('error', () => undefined)
  return promise
}

function connect(): Promise<WebSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<WebSocket>()
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/port?token=${server.token}`, {
    origin: origin(),
  })
  socket.on('open', () => resolve(socket))
  socket.on('error', reject)
  return promise
}

test('the address carries a token of 32 bytes', () => {
  expect(server.address).toBe(`${origin()}/?token=${server.token}`)
  expect(server.token).toMatch(/^[0-9a-f]{64}$/)
})

test('a page with the token is served', async () => {
  const page = new TestPage(webSocketPort(await connect()))
  expect(await page.call('library.info', {})).toMatchObject({ bundled: 21 })
  page.close()
})

test('a handshake is refused without the token, from another page and under another name', async () => {
  const token = `?token=${server.token}`
  expect(await handshake(token)).toBe(101)
  expect(
    await handshake(token, { Origin: `http://localhost:${server.port}`, Host: `localhost:${server.port}` }),
  ).toBe(101)
  expect(await handshake('')).toBe(401)
  expect(await handshake('?token=')).toBe(401)
  expect(await handshake(`?token=${'0'.repeat(64)}`)).toBe(401)
  expect(await handshake(`?token=${server.token}0`)).toBe(401)
  expect(await handshake(`?token=${'é'.repeat(64)}`)).toBe(401)
  expect(await handshake(token, { Origin: 'http://evil.example' })).toBe(403)
  expect(await handshake(token, { Origin: `http://127.0.0.1:${server.port}.evil.example` })).toBe(403)
  expect(await handshake(token, { Origin: 'null' })).toBe(403)
  expect(await handshake(token, { Origin: '' })).toBe(403)
  expect(await handshake(token, { Host: `evil.example:${server.port}` })).toBe(403)
  expect(await handshake(`/else${token}`)).toBe(404)
})

test('a refused client that hangs up at once does no harm', async () => {
  for (let i = 0; i < 50; i++) {
    const socket = createConnection(server.port, '127.0.0.1')
    await once(socket, 'connect')
    const head = [
      `GET /port HTTP/1.1`,
      `Host: 127.0.0.1:${server.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    socket.resetAndDestroy()
  }
  expect(await handshake(`?token=${server.token}`)).toBe(101)
})

test('the page comes with a strict policy and a fresh nonce each time', async () => {
  const first = await get('/')
  const second = await get('/index.html')
  const nonces = [first, second].map(({ status, headers, body }) => {
    expect(status).toBe(200)
    const nonce = /<meta property="csp-nonce" nonce="([^"]+)">/.exec(body)![1]!
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
    expect(policy).not.toContain('unsafe')
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    return nonce
  })
  expect(nonces[0]).not.toBe(nonces[1])
})

test('files of the page are served, others are not', async () => {
  const asset = await get('/assets/index-1a2b.js')
  expect(asset).toMatchObject({ status: 200, body: 'export {}\n' })
  expect(asset.headers['cache-control']).toContain('immutable')
  expect(asset.headers['content-type']).toContain('javascript')
  for (const path of [
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/none',
  ]) {
    const answer = await get(path)
    expect(answer.status, path).toBeGreaterThanOrEqual(400)
    expect(answer.body).not.toContain('not for the page')
  }
})

test('a request under another name gets nothing', async () => {
  const answer = await get('/', { Host: `evil.example:${server.port}` })
  expect(answer).toMatchObject({ status: 403, body: 'Forbidden' })
})

test('text, noise and a lost connection do no harm', async () => {
  const socket = await connect()
  const answers: unknown[] = []
  const page = new TestPage(webSocketPort(socket))
  socket.on('message', (data) => answers.push(data))
  socket.send('hello')
  socket.send(Buffer.from([0xc1, 0xff]))
  socket.send(encodeFrame({ id: 99, method: 'nope', params: {} }))
  expect(await page.call('library.info', {})).toMatchObject({ bundled: 21 })
  expect(answers).toHaveLength(4)
  socket.terminate()
  const other = new TestPage(webSocketPort(await connect()))
  expect(await other.call('library.info', {})).toMatchObject({ bundled: 21 })
  other.close()
  expect(studio.bugs).toEqual([])
})

test('a port that is taken is refused with what to do', async () => {
  const again = listen({ port: server.port, pageDirectory: folder, connect: () => undefined })
  await expect(again).rejects.toMatchObject({
    name: 'UserError',
    message: `the studio cannot listen on port ${server.port}: something listens there already`,
    remedy: expect.stringContaining('--port'),
  })
})

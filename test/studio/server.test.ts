import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { FileExchange } from '../../core/studio/file-exchange.ts'
import { encodeFrame } from '../../core/studio/frames.ts'
import { type Listening, type ListenOptions, listen } from '../../core/studio/transports/server.ts'
import { webSocketPort } from '../../core/studio/transports/websocket.ts'
import { enter, openSocket, showKey } from './browser-client.ts'
import { openStudio, TestPage, type TestStudio } from './support.ts'

const secret = '5e'.repeat(32)

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
  server = await start()
})

function start(options: Partial<ListenOptions> = {}): Promise<Listening> {
  return listen({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    secret,
    pageDirectory: join(folder, 'page'),
    exchange: new FileExchange(studio.directory),
    connect: (port) => studio.host.connect(port),
    ...options,
  })
}

afterAll(async () => {
  await server.close()
  await studio.remove()
  rmSync(folder, { recursive: true, force: true })
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Plain HTTP, since `fetch` sets the Host header itself and tidies paths up. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const options = { host: '127.0.0.1', port: server.port, path, headers, method }
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
function handshake(
  offered: string[],
  headers: Record<string, string> = {},
  { path = '/port', to = server } = {},
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const socket = new WebSocket(`ws://127.0.0.1:${to.port}${path}`, offered, {
    headers: { Origin: to.origin, ...headers },
  })
  socket.on('open', () => {
    resolve(101)
    expect(socket.protocol).toBe('understudy')
    socket.close()
  })
  socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!))
  socket.on('error', () => undefined)
  return promise
}

const mine = ['understudy', secret]

test('the printed address lets in, as often as it is opened; a one-time address lets in once', async () => {
  const printed = server.access.addressAt(server.origin)
  expect(printed).toMatch(new RegExp(`^${server.origin}/#open=[0-9a-f]{64}$`))
  expect(printed).not.toContain(secret)
  expect([await enter(printed), await enter(printed)]).toEqual([secret, secret])
  let used = 0
  const { address } = server.access.oneTimeAddressAt(server.origin, () => used++)
  expect(await enter(address)).toBe(secret)
  await expect(enter(address)).rejects.toThrow('not let in')
  expect(used).toBe(1)
  const { address: late, revoke } = server.access.oneTimeAddressAt(server.origin, () => used++)
  revoke()
  await expect(enter(late)).rejects.toThrow('not let in')
  expect(used).toBe(1)
})

test('the secret itself is good for the next connection, any other key for nothing', async () => {
  expect(await showKey(server.origin, secret)).toMatchObject({ status: 200, secret })
  for (const key of ['', '0'.repeat(64), `${secret}0`, secret.slice(1), 'constructor']) {
    expect(await showKey(server.origin, key)).toMatchObject({ status: 401 })
  }
  expect(await get('/session', { origin: server.origin }, 'POST')).toMatchObject({ status: 401 })
  const key = { authorization: `Bearer ${secret}` }
  expect(await get('/session', key, 'POST')).toMatchObject({ status: 403 })
  expect(await get('/session', { ...key, origin: 'http://evil.example' }, 'POST')).toMatchObject({
    status: 403,
  })
})

test('a page with the secret is served', async () => {
  const page = new TestPage(webSocketPort(await openSocket(server.origin, secret)))
  expect(await page.call('library.info', {})).toMatchObject({ bundled: 21 })
  page.close()
})

test('a handshake is refused without the secret, from another page and under another name', async () => {
  expect(await handshake(mine)).toBe(101)
  const local = `localhost:${server.port}`
  expect(await handshake(mine, { Origin: `http://${local}`, Host: local })).toBe(101)
  for (const offered of [
    [],
    ['understudy'],
    [secret],
    [secret, 'understudy'],
    ['understudy', '0'.repeat(64)],
    ['understudy', `${secret}0`],
    ['understudy', secret, 'more'],
    ['Understudy', secret],
  ]) {
    expect(await handshake(offered), offered.join()).toBe(401)
  }
  expect(await handshake(['understudy'], {}, { path: `/port?token=${secret}` })).toBe(404)
  for (const Origin of [
    'http://evil.example',
    `http://127.0.0.1:${server.port}.evil.example`,
    `http://127.0.0.1:${server.port + 1}`,
    'http://127.0.0.1',
    `ftp://127.0.0.1:${server.port}`,
    `${server.origin}/`,
    'null',
    '',
  ]) {
    expect(await handshake(mine, { Origin }), Origin).toBe(403)
  }
  expect(await handshake(mine, { Host: `evil.example:${server.port}` })).toBe(403)
  expect(await handshake(mine, {}, { path: '/else' })).toBe(404)
})

test('names that are allowed by flag are let in, with their port and no other', async () => {
  const named = await start({ allowedHosts: ['localhost:5000', 'studio.example', 'far.example:443'] })
  const as = (Host: string, scheme = 'http') =>
    handshake(mine, { Host, Origin: `${scheme}://${Host}` }, { to: named })
  for (const host of ['localhost:5000', `studio.example:${named.port}`, `127.0.0.1:${named.port}`]) {
    expect(await as(host), host).toBe(101)
  }
  expect(await as('far.example', 'https')).toBe(101)
  for (const host of ['localhost:5001', 'studio.example', 'far.example', `far.example:${named.port}`]) {
    expect(await as(host), host).toBe(403)
  }
  await named.close()
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
  expect(await handshake(mine)).toBe(101)
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
    expect(policy).toContain(
      `connect-src 'self' ws://127.0.0.1:${server.port} wss://127.0.0.1:${server.port};`,
    )
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

test('a person under another name is told in words, on a page that runs nothing', async () => {
  const answer = await get('/', { Host: `evil.example:${server.port}`, Accept: 'text/html,*/*' })
  expect(answer.status).toBe(403)
  expect(answer.body).toContain('--allow-host')
  expect(answer.body).not.toContain('evil.example')
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
})

test('the whole address is told to whoever knows the secret, and to nobody else', async () => {
  const told = await get('/address', { authorization: `Bearer ${secret}` })
  expect(told).toMatchObject({ status: 200, body: server.access.addressAt(server.origin) })
  expect(await enter(told.body)).toBe(secret)
  for (const headers of [{}, { authorization: `Bearer ${'0'.repeat(64)}` }] as Record<string, string>[]) {
    expect(await get('/address', headers)).toMatchObject({ status: 401, body: 'unknown secret' })
  }
})

test('text, noise and a lost connection do no harm', async () => {
  const socket = await openSocket(server.origin, secret)
  const answers: unknown[] = []
  const page = new TestPage(webSocketPort(socket))
  socket.on('message', (data) => answers.push(data))
  socket.send('hello')
  socket.send(Buffer.from([0xc1, 0xff]))
  socket.send(encodeFrame({ id: 99, method: 'nope', params: {} }))
  expect(await page.call('library.info', {})).toMatchObject({ bundled: 21 })
  expect(answers).toHaveLength(4)
  socket.terminate()
  const other = new TestPage(webSocketPort(await openSocket(server.origin, secret)))
  expect(await other.call('library.info', {})).toMatchObject({ bundled: 21 })
  other.close()
  expect(studio.bugs).toEqual([])
})

test('a port that is taken is refused with what to do', async () => {
  const again = start({ port: server.port })
  await expect(again).rejects.toMatchObject({
    name: 'UserError',
    message: `port ${server.port} is taken by another program`,
    remedy: expect.stringContaining('--port'),
  })
})

test('an address that is none of this machine is refused with what to do', async () => {
  await expect(start({ host: '192.0.2.1' })).rejects.toMatchObject({
    message: 'this machine has no address 192.0.2.1',
    remedy: expect.stringContaining('--host'),
  })
})

test('files go in and out with the secret, and are gone then', async () => {
  const bearer = { authorization: `Bearer ${secret}`, origin: server.origin }
  const type = 'application/octet-stream'
  const send = (headers: Record<string, string>) =>
    fetch(`${server.origin}/files`, { method: 'POST', headers, body: Buffer.from('a file') })
  const sent = await send({ ...bearer, 'content-type': type })
  expect(sent.status).toBe(200)
  const { id } = (await sent.json()) as { id: string }
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  expect((await send({ origin: server.origin, 'content-type': type })).status).toBe(401)
  expect(
    (await send({ ...bearer, authorization: `Bearer ${'0'.repeat(64)}`, 'content-type': type })).status,
  ).toBe(401)
  expect((await send({ ...bearer, origin: 'http://evil.example', 'content-type': type })).status).toBe(403)
  expect((await send({ ...bearer, 'content-type': 'text/plain' })).status).toBe(415)
  expect(await get(`/files/${id}`)).toMatchObject({ status: 401 })
  expect(await get(`/files/${id}?token=${secret}`)).toMatchObject({ status: 401 })
  expect(await get(`/files/${id}`, { ...bearer, Host: 'evil.example' })).toMatchObject({ status: 403 })
  for (const other of ['0'.repeat(32), '..%2fstudio.secret', 'constructor', `${id}.partial`]) {
    expect(await get(`/files/${other}`, bearer)).toMatchObject({ status: 404 })
  }
  const got = await get(`/files/${id}`, bearer)
  expect(got).toMatchObject({ status: 200, body: 'a file' })
  expect(got.headers).toMatchObject({ 'content-type': type, 'content-disposition': 'attachment' })
  await expect.poll(async () => (await get(`/files/${id}`, bearer)).status).toBe(404)
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FileExchange } from '../../core/studio/file-exchange.ts'
import { fileHandler } from '../../electron/page-files.ts'
import { pageHandler } from '../../electron/page-protocol.ts'

let folder: string
let handle: (request: Request) => Promise<Response>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-app-'))
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'page', 'index.html'), '<html><head></head></html>')
  writeFileSync(join(folder, 'page', 'assets', 'a.js'), 'export {}')
  writeFileSync(join(folder, 'page-secret.txt'), 'secret')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  handle = pageHandler(join(folder, 'page'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ask = (url: string, method = 'GET') => handle({ url, method } as Request)

test('the page comes with its policy and a nonce of its own', async () => {
  const answer = await ask('app://studio/index.html')
  const nonce = /nonce="([^"]+)"/.exec(await answer.text())![1]!
  const policy = answer.headers.get('content-security-policy')!
  expect(policy).toContain(`'nonce-${nonce}'`)
  expect(policy).toContain("connect-src 'self';")
  expect(policy).not.toContain('ws:')
  expect(policy).not.toContain('unsafe')
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  expect(await (await ask('app://studio/')).text()).toContain('csp-nonce')
})

test('other files come as they are, with their type', async () => {
  const answer = await ask('app://studio/assets/a.js?v=1')
  expect(await answer.text()).toBe('export {}')
  expect(answer.headers.get('content-type')).toBe('text/javascript')
})

test.each([
  'app://studio/../secret.txt',
  'app://studio/%2e%2e/secret.txt',
  'app://studio/..%2fsecret.txt',
  'app://studio/..%5csecret.txt',
  'app://studio/../page-secret.txt',
  'app://studio//etc/passwd',
  'app://studio/%00',
  'app://studio/%zz',
  'app://studio/assets',
  'app://studio/none.js',
  'app://other/index.html',
])('%s is not found', async (url) => {
  const answer = await ask(url)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toBe('')
})

test('nothing is posted to a page', async () => {
  expect((await ask('app://studio/index.html', 'POST')).status).toBe(405)
})

test('files go in and out beside the page, and are gone then', async () => {
  const withFiles = pageHandler(join(folder, 'page'), fileHandler(new FileExchange(folder)))
  const send = async (body: Uint8Array<ArrayBuffer> | null, address = 'app://studio/files') =>
    withFiles(new Request(address, { method: 'POST', body, duplex: 'half' }))
  const sent = await send(new Uint8Array([1, 2, 3]))
  expect(sent.status).toBe(200)
  const { id } = (await sent.json()) as { id: string }
  const fetched = () => withFiles(new Request(`app://studio/files/${id}`))
  expect([...new Uint8Array(await (await fetched()).arrayBuffer())]).toEqual([1, 2, 3])
  await expect.poll(async () => (await fetched()).status).toBe(404)
  expect((await send(null)).status).toBe(200)
  expect((await send(null, 'app://other/files')).status).toBe(404)
  expect((await send(null, 'app://studio/index.html')).status).toBe(405)
  const outside = await withFiles(new Request('app://studio/files/..%2fsecret.txt'))
  expect(outside.status).toBe(404)
  expect((await withFiles(new Request('app://studio/assets/a.js'))).status).toBe(200)
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { RayClient } from '../../core/cluster/ray-client.ts'
import { temporaryDirectory } from '../store/support.ts'
import { type Asked, dashboard } from './dashboard.ts'

const submission = {
  submissionId: 'understudy-1',
  entrypoint: 'python -m understudy_ray.driver job.ts',
  cpus: 1,
  runtimeEnv: { working_dir: 'gcs://x.zip' },
  metadata: { understudy_run: 'first' },
}

it('a job is submitted as Ray wants it, and not as a browser would', async () => {
  const { asked, address } = await dashboard(() => [200, '{}'])
  await new RayClient(`${address}/`, 'secret').submit(submission)
  const [{ line, headers, body }] = asked as [Asked]
  // Without the slash it is another route, and what looks like a browser is refused.
  expect(line).toBe('POST /api/jobs/')
  expect(headers.authorization).toBe('Bearer secret')
  const browser = ['origin', 'referer', 'sec-fetch-mode', 'user-agent']
  expect(Object.keys(headers).filter((name) => browser.includes(name))).toEqual([])
  expect(JSON.parse(body)).toEqual({
    submission_id: 'understudy-1',
    entrypoint: 'python -m understudy_ray.driver job.ts',
    entrypoint_num_cpus: 1,
    runtime_env: { working_dir: 'gcs://x.zip' },
    metadata: { understudy_run: 'first' },
  })
})

it('a package that several jobs ask for at a time is sent once', async () => {
  const file = join(temporaryDirectory(), 'a.zip')
  writeFileSync(file, 'bytes of it')
  const { asked, address } = await dashboard(({ line }) => [line.startsWith('PUT') ? 200 : 404, ''])
  const client = new RayClient(address, null)
  await Promise.all([1, 2, 3].map(() => client.sendPackage({ name: 'a.zip', file, size: 11 })))
  expect(asked.map(({ line, body }) => [line, body])).toEqual([
    ['GET /api/packages/gcs/a.zip', ''],
    ['PUT /api/packages/gcs/a.zip', 'bytes of it'],
  ])
})

it('a package is sent as it is, and asked for before', async () => {
  const there = new Set<string>()
  const { asked, address } = await dashboard(({ line }) => {
    const [method, path] = line.split(' ') as [string, string]
    if (method === 'PUT') there.add(path)
    return [there.has(path) ? 200 : 404, '']
  })
  const client = new RayClient(address, null)
  expect(await client.hasPackage('a.zip')).toBe(false)
  await client.putPackage('a.zip', Readable.from(['bytes of it']), 11)
  expect(await client.hasPackage('a.zip')).toBe(true)
  expect(asked[1]).toMatchObject({ line: 'PUT /api/packages/gcs/a.zip', body: 'bytes of it' })
})

it.each([
  [401, null, 'asks for a token'],
  [403, 'wrong', 'does not take the token'],
  [500, null, 'refused: job understudy-1 already exists'],
])('what the cluster says no to is a sentence: %d', async (status, token, sentence) => {
  const { address } = await dashboard(() => [status, 'Traceback\n  ...\njob understudy-1 already exists\n'])
  await expect(new RayClient(address, token).submit(submission)).rejects.toThrow(sentence)
})

it('a server that is no cluster is told from one', async () => {
  const { address } = await dashboard(() => [200, '<html>'])
  const failed = new RayClient(address, null).version()
  await expect(failed).rejects.toThrow("does not answer as Ray's dashboard does")
  await expect(failed).rejects.toMatchObject({ remedy: expect.stringContaining('http://HEAD:8265') })
})

it('nobody there is a sentence, too', async () => {
  await expect(new RayClient('http://127.0.0.1:9', null).version()).rejects.toThrow(
    'the cluster at http://127.0.0.1:9 cannot be reached',
  )
})

it.each(['ray://head:10001', 'head:8265', 'http://me:secret@head:8265', 'file:///x', ''])(
  '%s is not the address of a cluster',
  (address) => {
    expect(() => new RayClient(address, null)).toThrow('is not the address of a cluster')
  },
)

it('a job that the cluster does not know is none', async () => {
  const { address } = await dashboard(({ line }) =>
    line.endsWith('/gone')
      ? [404, 'no']
      : [200, '{"submission_id":"a","status":"RUNNING","metadata":{"x":"y"}}'],
  )
  const client = new RayClient(address, null)
  expect(await client.job('gone')).toBe(undefined)
  expect(await client.job('a')).toMatchObject({ status: 'RUNNING' })
})

/** `understudy studio` as a process of its own, from its address to its end. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { understudy } from '../cli/support.ts'
import { type Started, startStudioProcess } from './browser-client.ts'
import { openStudio, type TestPage, temporaryDirectory } from './support.ts'

let directory: string
const children: ChildProcess[] = []

beforeEach(() => {
  directory = temporaryDirectory()
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
})

async function start(): Promise<Started> {
  const started = await startStudioProcess(directory)
  children.push(started.child)
  return started
}

async function startRun(page: TestPage): Promise<void> {
  const yaml =
    'behaviors: { basic: { trainer_type: ppo, max_steps: 5000000 } }\nenv_settings: { env: basic }\n'
  await page.call('runs.start', { yaml, runId: 'endless', demonstrations: [] })
  await page.event('run.progress', ({ step }) => step > 0)
}

test('it serves the page at the printed address and ends in order on Ctrl-C, with a checkpoint', async () => {
  const { child, address, page, notes } = await start()
  const answer = await fetch(address)
  expect(await answer.text()).toContain('csp-nonce')
  await startRun(page)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(notes.join('')).toContain('stopping endless with a checkpoint')

  const studio = await openStudio(directory)
  const [run] = await studio.page.call('runs.list', {})
  expect(run).toMatchObject({ id: 'endless', state: 'stopped' })
  expect(run!.step).toBeGreaterThan(0)
  await studio.close()
})

test('killed, it loses neither the game nor the run', async () => {
  const { child, page } = await start()
  const game = await page.call('play.start', {
    environment: 'basic',
    seed: 1,
    playerName: 'me',
    record: true,
  })
  const action = { continuous: [], discrete: [2] }
  for (let i = 0; i < 3; i++) await page.call('play.step', { session: game.session, action })
  await startRun(page)
  child.kill('SIGKILL')
  await once(child, 'exit')

  const studio = await openStudio(directory)
  const recovered = await studio.page.call('play.recovered', {})
  expect(recovered).toMatchObject([{ id: game.episodeId, length: 3, state: 'interrupted' }])
  await studio.close()
  // Its trainer notices that nobody listens any more, writes a checkpoint and ends.
  await expect
    .poll(
      async () => {
        const again = await openStudio(directory)
        const [run] = await again.page.call('runs.list', {})
        await again.close()
        return run
      },
      { timeout: 20_000, interval: 300 },
    )
    .toMatchObject({ id: 'endless', state: 'stopped', step: expect.any(Number) })
})

test('a second studio on the same library is refused in one sentence', async () => {
  const studio = await openStudio(directory)
  studio.host.announce('http://127.0.0.1:4711')
  const { code, out, err } = understudy(directory, 'studio', '--browser', '--no-open')
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toContain(`process ${process.pid}`)
  expect(err).toContain('http://127.0.0.1:4711')
  expect(err).not.toContain('    at ')
  await studio.close()
})

test('a second studio tells the address of the first as that did, with the key', async () => {
  const { address } = await start()
  const { code, err } = understudy(directory, 'studio', '--browser', '--no-open')
  expect(code).toBe(1)
  expect(err).toContain(`already has this library open at ${address.href}`)
})

test('what is wrong is said in a sentence, with exit code 2 for usage and 1 for the rest', () => {
  const studio = (dir: string, ...args: string[]) =>
    understudy(dir, 'studio', '--browser', '--no-open', ...args)
  for (const args of [['--port', 'http'], ['--port', '70000'], ['--prot', '1'], ['extra']]) {
    const { code, err } = studio(directory, ...args)
    expect(code, err).toBe(2)
  }
  const file = join(directory, 'file')
  writeFileSync(file, '')
  const damaged = join(directory, 'damaged')
  mkdirSync(damaged)
  writeFileSync(
    join(damaged, 'library.db'),
    'no database at all, but long enough to be read as one'.repeat(20),
  )
  for (const place of [file, damaged]) {
    const { code, err } = studio(place)
    expect(code, err).toBe(1)
    expect(err).toMatch(/^error: /)
    expect(err).toContain(place)
    expect(err).not.toContain('    at ')
  }
})

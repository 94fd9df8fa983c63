import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { python } from '../../core/remote/gym/interpreter.ts'
import { openStudio, type TestStudio, temporaryDirectory } from './support.ts'

let studio: TestStudio
let config: string

beforeEach(async () => {
  config = temporaryDirectory()
  vi.stubEnv('UNDERSTUDY_CONFIG', config)
  vi.stubEnv('UNDERSTUDY_PYTHON', undefined)
  studio = await openStudio()
})

afterEach(async () => {
  expect(studio.bugs).toEqual([])
  await studio.remove()
  vi.unstubAllEnvs()
})

/** Answers as an interpreter would. */
function interpreter(name: string, prints: string): string {
  const folder = join(config, 'bin')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${prints}\nEND\n`)
  chmodSync(path, 0o700)
  return path
}

test.skipIf(process.platform === 'win32')(
  'an interpreter is run once the person agrees, and kept for everything',
  async () => {
    const { page } = studio
    const report = { python: '3.11.7', packages: { gymnasium: '1.2.0', mujoco: null } }
    const command = interpreter('python', JSON.stringify(report))
    expect((await page.refusal('python.choose', { command })).asks).toMatchObject({
      kind: 'interpreter',
      name: command,
      does: `runs ${command} to see which packages it has`,
    })
    expect(python()).toBe('python3')
    expect(await page.consent('python.choose', { command })).toEqual({ path: command, ...report })
    expect(python()).toBe(command)
    expect(readFileSync(join(config, 'python'), 'utf8')).toBe(`${command}\n`)
    expect(await page.call('python.get', {})).toEqual({ chosen: command, startedWith: null })
    vi.stubEnv('UNDERSTUDY_PYTHON', '/elsewhere/python')
    expect(await page.call('python.get', {})).toEqual({ chosen: command, startedWith: '/elsewhere/python' })
    expect(python()).toBe('/elsewhere/python')
    vi.stubEnv('UNDERSTUDY_PYTHON', undefined)
    expect(await page.call('python.forget', {})).toEqual({ chosen: null, startedWith: null })
    expect(python()).toBe('python3')
  },
)

test.skipIf(process.platform === 'win32')(
  'what is no interpreter is refused in a sentence and not kept',
  async () => {
    const other = interpreter('other', 'Usage: other FILE')
    await expect(studio.page.consent('python.choose', { command: other })).rejects.toMatchObject({
      kind: 'user',
      message: `${other} is not a Python 3 that can be used`,
    })
    await expect(studio.page.consent('python.choose', { command: '/no/such/python' })).rejects.toMatchObject({
      kind: 'user',
      message: '/no/such/python was not found',
    })
    expect(await studio.page.call('python.get', {})).toEqual({ chosen: null, startedWith: null })
  },
)

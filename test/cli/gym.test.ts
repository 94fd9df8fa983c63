/** What the commands say of environments of Gymnasium. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { understudy, understudyJson } from './support.ts'

const dir = mkdtempSync(join(tmpdir(), 'understudy-gym-'))
vi.stubEnv('UNDERSTUDY_PYTHON', join(import.meta.dirname, '../remote/fake-python.js'))
vi.stubEnv('UNDERSTUDY_CONFIG', join(dir, 'config'))
afterAll(() => {
  rmSync(dir, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

describe('an id without its scheme', () => {
  it('is tried as one of Gymnasium, which is said', () => {
    const { code, err } = understudy(dir, 'record', '--env', 'Count-v0', '--player', 'random')
    expect(err).toMatch(/^Count-v0 is none of the environments here, so gym:Count-v0 is tried\n/)
    expect(code).toBe(0)
    const [rows] = understudyJson<{ length: number }[]>(dir, 'demos', 'list', '--env', 'gym:Count-v0')
    expect(rows).toMatchObject([{ length: 6 }])
  })

  it('is refused under its full name where there is none', () => {
    const { code, err } = understudy(dir, 'record', '--env', 'Unknown-v0', '--player', 'random')
    expect(err).toContain('error: gym:Unknown-v0 cannot be made')
    expect(code).toBe(1)
  })
})

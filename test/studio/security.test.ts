import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { personalSecret } from '../../core/studio/secret.ts'
import { AllowedHosts, isLoopback, originOf, parseAllowedHost } from '../../core/studio/security.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'understudy-secret-'))
})

afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('the secret lasts, in a file for this person alone', () => {
  const path = join(directory, 'studio.secret')
  const secret = personalSecret(directory)
  expect(secret).toMatch(/^[0-9a-f]{64}$/)
  expect(personalSecret(directory)).toBe(secret)
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual([secret, 0o600])
})

test('a secret that others could have read, that is cut short or elsewhere is replaced', () => {
  const path = join(directory, 'studio.secret')
  const first = personalSecret(directory)
  for (const mode of [0o644, 0o640, 0o602]) {
    chmodSync(path, mode)
    expect(personalSecret(directory)).not.toBe(first)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    rmSync(path)
    writeFileSync(path, first, { mode: 0o600 })
  }
  expect(personalSecret(directory)).toBe(first)
  writeFileSync(path, first.slice(1))
  expect(personalSecret(directory)).not.toBe(first.slice(1))
  const elsewhere = join(directory, 'elsewhere')
  writeFileSync(elsewhere, first, { mode: 0o600 })
  rmSync(path)
  symlinkSync(elsewhere, path)
  expect(personalSecret(directory)).not.toBe(first)
  expect(readFileSync(elsewhere, 'utf8')).toBe(first)
})

test('names are taken as they stand in an address, and nothing else', () => {
  expect(parseAllowedHost('Studio.Example:5000')).toBe('studio.example:5000')
  expect(parseAllowedHost('[::1]:80')).toBe('[::1]:80')
  for (const text of ['', 'http://localhost', 'a b', 'x:99999', 'x:', '::1', '[::1', 'x/y', '*']) {
    expect(() => parseAllowedHost(text), text).toThrow('no name')
  }
})

test('the address of a name has its port, or that of the studio, and none that the scheme implies', () => {
  const addresses = ['localhost:5000', 'studio.example', 'a.example:80', 'b.example:443', '[::1]']
  expect(addresses.map((name) => originOf(name, 4400))).toEqual([
    'http://localhost:5000',
    'http://studio.example:4400',
    'http://a.example',
    'https://b.example',
    'http://[::1]:4400',
  ])
  const hosts = new AllowedHosts('::1', 4400, ['constructor', 'a.example:80'])
  expect(hosts.allowsHost('[::1]:4400')).toBe(true)
  expect(hosts.allowsHost('A.EXAMPLE')).toBe(true)
  expect(hosts.allowsOrigin('http://a.example')).toBe(true)
  expect(hosts.allowsOrigin('https://a.example')).toBe(false)
  expect(hosts.allowsHost('toString')).toBe(false)
  expect(hosts.allowsOrigin('http://user@[::1]:4400')).toBe(false)
})

test('what only this machine reaches is known', () => {
  expect(['127.0.0.1', '127.8.9.10', '::1', 'localhost'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '::', '192.0.2.1', '127.0.0.1.example', 'localhost.example'].some(isLoopback)).toBe(
    false,
  )
})

/** With an npm that only does as if; the real one, a tarball and the registry are in test/package. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fetchEngine, fetchInto } from '../../core/cli/fetch-engine.ts'
import { temporaryDirectory } from '../store/support.ts'

let folder: string

beforeEach(() => {
  folder = temporaryDirectory()
  for (const name of ['package.json', 'package-lock.json'])
    writeFileSync(join(folder, name), JSON.stringify({ name }))
})
afterEach(() => vi.unstubAllEnvs())

/** @param script  what npm does, in its working directory */
function fakeNpm(script: string): void {
  const file = join(folder, 'npm-cli.js')
  writeFileSync(file, `const fs = require('node:fs')\n${script}`)
  vi.stubEnv('npm_execpath', file)
}

it('puts what npm has fetched in its place, and lets it run no script', async () => {
  fakeNpm(`
    fs.mkdirSync('node_modules')
    fs.writeFileSync('node_modules/seen', [...process.argv.slice(2), fs.readFileSync('package-lock.json')].join(' '))`)
  await fetchInto(folder, new AbortController().signal)
  const seen = readFileSync(join(folder, 'node_modules/seen'), 'utf8')
  expect(seen).toMatch(/^ci --ignore-scripts .*\{"name":"package-lock.json"\}$/)
  expect(readdirSync(folder).sort()).toEqual([
    'node_modules',
    'npm-cli.js',
    'package-lock.json',
    'package.json',
  ])
  // Another command may have been quicker: what is in use is left alone.
  fakeNpm(`fs.mkdirSync('node_modules')`)
  await fetchInto(folder, new AbortController().signal)
  expect(existsSync(join(folder, 'node_modules/seen'))).toBe(true)
})

it('leaves nothing behind when npm fails or is interrupted', async () => {
  fakeNpm(`fs.mkdirSync('node_modules'); console.error('no network\\nmore'); process.exit(1)`)
  await expect(fetchInto(folder, new AbortController().signal)).rejects.toThrow(/^no network$/)
  fakeNpm(`fs.mkdirSync('node_modules'); setInterval(() => {}, 1000)`)
  const interruption = new AbortController()
  const fetching = fetchInto(folder, interruption.signal)
  setTimeout(() => interruption.abort(), 300)
  await expect(fetching).rejects.toThrow(/abort/)
  expect(readdirSync(folder).sort()).toEqual(['npm-cli.js', 'package-lock.json', 'package.json'])
})

it('fetches nothing where ONNX Runtime is installed', async () => {
  fakeNpm('process.exit(1)')
  const said: string[] = []
  await fetchEngine(new AbortController().signal, (line) => said.push(line))
  expect(said).toEqual([])
})

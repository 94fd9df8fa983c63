import { chmodSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { expect, it } from 'vitest'
import { packFiles } from '../../core/cluster/package-file.ts'
import { moduleInProgram, programFiles } from '../../core/cluster/program-files.ts'
import { rayToken } from '../../core/cluster/ray-token.ts'
import { temporaryDirectory } from '../store/support.ts'

it('an archive is named by what is in it, whatever the times of its files', async () => {
  const folder = temporaryDirectory()
  const [plain, program] = [join(folder, 'plain'), join(folder, 'program')]
  writeFileSync(plain, 'text')
  writeFileSync(program, '#!/bin/sh')
  chmodSync(program, 0o755)
  const files = new Map([
    ['b/program', program],
    ['a.txt', plain],
  ])
  const first = await packFiles(folder, files)
  expect(first.name).toMatch(/^_ray_pkg_[0-9a-f]{40}\.zip$/)
  utimesSync(plain, 1, 1)
  expect((await packFiles(folder, files)).name).toBe(first.name)
  const bytes = readFileSync(first.file)
  const unpacked = unzipSync(bytes)
  expect(Object.entries(unpacked).map(([name, data]) => [name, Buffer.from(data).toString()])).toEqual([
    ['a.txt', 'text'],
    ['b/program', '#!/bin/sh'],
  ])
  // The Unix mode is in the upper half of the attributes of the directory's entries.
  const mark = Buffer.from([0x50, 0x4b, 1, 2])
  const one = bytes.indexOf(mark)
  const entries = [one, bytes.indexOf(mark, one + 1)]
  expect(entries.map((at) => bytes.readUInt16LE(at + 40) & 0o777)).toEqual([0o644, 0o755])
  writeFileSync(plain, 'other')
  expect((await packFiles(folder, files)).name).not.toBe(first.name)
})

it('what is sent has the program, Node and the shim, and nothing of tests, pages or the other engine', () => {
  const names = [...programFiles('onnxruntime').keys()]
  for (const name of ['job', 'env-worker'].map((module) => `program/${moduleInProgram(module)}`)) {
    expect(names).toContain(name)
  }
  expect(names).toContain('understudy_ray/driver.py')
  if (process.platform === 'linux') expect(names).toContain('program/node')
  expect(names).toContain(`program/node_modules/better-sqlite3/prebuilds/linux-x64.node`)
  expect(names.some((name) => /onnxruntime_binding\.node$/.test(name))).toBe(true)
  const idle =
    /@tensorflow|^program\/(test|renderer|electron)\/|\/(darwin|win32)[^/]*(\/|\.node$)|node_modules.*\.d\.ts$/
  expect(names.filter((name) => idle.test(name))).toEqual([])
  expect([...programFiles('tensorflow').keys()].some((name) => name.includes('@tensorflow/tfjs/'))).toBe(true)
})

it('a token is looked for where Ray looks, and never one that is none', () => {
  const folder = temporaryDirectory()
  const file = join(folder, 'token')
  writeFileSync(file, 'abc123\n')
  expect(rayToken(file, {})).toBe('abc123')
  expect(rayToken(undefined, { RAY_AUTH_TOKEN: ' xyz ', RAY_AUTH_TOKEN_PATH: file })).toBe('xyz')
  expect(rayToken(undefined, { RAY_AUTH_TOKEN_PATH: file })).toBe('abc123')
  expect(() => rayToken(join(folder, 'none'), {})).toThrow('cannot be read')
  writeFileSync(file, 'two words')
  expect(() => rayToken(file, {})).toThrow('does not hold a token')
})

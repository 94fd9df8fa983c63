/** Paths that data name lead to no other machine, no device, and out of no folder. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatByName, recordedSpec } from '../../../core/demos/index.ts'
import { readPolicyFile } from '../../../core/evaluate/policy/policy-file.ts'
import { isForeignPath } from '../../../core/paths.ts'
import { findExecutable } from '../../../core/remote/unity/executable.ts'
import { resolveConfig } from '../../../core/train/config.ts'
import { readDemonstrationFiles } from '../../../core/train/demonstration-files.ts'
import { figure } from '../../figures.ts'
import { randomEpisode, stamp, temporaryDirectory } from '../../store/support.ts'
import { configOf } from './poison.ts'
import { outsideWeights } from './weights.ts'

const spec = recordedSpec(stamp)

const FOREIGN = [
  '\\\\host\\share\\game.exe',
  '//host/share/game',
  '\\\\.\\PhysicalDrive0',
  '\\\\?\\C:\\game.exe',
  '/dev/zero',
  '/dev/fd/0',
  '/tmp/../dev/stdin',
  '/proc/self/mem',
  'C:\\games\\NUL',
  'con',
  'aux.txt',
  'a\0b',
]

describe('a path of another machine or of a device', () => {
  it.each(FOREIGN)('is told: %s', (path) => {
    expect(isForeignPath(path)).toBe(true)
    const attempts = [() => findExecutable(path), () => resolveConfig(configOf('basic', [path]))]
    for (const attempt of attempts) expect(attempt).toThrow('is on another machine or a device')
  })

  it.each(FOREIGN)('is not read as demonstrations: %s', async (path) => {
    await expect(readDemonstrationFiles(path, spec, () => {})).rejects.toThrow(
      'is on another machine or a device',
    )
  })

  it.each([
    'game',
    './nullable',
    '../builds/console',
    '/tmp/console.txt',
    'C:\\games\\game',
    '/dev/shm/game',
  ])('is not taken for one: %s', (path) => expect(isForeignPath(path)).toBe(false))
})

afterAll(() => figure('paths to other machines and devices, refused each way', FOREIGN.length, 'paths'))

describe('what leads out of a folder', () => {
  it('is not taken for weights beside a policy', () => {
    const [folder, secrets] = [temporaryDirectory(), temporaryDirectory()]
    writeFileSync(join(secrets, 'secret.bin'), Buffer.alloc(64, 7))
    const file = join(folder, 'policy.onnx')
    const refused = (location: string) => {
      writeFileSync(file, outsideWeights(location))
      expect(() => readPolicyFile({ name: file, path: file })).toThrow(/weights: expected/)
    }
    for (const location of [
      '../secret.bin',
      join(secrets, 'secret.bin'),
      '..\\secret.bin',
      '//host/x',
      'NUL',
    ]) {
      refused(location)
    }
    symlinkSync(join(secrets, 'secret.bin'), join(folder, 'linked.bin'))
    refused('linked.bin')
    symlinkSync('/dev/zero', join(folder, 'endless.bin'))
    refused('endless.bin')
    execFileSync('mkfifo', [join(folder, 'pipe.bin')])
    refused('pipe.bin')
    mkdirSync(join(folder, 'inner'))
    writeFileSync(join(folder, 'inner', 'own.bin'), Buffer.alloc(64, 7))
    symlinkSync('inner/own.bin', join(folder, 'below.bin'))
    refused('below.bin')
    // The same file itself is taken, so that the refusals above say something.
    writeFileSync(join(folder, 'own.bin'), Buffer.alloc(64, 7))
    symlinkSync('own.bin', join(folder, 'beside.bin'))
    for (const location of ['own.bin', 'beside.bin']) {
      writeFileSync(file, outsideWeights(location))
      expect(Buffer.from(readPolicyFile({ name: file, path: file })).includes(Buffer.alloc(16, 7))).toBe(true)
    }
  })

  it('is not read as demonstrations of a folder', async () => {
    const [folder, elsewhere] = [temporaryDirectory(), temporaryDirectory()]
    const bytes = formatByName('jsonl').write([randomEpisode(1)]) as Uint8Array
    writeFileSync(join(elsewhere, 'theirs.jsonl'), bytes)
    writeFileSync(join(folder, 'mine.jsonl'), bytes)
    expect(await readDemonstrationFiles(folder, spec, () => {})).toHaveLength(1)
    symlinkSync(join(elsewhere, 'theirs.jsonl'), join(folder, 'linked.jsonl'))
    await expect(readDemonstrationFiles(folder, spec, () => {})).rejects.toThrow('leads to another folder')
  })
})

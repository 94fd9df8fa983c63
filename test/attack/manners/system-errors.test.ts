/** What the system refuses is told in a sentence and never as a bug, whichever file or folder it is about. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { UNDERSTUDY } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { command } from './in-process.ts'

const onPosix = process.platform !== 'win32'
const LONG = 'x'.repeat(300)

/** PLACE stands for the file or folder that the system has something against. */
const COMMANDS: readonly (readonly string[])[] = [
  ['demos', 'import', 'PLACE'],
  ['demos', 'export', '--out', 'PLACE', '--format', 'npz'],
  ['agents', 'import', 'PLACE', '--env', 'basic'],
  ['evaluate', 'PLACE', '--env', 'basic'],
  ['serve', '--model', 'PLACE', '--env', 'basic'],
  ['train', 'PLACE'],
  ['experiment', 'PLACE'],
  ['tune', 'PLACE'],
  ['envs', '--plugin', 'PLACE'],
  ['demos', 'list', '--data', 'PLACE'],
]

interface Case {
  readonly what: string
  /** @returns PLACE */
  readonly make: (dir: string) => string
}

const CASES: readonly Case[] = [
  { what: 'a name that is too long', make: (dir) => join(dir, `${LONG}.onnx`) },
  {
    what: 'links in a circle',
    make: (dir) => {
      symlinkSync(join(dir, 'a.onnx'), join(dir, 'b.onnx'))
      symlinkSync(join(dir, 'b.onnx'), join(dir, 'a.onnx'))
      return join(dir, 'a.onnx')
    },
  },
  {
    what: 'a file where a folder must be',
    make: (dir) => {
      writeFileSync(join(dir, 'file'), '')
      return join(dir, 'file', 'below.onnx')
    },
  },
  {
    what: 'a folder where a file must be',
    make: (dir) => {
      mkdirSync(join(dir, 'folder.onnx', 'within'), { recursive: true })
      return join(dir, 'folder.onnx')
    },
  },
  { what: 'a name with a zero in it', make: (dir) => join(dir, 'a\0b.onnx') },
]

describe.runIf(onPosix)('in one sentence', () => {
  it.each(CASES)('$what', async ({ make }) => {
    const dir = temporaryDirectory()
    const place = make(dir)
    for (const words of COMMANDS) {
      const args = words.map((word) => word.replace('PLACE', place))
      if (!args.includes('--data')) args.push('--data', join(dir, 'data'))
      const { code, out, err } = await command(args)
      const told = [words.join(' '), code, out + err] as const
      expect(told[2], told[0]).not.toContain('bug in Understudy')
      // A folder is a fine place for a library.
      if (!(words[1] === 'list' && place.endsWith('folder.onnx'))) {
        expect(told).toEqual([told[0], expect.toBeOneOf([1, 2]), expect.stringMatching(/^error: [^\n]+\n/)])
      }
      figure('refusals of the system told in a sentence', 1, 'each')
    }
  })

  it('too many open files', () => {
    const dir = temporaryDirectory()
    // The most that a process may have open, just above what it needs to come as far as the library.
    const told = [22, 30].map((most) => {
      const script = `ulimit -n ${most}; exec "$@"`
      const words = [process.execPath, UNDERSTUDY, 'demos', 'list', '--data', join(dir, String(most))]
      return spawnSync('sh', ['-c', script, 'sh', ...words], { encoding: 'utf8' }).stderr
    })
    for (const err of told) expect(err).not.toContain('bug in Understudy')
  })
})

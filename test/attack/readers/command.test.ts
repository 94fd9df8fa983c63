/** The same on the command line, and what is no file at all. */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { startUnderstudy, understudy } from '../../cli/support.ts'
import { figure } from '../../figures.ts'
import { BOMBS, yamls } from './bombs/index.ts'
import { temporaryFolder } from './folder.ts'

const dir = temporaryFolder()
const CHOSEN = [
  'an array of zeros.npz',
  'pointers.understudy',
  'a format of brackets.jsonl',
  'a group that holds itself.zip',
]

async function lay(name: string): Promise<string> {
  const path = join(dir, name)
  writeFileSync(path, await BOMBS.find((bomb) => bomb.name === name)!.make())
  return path
}

beforeAll(() => {
  understudy(dir, 'demos', 'list')
})

it.each(CHOSEN)('demos import refuses %s', async (name) => {
  const { code, out, err } = understudy(dir, 'demos', 'import', await lay(name))
  expect(err).toMatch(BOMBS.find((bomb) => bomb.name === name)!.says)
  expect(err).not.toContain('bug')
  expect({ code, out }).toEqual({ code: 1, out: '' })
})

it.each(['four hundred curly brackets', 'twenty thousand keys'])('train refuses %s', (name) => {
  const { text, says } = yamls.find((yaml) => yaml.name === name)!
  const path = join(dir, 'bomb.yaml')
  writeFileSync(path, text)
  const { code, err } = understudy(dir, 'train', path)
  expect(err).toMatch(says)
  expect(code).toBe(2)
})

it.runIf(process.platform !== 'win32')('what never ends, or never begins, is no file', () => {
  const fifo = join(dir, 'fifo.npz')
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0)
  for (const path of [fifo, '/dev/zero']) {
    const { code, err } = understudy(dir, 'demos', 'import', path)
    expect(err).toMatch(/cannot be read: it is a (pipe|device)/)
    expect(code).toBe(1)
  }
})

it('folders are walked with limits, and links in them are not followed', () => {
  const deep = join(dir, 'deep', ...Array<string>(30).fill('d'))
  mkdirSync(deep, { recursive: true })
  expect(understudy(dir, 'demos', 'import', join(dir, 'deep')).err).toContain(
    'folders: expected folders nested at most 16',
  )
  const many = join(dir, 'many')
  mkdirSync(many)
  for (let i = 0; i <= 10_000; i++) writeFileSync(join(many, `${i}`), '')
  expect(understudy(dir, 'demos', 'import', many).err).toContain('files: expected at most 10000')
  const linked = join(dir, 'linked')
  mkdirSync(linked)
  symlinkSync('/', join(linked, 'root'))
  expect(understudy(dir, 'demos', 'import', linked).err).toContain('the formats are')
})

it('Ctrl-C ends the reading at once', async () => {
  const path = join(dir, 'slow.jsonl')
  writeFileSync(path, Buffer.alloc(80_000_000, '\n'))
  const child = startUnderstudy(dir, 'demos', 'import', path)
  const exit = once(child, 'exit')
  await setTimeout(4_000)
  const began = performance.now()
  child.kill('SIGINT')
  const [code] = await exit
  figure('end of an import after Ctrl-C', performance.now() - began, 'ms')
  expect(code).toBe(130)
})

import { appendFileSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  type Code,
  configDirectory,
  contentOf,
  PersonMemory,
  type Subject,
} from '../../core/admission/index.ts'
import { temporaryDirectory } from '../store/support.ts'

let folder: string
let memory: PersonMemory
let program: string

beforeEach(() => {
  folder = temporaryDirectory()
  memory = new PersonMemory(join(folder, 'admitted'))
  mkdirSync(join(folder, 'game'))
  program = write('game/game', 'one')
})

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const game: Subject = { kind: 'environment', name: 'unity:game' }
const code = (...more: string[]): Code => ({ does: 'starts it', path: program, files: [program, ...more] })
const never = (): never => {
  throw new Error('it was looked for')
}

describe('what a person has admitted', () => {
  it('is recalled while it is the same, in another process too', () => {
    expect(memory.recall(game, never)).toBe('unknown')
    memory.remember(game, code())
    const again = new PersonMemory(join(folder, 'admitted'))
    expect(again.recall(game, () => code())).toBeNull()
    expect(again.recall({ ...game, kind: 'plugin' }, never)).toBe('unknown')
    expect(again.recall({ ...game, name: 'unity:game2' }, never)).toBe('unknown')
  })

  it.each([
    ['the program', () => appendFileSync(program, 'x')],
    ['a library', () => write('game/lib.so', 'evil')],
  ])('is refused when %s changes', (_what, change) => {
    const files = write('game/lib.so', 'good')
    memory.remember(game, code(files))
    expect(memory.recall(game, () => code(files))).toBeNull()
    change()
    expect(memory.recall(game, () => code(files))).toBe('changed')
    memory.remember(game, code(files))
    expect(memory.recall(game, () => code(files))).toBeNull()
  })

  it('is refused when a file is added, or the same lies elsewhere', () => {
    memory.remember(game, code())
    const added = write('game/more.so', '')
    expect(memory.recall(game, () => code(added))).toBe('changed')
    mkdirSync(join(folder, 'other'))
    renameSync(program, join(folder, 'other/game'))
    const path = join(folder, 'other/game')
    expect(memory.recall(game, () => ({ does: '', path, files: [path] }))).toBe('changed')
  })

  it('is forgotten, with all that it was given as texts', () => {
    const given = { ...game, name: 'unity:game with behavior="a"' }
    for (const subject of [game, given, { ...game, name: 'unity:game2' }]) memory.remember(subject, code())
    expect(memory.forget('unity:game').map(({ name }) => name)).toEqual(['unity:game', given.name])
    expect(memory.list().map(({ name }) => name)).toEqual(['unity:game2'])
    expect(memory.forget('unity:game')).toEqual([])
  })

  it('may be a folder, in which everything is admitted by where it really lies', () => {
    memory.trust(join(folder, 'game'))
    expect(memory.recall(game, () => code())).toBeNull()
    appendFileSync(program, 'changed')
    expect(memory.recall(game, () => code())).toBeNull()
    const outside = write('outside', '')
    symlinkSync(outside, join(folder, 'game/link'))
    const path = join(folder, 'game/link')
    expect(memory.recall(game, () => ({ does: '', path, files: [path] }))).toBe('unknown')
    expect(() => memory.trust(outside)).toThrow('there is no folder')
    expect(memory.forget(join(folder, 'game'))).toHaveLength(1)
    expect(memory.recall(game, never)).toBe('unknown')
  })

  it('is nothing where its file is damaged or is another one’s', () => {
    memory.remember(game, code())
    const [file] = readdirSync(join(folder, 'admitted'))
    write(`admitted/${file}`, '{"kind":')
    expect(memory.recall(game, never)).toBe('unknown')
    write(`admitted/${file}`, JSON.stringify({ kind: 'environment', name: 'unity:other', path: program }))
    expect(memory.recall(game, never)).toBe('unknown')
    expect(memory.list()).toEqual([])
  })
})

it('a hash says which files there are, whatever their order', () => {
  const [a, b] = [write('a', '1'), write('b', '2')]
  const hash = (...files: string[]) => contentOf({ path: a, files }).sha256
  expect(hash(a, b)).toBe(hash(b, a, a))
  expect(hash(a)).not.toBe(hash(a, b))
  expect(hash(a, join(folder, 'absent'))).not.toBe(hash(a))
  expect(contentOf({ path: a, files: [a, b] }).bounded).toBe(false)
})

it('tests remember nothing as the person who runs them', () => {
  expect(configDirectory()).toContain('understudy-config-')
})

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesWithin, readSource, writeExport } from '../../core/demos/source.ts'
import { temporaryDirectory } from '../store/support.ts'

const FILES = new Map([
  ['meta.json', Buffer.from('{}')],
  ['data/deep/part.bin', Buffer.from([1, 2, 3])],
])

describe('writeExport and readSource', () => {
  it('carry a folder there and back', () => {
    const path = join(temporaryDirectory(), 'dataset')
    writeExport(path, FILES)
    const source = readSource(`${path}/`)
    expect(source.name).toBe('dataset')
    expect('files' in source && new Map(source.files)).toEqual(
      new Map([...FILES].sort(([a], [b]) => (a < b ? -1 : 1))),
    )
  })

  it('carry a file there and back, over an old one', () => {
    const folder = temporaryDirectory()
    const path = join(folder, 'a.npz')
    writeFileSync(path, 'old')
    writeExport(path, Buffer.from('new'))
    expect(readSource(path)).toEqual({ name: 'a.npz', bytes: Buffer.from('new') })
    expect(readdirSync(folder)).toEqual(['a.npz'])
  })

  it('do not write into a folder that holds something', () => {
    const path = temporaryDirectory()
    writeFileSync(join(path, 'mine.txt'), 'precious')
    expect(() => writeExport(path, FILES)).toThrow('is there already')
    expect(filesWithin(path)).toEqual(['mine.txt'])
    expect(readFileSync(join(path, 'mine.txt'), 'utf8')).toBe('precious')
  })

  it('take an empty folder, and leave nothing when writing fails', () => {
    const parent = temporaryDirectory()
    const path = join(parent, 'empty')
    mkdirSync(path)
    const impossible = new Map([...FILES, ['meta.json/below-a-file', Buffer.from('x')]])
    expect(() => writeExport(path, impossible)).toThrow('cannot be written')
    expect(readdirSync(parent)).toEqual(['empty'])
    writeExport(path, FILES)
    expect(filesWithin(path)).toEqual(['data/deep/part.bin', 'meta.json'])
  })

  it('follow no link out of the folder, and say what is missing', () => {
    const path = temporaryDirectory()
    const elsewhere = temporaryDirectory()
    writeFileSync(join(elsewhere, 'secret.txt'), 'x')
    symlinkSync(elsewhere, join(path, 'folder'))
    symlinkSync(join(elsewhere, 'secret.txt'), join(path, 'file'))
    expect(filesWithin(path)).toEqual([])
    expect(() => readSource(join(path, 'none'))).toThrow('cannot be read: there is no such file')
    expect(() => writeExport(join(path, 'no', 'folder'), FILES)).toThrow('its folder is not there')
    expect(existsSync(join(path, 'no'))).toBe(false)
  })
})

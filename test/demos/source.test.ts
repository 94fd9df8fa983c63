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
  it('carry a folder there and back', async () => {
    const path = join(temporaryDirectory(), 'dataset')
    await writeExport(path, FILES)
    const source = readSource(`${path}/`)
    expect(source.name).toBe('dataset')
    expect('files' in source && new Map(source.files)).toEqual(
      new Map([...FILES].sort(([a], [b]) => (a < b ? -1 : 1))),
    )
  })

  it('carry a file there and back, over an old one', async () => {
    const folder = temporaryDirectory()
    const path = join(folder, 'a.npz')
    writeFileSync(path, 'old')
    await writeExport(path, Buffer.from('new'))
    expect(readSource(path)).toEqual({ name: 'a.npz', bytes: Buffer.from('new') })
    expect(readdirSync(folder)).toEqual(['a.npz'])
  })

  it('do not write into a folder that holds something', async () => {
    const path = temporaryDirectory()
    writeFileSync(join(path, 'mine.txt'), 'precious')
    await expect(writeExport(path, FILES)).rejects.toThrow('already exists')
    expect(filesWithin(path)).toEqual(['mine.txt'])
    expect(readFileSync(join(path, 'mine.txt'), 'utf8')).toBe('precious')
  })

  it('take an empty folder, and leave nothing when writing fails', async () => {
    const parent = temporaryDirectory()
    const path = join(parent, 'empty')
    mkdirSync(path)
    const impossible = new Map([...FILES, ['meta.json/below-a-file', Buffer.from('x')]])
    await expect(writeExport(path, impossible)).rejects.toThrow('cannot be written')
    expect(readdirSync(parent)).toEqual(['empty'])
    await writeExport(path, FILES)
    expect(filesWithin(path)).toEqual(['data/deep/part.bin', 'meta.json'])
  })

  it('follow no link out of the folder, and say what is missing', async () => {
    const path = temporaryDirectory()
    const elsewhere = temporaryDirectory()
    writeFileSync(join(elsewhere, 'secret.txt'), 'x')
    symlinkSync(elsewhere, join(path, 'folder'))
    symlinkSync(join(elsewhere, 'secret.txt'), join(path, 'file'))
    expect(filesWithin(path)).toEqual([])
    expect(() => readSource(join(path, 'none'))).toThrow('cannot be read: there is no such file')
    await expect(writeExport(join(path, 'no', 'folder'), FILES)).rejects.toThrow('its folder is not there')
    expect(existsSync(join(path, 'no'))).toBe(false)
  })
})

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { MOST_TEXT_BYTES, readRegularFile, readRegularText } from '../core/read-file.ts'
import { temporaryDirectory } from './store/support.ts'

describe('a file that somebody names', () => {
  it('is read as a whole, through a link too, and when it is empty', () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'file')
    writeFileSync(file, 'hällo')
    symlinkSync(file, join(dir, 'link'))
    expect(readRegularText(file)).toBe('hällo')
    expect(readRegularFile(join(dir, 'link'), 6).toString()).toBe('hällo')
    writeFileSync(file, '')
    expect(readRegularFile(file, 0)).toHaveLength(0)
  })

  it('is text in UTF-8, or in UTF-16 with its mark, as PowerShell writes it', () => {
    const file = join(temporaryDirectory(), 'text')
    const utf16 = Buffer.from('\uFEFFhällo', 'utf16le')
    const read = (bytes: Uint8Array) => {
      writeFileSync(file, bytes)
      return readRegularText(file)
    }
    expect(read(Buffer.from('\uFEFFhällo'))).toBe('hällo')
    expect(read(utf16)).toBe('hällo')
    expect(read(Buffer.from(utf16).swap16())).toBe('hällo')
    for (const other of [utf16.subarray(2), Buffer.from('hällo', 'latin1'), utf16.subarray(0, 5)]) {
      expect(() => read(other)).toThrow('is not text in UTF-8')
    }
  })

  it('is refused before it is read when it is larger than it may be', () => {
    const file = join(temporaryDirectory(), 'large')
    writeFileSync(file, '')
    truncateSync(file, MOST_TEXT_BYTES + 1)
    expect(() => readRegularText(file)).toThrow('size: expected at most 4 MB, found 4 MB')
    expect(() => readRegularFile(file, 3)).toThrow(/size: expected at most .*, found 4 MB/)
  })

  it.runIf(process.platform !== 'win32')(
    'is refused when it is something else, without waiting',
    async () => {
      const dir = temporaryDirectory()
      const path = (name: string) => join(dir, name)
      execFileSync('mkfifo', [path('pipe')])
      mkdirSync(path('folder'))
      const server = createServer().listen(path('socket'))
      await once(server, 'listening')
      onTestFinished(() => void server.close())
      symlinkSync('/dev/zero', path('link'))
      for (const [name, kind] of [
        ['pipe', 'a pipe'],
        ['folder', 'a folder'],
        ['socket', 'a socket'],
        ['link', 'a device'],
      ] as const) {
        expect(() => readRegularFile(path(name), 10)).toThrow(`${path(name)} cannot be read: it is ${kind}`)
      }
    },
  )
})

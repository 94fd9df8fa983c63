import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileDialogs } from '../../electron/files.ts'

let folder: string
let proposed: (string | undefined)[]
let chosen: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-files-'))
  proposed = []
  chosen = []
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function dialogs(): FileDialogs {
  const note = (options: { defaultPath?: string }) => proposed.push(options.defaultPath)
  const dialog = {
    showSaveDialog: async (_window: unknown, options: { defaultPath?: string }) => {
      note(options)
      return { canceled: chosen.length === 0, filePath: chosen[0] ?? '' }
    },
    showOpenDialog: async (_window: unknown, options: { defaultPath?: string }) => {
      note(options)
      return { canceled: chosen.length === 0, filePaths: chosen }
    },
  }
  return new FileDialogs(dialog as never, '/documents')
}

const window = {} as never
const bytes = new Uint8Array([1, 2, 3])

test('a file goes where the person says, and the next dialog starts there', async () => {
  const files = dialogs()
  chosen = [join(folder, 'mine.npz')]
  expect(await files.save(window, { fileName: 'plays.npz', bytes })).toBe(true)
  expect([...readFileSync(chosen[0]!)]).toEqual([1, 2, 3])
  await files.open(window)
  expect(proposed).toEqual([join('/documents', 'plays.npz'), folder])
})

test('the page proposes a name and no place', async () => {
  const files = dialogs()
  for (const fileName of ['../../etc/cron.d/x', 'C:\\Windows\\x', '/etc/x']) {
    expect(await files.save(window, { fileName, bytes })).toBe(false)
  }
  expect(proposed).toEqual([1, 2, 3].map(() => join('/documents', 'x')))
})

test('what is no file is refused before anybody is asked', async () => {
  const files = dialogs()
  const requests = [
    null,
    {},
    { fileName: 'x', bytes: [1] },
    { fileName: '', bytes },
    { fileName: 'x', bytes, path: '/' },
  ]
  for (const request of requests) await expect(files.save(window, request)).rejects.toThrow()
  expect(proposed).toEqual([])
})

test('opened files are read whole, by name without their path', async () => {
  const files = dialogs()
  writeFileSync(join(folder, 'a.npz'), bytes)
  writeFileSync(join(folder, 'b.jsonl'), '{}')
  chosen = [join(folder, 'a.npz'), join(folder, 'b.jsonl')]
  const read = await files.open(window)
  expect(read.map(({ name, bytes: { byteLength } }) => [name, byteLength])).toEqual([
    ['a.npz', 3],
    ['b.jsonl', 2],
  ])
  chosen = []
  expect(await files.open(window)).toEqual([])
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileDialogs } from '../../electron/files.ts'

let folder: string
let proposed: (string | undefined)[]
let chosen: string[]
let filters: unknown[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-files-'))
  proposed = []
  chosen = []
  filters = []
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function dialogs(): FileDialogs {
  const note = (options: { defaultPath?: string }) => proposed.push(options.defaultPath)
  const dialog = {
    showSaveDialog: async (_window: unknown, options: { defaultPath?: string }) => {
      note(options)
      return { canceled: chosen.length === 0, filePath: chosen[0] ?? '' }
    },
    showOpenDialog: async (_window: unknown, options: { defaultPath?: string; filters?: unknown }) => {
      note(options)
      filters.push(options.filters)
      return { canceled: chosen.length === 0, filePaths: chosen }
    },
  }
  return new FileDialogs(dialog as never, '/documents')
}

const window = {} as never
const kind = { name: 'Demonstrations', extensions: ['.npz', '.imitation.npz', '.jsonl'] }
const bytes = new Uint8Array([1, 2, 3])

test('a file goes where the person says, and the next dialog starts there', async () => {
  const files = dialogs()
  chosen = [join(folder, 'mine.npz')]
  expect(await files.save(window, { fileName: 'plays.npz', bytes })).toBe(true)
  expect([...readFileSync(chosen[0]!)]).toEqual([1, 2, 3])
  await files.open(window, kind)
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
  const read = await files.open(window, kind)
  expect(read.map(({ name, bytes: { byteLength } }) => [name, byteLength])).toEqual([
    ['a.npz', 3],
    ['b.jsonl', 2],
  ])
  chosen = []
  expect(await files.open(window, kind)).toEqual([])
})

test('the page says which kind of file is shown first, and nothing else', async () => {
  const files = dialogs()
  await files.open(window, kind)
  expect(filters).toEqual([
    [
      { name: 'Demonstrations', extensions: ['npz', 'jsonl'] },
      { name: 'All files', extensions: ['*'] },
    ],
  ])
  const others = [
    undefined,
    { name: 'x', extensions: [] },
    { name: 'x', extensions: ['../x'] },
    { name: 'x', extensions: ['.x'], properties: ['openDirectory'] },
  ]
  for (const other of others) await expect(files.open(window, other)).rejects.toThrow()
  expect(filters).toHaveLength(1)
})

/** What a packaged window is not able to do, and that the program asks for none of it. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fuses } from '../../electron/fuses.ts'

const root = join(import.meta.dirname, '../..')

test('every fuse is listed once, with its reason', () => {
  expect(fuses.map(({ name }) => name).sort()).toEqual([
    'EnableCookieEncryption',
    'EnableEmbeddedAsarIntegrityValidation',
    'EnableNodeCliInspectArguments',
    'EnableNodeOptionsEnvironmentVariable',
    'GrantFileProtocolExtraPrivileges',
    'LoadBrowserProcessSpecificV8Snapshot',
    'OnlyLoadAppFromAsar',
    'RunAsNode',
  ])
  for (const { name, why } of fuses) expect(why.length, name).toBeGreaterThan(20)
  const on = fuses.filter(({ enabled }) => enabled).map(({ name }) => name)
  expect(on).toEqual(['RunAsNode', 'EnableEmbeddedAsarIntegrityValidation', 'OnlyLoadAppFromAsar'])
})

test('the shell uses neither what the fuses take away nor anything that reaches another machine', () => {
  const forbidden =
    /ELECTRON_RUN_AS_NODE|child_process|NODE_OPTIONS|file:\/\/|\bfetch\(|node:(http|https|net|dgram|dns)|autoUpdater|\bnet\.request|\.cookies/
  const files = globSync('electron/*.ts', { cwd: root }).filter((file) => !file.endsWith('fuses.ts'))
  expect(files.length).toBeGreaterThan(8)
  const lines = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return text.split('\n').map((line, i) => ({ at: `${file}:${i + 1}`, line }))
  })
  expect(
    lines.filter(({ line }) => !/^\s*\/?\*/.test(line) && forbidden.test(line)).map(({ at }) => at),
  ).toEqual([])
})

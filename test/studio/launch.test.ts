import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fetchElectron, findElectron, windowObstacle } from '../../core/studio/launch/electron.ts'
import { openCommand } from '../../core/studio/launch/open-browser.ts'
import { ensurePage } from '../../core/studio/launch/page.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'understudy-launch-'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string, ageSeconds = 0): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  const time = Date.now() / 1000 - ageSeconds
  utimesSync(file, time, time)
}

/** A stand-in for Vite that writes what it was asked to. */
const builder = `
import { mkdirSync, writeFileSync } from 'node:fs'
const folder = process.argv[process.argv.indexOf('--outDir') + 1]
mkdirSync(folder, { recursive: true })
writeFileSync(folder + '/index.html', 'fresh')
`

test('the page is built when it is missing and when a source is newer, and not otherwise', async () => {
  write('node_modules/vite/bin/vite.js', builder)
  write('package.json', '{ "type": "module" }')
  write('renderer/main.tsx', '', 100)
  const said: string[] = []
  const page = await ensurePage((line) => said.push(line), root)
  expect(page).toBe(join(root, 'dist', 'renderer'))
  expect(said).toHaveLength(1)
  await ensurePage((line) => said.push(line), root)
  expect(said).toHaveLength(1)
  write('renderer/views/play.tsx', '', -100)
  await ensurePage((line) => said.push(line), root)
  expect(said).toHaveLength(2)
})

test('a page that cannot be built is refused with the reason; without the tool an old one will do', async () => {
  write(
    'node_modules/vite/bin/vite.js',
    `console.error('busy'); console.error('error: no main.tsx'); process.exit(1)`,
  )
  write('renderer/main.tsx', '')
  await expect(ensurePage(() => undefined, root)).rejects.toMatchObject({
    name: 'UserError',
    message: 'the page could not be built: error: no main.tsx',
  })
  rmSync(join(root, 'node_modules'), { recursive: true })
  await expect(ensurePage(() => undefined, root)).rejects.toMatchObject({
    remedy: expect.stringContaining('npm ci'),
  })
  write('dist/renderer/index.html', 'old', 1000)
  expect(await ensurePage(() => undefined, root)).toBe(join(root, 'dist', 'renderer'))
})

test('Electron is found where its package says, and only when the file is there', () => {
  expect(findElectron(root, {})).toBeNull()
  write('node_modules/electron/package.json', '{ "version": "45.4.1" }')
  write('node_modules/electron/path.txt', 'electron')
  expect(findElectron(root, {})).toBeNull()
  write('node_modules/electron/dist/electron', '')
  expect(findElectron(root, {})).toBe(join(root, 'node_modules', 'electron', 'dist', 'electron'))
  write('elsewhere/electron', '')
  const override = { ELECTRON_OVERRIDE_DIST_PATH: join(root, 'elsewhere') }
  expect(findElectron(root, override)).toBe(join(root, 'elsewhere', 'electron'))
  // Where the program is a dependency, beside it.
  write('node_modules/understudy/package.json', '{}')
  const dependency = join(root, 'node_modules', 'understudy')
  expect(findElectron(dependency, {})).toBe(join(root, 'node_modules', 'electron', 'dist', 'electron'))
  write('node_modules/electron/package.json', '{ "version": "39.0.0" }')
  expect(findElectron(dependency, {})).toBeNull()
})

test('fetching Electron never hangs', async () => {
  const electron = join(root, 'node_modules', 'electron')
  const silent = createServer()
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening))
  const { port } = silent.address() as { port: number }
  const mirror = process.env.ELECTRON_MIRROR
  process.env.ELECTRON_MIRROR = `http://127.0.0.1:${port}/`
  try {
    write('node_modules/electron/install.js', 'setInterval(() => {}, 1000)')
    expect(await fetchElectron(electron, 200)).toBe('it was not there after 0 seconds')
    write('node_modules/electron/install.js', 'process.exit(1)')
    expect(await fetchElectron(electron)).toBe('its installer failed')
    write('node_modules/electron/install.js', '')
    expect(await fetchElectron(electron)).toBeNull()
    await new Promise((closed) => silent.close(closed))
    expect(await fetchElectron(electron)).toBe('its source cannot be reached')
  } finally {
    if (mirror === undefined) delete process.env.ELECTRON_MIRROR
    else process.env.ELECTRON_MIRROR = mirror
  }
})

test('where there can be no window is known before anything is fetched', () => {
  expect(windowObstacle('linux', {}, 1000)).toBe('there is no display')
  expect(windowObstacle('linux', { DISPLAY: ':0' }, 0)).toBe('Electron does not run as root')
  expect(windowObstacle('linux', { WAYLAND_DISPLAY: 'wayland-0' }, 1000)).toBeNull()
  expect(windowObstacle('darwin', {}, 501)).toBeNull()
  expect(windowObstacle('win32', {}, undefined)).toBeNull()
})

test('each system opens a file in its own way, a headless one in none', () => {
  const path = '/library/open-1a.html'
  expect(openCommand(path, 'darwin', {})).toEqual(['open', path])
  expect(openCommand(path, 'win32', {})!.at(-1)).toBe(path)
  expect(openCommand(path, 'linux', { DISPLAY: ':0' })).toEqual(['xdg-open', path])
  expect(openCommand(path, 'linux', {})).toBeNull()
})

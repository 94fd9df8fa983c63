import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startDesktop } from '../../electron/desktop.ts'
import { type FakeElectron, FakeFrame, type FakeProcess, FakeWindow, fakeElectron } from './fakes.ts'

let fake: FakeElectron
let library: string
const signals = ['SIGINT', 'SIGTERM'] as const
let before: Map<string, readonly unknown[]>

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  before = new Map(signals.map((signal) => [signal, process.listeners(signal)]))
  fake = fakeElectron()
  library = mkdtempSync(join(tmpdir(), 'understudy-desktop-'))
})

afterEach(() => {
  vi.useRealTimers()
  rmSync(library, { recursive: true, force: true })
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!before.get(signal)!.includes(listener)) process.removeListener(signal, listener as () => void)
    }
  }
})

async function start(): Promise<{ window: FakeWindow; host: FakeProcess }> {
  const started = startDesktop(fake.modules, ['electron', '.', `--data=${library}`])
  fake.app.becomesReady()
  await started
  return { window: FakeWindow.all[0]!, host: fake.processes[0]! }
}

/** Lets what was awaited go on. */
const settle = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

const fromPage = (window: FakeWindow) => ({
  sender: window.webContents,
  senderFrame: window.webContents.mainFrame,
})

test('what must come before the app is ready comes before', async () => {
  await start()
  const { calls } = fake.app
  const ready = calls.indexOf('ready')
  const early = [
    `setPath userData ${join(library, 'desktop')}`,
    'enableSandbox',
    'registerSchemes',
    'requestSingleInstanceLock',
  ]
  for (const call of [...early, 'crashReporter {"uploadToServer":false}']) {
    expect(calls.indexOf(call), call).toBeGreaterThanOrEqual(0)
    expect(calls.indexOf(call), call).toBeLessThan(ready)
  }
  expect(fake.schemes).toEqual([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
})

test('the window is sandboxed, isolated and shows the page of its own scheme', async () => {
  const { window } = await start()
  expect(window.address).toBe('app://studio/index.html')
  expect(window.options).toMatchObject({
    minWidth: 1024,
    minHeight: 700,
    windowStatePersistence: true,
    webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  })
  const preferences = window.options.webPreferences as Record<string, unknown>
  expect(preferences.preload).toMatch(/preload\.cjs$/)
  const dangerous = [
    'webSecurity',
    'allowRunningInsecureContent',
    'experimentalFeatures',
    'enableBlinkFeatures',
    'webviewTag',
  ]
  for (const key of dangerous) expect(preferences).not.toHaveProperty(key)
})

test('nothing is sent anywhere: every request of another scheme is refused, and no dictionary is fetched', async () => {
  await start()
  const { filter, listener } = fake.requests!
  const answers: object[] = []
  const reaches = (address: string) =>
    filter.some((pattern) => address.startsWith(pattern.replace('*/*', '')))
  const elsewhere = ['http://127.0.0.1/', 'https://example.org/x', 'ws://x/', 'wss://x/', 'ftp://x/']
  for (const url of elsewhere) {
    expect(reaches(url), url).toBe(true)
    listener({ url }, (answer) => answers.push(answer))
  }
  expect(answers).toEqual(elsewhere.map(() => ({ cancel: true })))
  expect(reaches('app://studio/index.html')).toBe(false)
  expect(fake.app.calls).toContain('spell checker false')
  expect(fake.app.calls).toContain('spell checker languages []')
  expect(fake.opened).toEqual([])
})

test('a second start only brings the first window to the front', async () => {
  const { window } = await start()
  window.minimized = true
  window.calls.length = 0
  fake.app.emit('second-instance')
  expect(window.calls).toEqual(['restore', 'focus'])

  const second = fakeElectron()
  second.app.isFirst = false
  await startDesktop(second.modules, [`--data=${library}`])
  expect(second.app.calls).toContain('gone')
  expect(second.processes).toEqual([])
})

test('a page gets a port to the host, before and after the host is ready, and again after a reload', async () => {
  const { window, host } = await start()
  const ask = () => fake.listeners.get('studio:port')!(fromPage(window))
  ask()
  expect(host.kinds()).toEqual(['open'])
  expect(host.received[0]!.message).toEqual({ kind: 'open', dataDirectory: library })
  host.says({ kind: 'ready' })
  ask()
  expect(host.kinds()).toEqual(['open', 'page', 'page'])
  expect(host.received.slice(1).map(({ ports }) => ports.length)).toEqual([1, 1])
  expect(window.webContents.posted.map(({ channel, ports }) => [channel, ports.length])).toEqual([
    ['studio:port', 1],
    ['studio:port', 1],
  ])
})

test('nobody but the main frame of the window gets a port or a dialog', async () => {
  const { window, host } = await start()
  host.says({ kind: 'ready' })
  const frame = new FakeFrame()
  const stranger = new FakeWindow({})
  const elsewhere = fromPage(window)
  const strangers = [
    { sender: window.webContents, senderFrame: frame },
    { sender: window.webContents, senderFrame: null },
    fromPage(stranger),
  ]
  for (const event of strangers) {
    fake.listeners.get('studio:port')!(event)
    await expect(async () => fake.handlers.get('studio:open-files')!(event)).rejects.toThrow('refused')
  }
  window.webContents.mainFrame.url = 'https://evil.example/'
  fake.listeners.get('studio:port')!(elsewhere)
  await expect(async () => fake.handlers.get('studio:save-file')!(elsewhere)).rejects.toThrow('refused')
  expect(host.kinds()).toEqual(['open'])
  expect(window.webContents.posted).toEqual([])
})

test('quitting waits for the host and asks only while a run is active', async () => {
  const { host } = await start()
  host.says({ kind: 'ready' })
  fake.app.quit()
  await settle()
  expect(fake.questions).toBe(0)
  expect(host.kinds()).toEqual(['open', 'close'])
  expect(fake.app.calls).not.toContain('gone')
  host.exits(0)
  await settle()
  expect(fake.app.calls.at(-1)).toBe('gone')
})

test('a person may decide to let a run go on', async () => {
  const { window, host } = await start()
  host.says({ kind: 'ready' })
  host.says({ kind: 'active', runs: ['first'] })
  fake.answer = 1
  const closing = { prevented: false, preventDefault: () => (closing.prevented = true) }
  if (process.platform !== 'darwin') {
    window.emit('close', closing)
    expect(closing.prevented).toBe(true)
  } else fake.app.quit()
  await settle()
  expect(fake.questions).toBe(1)
  expect(host.kinds()).toEqual(['open'])

  fake.answer = 0
  fake.app.quit()
  await settle()
  expect(fake.questions).toBe(2)
  expect(host.kinds()).toEqual(['open', 'close'])
})

test('a signal ends the program in order and without a question', async () => {
  const { host } = await start()
  host.says({ kind: 'ready' })
  host.says({ kind: 'active', runs: ['first'] })
  process.emit('SIGTERM')
  await settle()
  expect(fake.questions).toBe(0)
  expect(host.kinds()).toEqual(['open', 'close'])
})

test('a host that does not end in time is ended', async () => {
  const { host } = await start()
  host.says({ kind: 'ready' })
  fake.app.quit()
  await settle()
  vi.advanceTimersByTime(25_000)
  expect(host.killed).toBe(true)
})

test('a library that cannot be opened is told in a box, and the program ends', async () => {
  const { host } = await start()
  host.says({ kind: 'refused', message: 'a studio is already open', remedy: 'close it' })
  expect(fake.boxes).toEqual([
    { title: 'Understudy cannot continue', text: 'a studio is already open.\nclose it.' },
  ])
  expect(fake.app.calls.at(-1)).toBe('exit 1')
})

test('a crashed page is loaded again, but not for ever', async () => {
  const { window } = await start()
  const crash = () => window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
  for (let i = 0; i < 6; i++) crash()
  expect(window.calls.filter((call) => call === 'reload')).toHaveLength(3)
  window.webContents.emit('did-finish-load')
  crash()
  expect(window.calls.filter((call) => call === 'reload')).toHaveLength(4)
})

test('permissions are denied but for copying text', async () => {
  const { window } = await start()
  const { request, check, device } = fake.permissions
  const granted = (permission: string) => {
    let answer: boolean | undefined
    request!(window.webContents, permission, (is) => {
      answer = is
    })
    return answer
  }
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'openExternal',
    'hid',
    'clipboard-read',
  ]) {
    expect(granted(permission), permission).toBe(false)
    expect(check!(window.webContents, permission), permission).toBe(false)
  }
  expect(granted('clipboard-sanitized-write')).toBe(true)
  expect(check!(null, 'clipboard-sanitized-write')).toBe(false)
  expect(device!()).toBe(false)
  window.webContents.mainFrame.url = 'https://evil.example/'
  expect(granted('clipboard-sanitized-write')).toBe(false)
})

test('a library that cannot be written is told in a box', async () => {
  writeFileSync(join(library, 'file'), '')
  await startDesktop(fake.modules, [`--data=${join(library, 'file')}`])
  expect(fake.boxes[0]!.text).toContain('cannot be created')
  expect(fake.app.calls).toEqual(['exit 1'])
})

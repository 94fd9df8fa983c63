/** The built program, since Electron itself can be run in few places. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../store/support.ts'
import { listPackage } from './pack.ts'
import { typeErrors } from './types.ts'

const root = join(import.meta.dirname, '..', '..')
const dist = join(root, 'dist')

const node = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })

test('every module is emitted beside its data, and none asks for a TypeScript file', () => {
  const emitted = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  )
  expect(emitted).toEqual(
    expect.arrayContaining(['electron/main.js', 'core/studio/host.js', 'core/train/process.js']),
  )
  for (const name of emitted.filter((file) => !file.startsWith('renderer'))) {
    expect(readFileSync(join(dist, name), 'utf8'), name).not.toMatch(/(from|import\() ?['"]\.[^'"]+\.ts['"]/)
  }
  expect(existsSync(join(dist, 'demos', 'bubble-25.understudy'))).toBe(true)
})

test('the preload script is one CommonJS file that needs nothing but Electron', () => {
  const text = readFileSync(join(dist, 'electron', 'preload.cjs'), 'utf8')
  expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(['electron'])
  expect(text).not.toMatch(/^(import|export) /m)
})

test('only main and preload load Electron', () => {
  const files = readdirSync(join(dist, 'electron')).filter((name) => /\.c?js$/.test(name))
  const loading = files.filter((name) =>
    /from 'electron'|require\("electron"\)/.test(readFileSync(join(dist, 'electron', name), 'utf8')),
  )
  expect(loading.sort()).toEqual(['main.js', 'preload.cjs'])
})

test('the host process opens a library, serves a page and closes', () => {
  const data = mkdtempSync(join(tmpdir(), 'understudy-built-'))
  const script = `
    import { EventEmitter } from 'node:events'
    import { MessageChannel } from 'node:worker_threads'
    import { decodeFrame, encodeFrame } from './dist/core/studio/frames.js'
    const parent = new EventEmitter()
    process.parentPort = parent
    parent.postMessage = ({ kind }) => {
      console.log(kind)
      const { port1, port2 } = new MessageChannel()
      parent.emit('message', { data: { kind: 'page' }, ports: [port1] })
      port2.on('message', (bytes) => {
        console.log(decodeFrame(bytes).result.bundled)
        parent.emit('message', { data: { kind: 'close' }, ports: [] })
      })
      port2.postMessage(encodeFrame({ id: 1, method: 'library.info', params: {} }))
    }
    await import('./dist/electron/host-process.js')
    parent.emit('message', { data: { kind: 'open', dataDirectory: ${JSON.stringify(data)} }, ports: [] })
  `
  const { status, stdout, stderr } = node('--input-type=module', '-e', script)
  rmSync(data, { recursive: true, force: true })
  expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: 'ready\n21\n' })
})

test('the command finds its threads and their data where there are no sources', () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-built-'))
  for (const part of ['bin', 'dist/core', 'dist/demos', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const python = join(root, 'test', 'remote', 'fake-python.js')
  const understudy = (...args: string[]): string => {
    const common = ['--data', join(folder, 'library'), '--python', python, '--json']
    const command = [join(folder, 'bin', 'understudy.js'), ...common, ...args]
    const { status, stdout, stderr } = spawnSync(process.execPath, command, {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(status, stdout + stderr).toBe(0)
    return stdout
  }
  const count = ['--env', 'gym:Count-v0']
  try {
    // A thread that waits for another program, and the places of serve.py and what it imports.
    for (const file of ['serve.py', 'understudy_spaces.py']) {
      expect(existsSync(join(folder, 'dist/core/remote/gym', file))).toBe(true)
    }
    expect(understudy('record', ...count, '--player', 'random', '--episodes', '2')).toContain('"length":6')
    // A thread that reads HDF5.
    understudy('demos', 'export', ...count, '--format', 'minari', '--out', 'counted-v0')
    expect(understudy('demos', 'import', 'counted-v0')).toContain('"format":"minari"')
    // Threads that host environments, in the trainer's process.
    const train = ['train', ...count, '--algo', 'ppo', '--workers', '2', '--num-envs', '4']
    expect(understudy(...train, '--max-steps', '64')).toContain('"reason":"max_steps"')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 60_000)

test('the package has all that runs, compiled, and nothing else', () => {
  const { files, size } = listPackage()
  const sources = [
    ...readdirSync(join(root, 'core'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|py)$/.test(name) && !/^tensor.kernels.(build|kernels)\.ts$/.test(name))
      .map((name) => `dist/core/${name.replace(/\.ts$/, '.js')}`),
    ...readdirSync(join(root, 'python/src/understudy_gym'))
      .filter((name) => /\.(py|typed)$/.test(name))
      .map((name) => `python/src/understudy_gym/${name}`),
  ]
  expect(sources.length).toBeGreaterThan(400)
  const others = ['LICENSE', 'README.md', 'python/pyproject.toml', 'dist/demos/bubble-25.understudy']
  const engine = ['engine/package.json', 'engine/package-lock.json']
  const named = ['bin/understudy.js', 'dist/electron/main.js', 'dist/core/index.js', 'dist/core/index.d.ts']
  const missing = [...sources, ...others, ...engine, ...named].filter((name) => !files.includes(name))
  expect(missing).toEqual([])
  const astray = files.filter((name) =>
    /\.map$|(?<!\.d)\.ts$|\.pyc$|(^|\/)(node_modules|test|tests)\//.test(name),
  )
  expect(astray).toEqual([])
  expect(size).toBeLessThan(15e6)
})

test('plugins are typed, without types of Node', () => {
  const folder = temporaryDirectory()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/understudy'))
  expect(typeErrors(folder, '--module', 'nodenext')).toBe('')
})

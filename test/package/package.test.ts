/**
 * What is packed, installed with npm in an empty folder: every command of the README, plugins, threads, child processes and
 * the studio do there what they do in a checkout.
 */
import { once } from 'node:events'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { webSocketPort } from '../../core/studio/transports/websocket.ts'
import { commands, saveBlock } from '../guide/page.ts'
import { enter, openSocket } from '../studio/browser-client.ts'
import { TestPage } from '../studio/support.ts'
import { Installed } from './installed.ts'
import { listPackage } from './pack.ts'
import { typeErrors } from './types.ts'

const root = join(import.meta.dirname, '../..')
const FAKE_PYTHON = join(root, 'test/remote/fake-python.js')

it('has the page, with the licences of all that it bundles', () => {
  const page = ['dist/renderer/index.html', 'dist/renderer/third-party.md']
  expect(listPackage().files).toEqual(expect.arrayContaining(page))
  const licences = readFileSync(join(root, 'dist/renderer/third-party.md'), 'utf8')
  const sources = globSync('renderer/**/*.{ts,tsx}', { cwd: root }).map((file) =>
    readFileSync(join(root, file), 'utf8'),
  )
  const imported = sources.flatMap((text) => [...text.matchAll(/^import (?!type)[^']*'([^.'][^']*)'/gm)])
  const packages = new Set(imported.map(([, name]) => /^(@[^/]+\/)?[^/]+/.exec(name!)![0]))
  expect(packages.size).toBeGreaterThan(8)
  for (const name of packages) expect(licences).toContain(`## ${name} - `)
  expect(licences).toContain('SIL OPEN FONT LICENSE')
})

describe('installed in an empty folder', () => {
  let installed: Installed
  let obstacle: string | null

  beforeAll(() => {
    installed = new Installed()
    obstacle = installed.obstacle()
    if (obstacle === null) installed.output('npm', 'install', installed.tarball)
  }, 600_000)
  afterAll(() => installed.remove(), 120_000)
  beforeEach((context) =>
    context.skip(obstacle !== null, `the package registry cannot be reached: ${obstacle}`),
  )

  const understudy = (...args: string[]) => installed.output('npx', 'understudy', ...args)

  describe('the commands', () => {
    it('fetch ONNX Runtime when it is first needed, and no sooner', () => {
      expect(existsSync(join(installed.folder, 'node_modules/onnxruntime-node'))).toBe(false)
      const envs = installed.run('npx', 'understudy', 'envs')
      expect([envs.status, envs.stderr]).toEqual([0, ''])
      expect(envs.stdout).toContain('bubble/25')
      const train = 'understudy train --env basic --algo ppo --max-steps 200 --run-id'.split(' ')
      const first = installed.run('npx', ...train, 'basic-1')
      expect(first.status, first.stderr).toBe(0)
      expect(first.stderr).toMatch(/^fetching ONNX Runtime/)
      const second = installed.run('npx', ...train, 'basic-2')
      expect([second.status, second.stderr]).toEqual([0, expect.not.stringContaining('fetching')])
    })

    it('of the README all work', () => {
      const readme = readFileSync(join(root, 'README.md'), 'utf8')
      const all = [...readme.matchAll(/^ *npx understudy ([^#\n]+)/gm)].map(([, line]) => line!.trim())
      // Those that go on until they are ended.
      const lines = all.filter((line) => !/^(-|studio|serve)/.test(line))
      expect(lines.length).toBeGreaterThan(4)
      for (const line of lines) {
        const fewer = line.replace(/--max-steps \d+/, '--max-steps 600')
        expect(understudy(...fewer.split(/\s+/)), line).not.toBe('')
      }
      expect(existsSync(join(installed.folder, 'demos.npz'))).toBe(true)
    })

    it('say how they are used, and which version they are', () => {
      expect(understudy('--help')).toContain('Usage: understudy')
      const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
      expect(understudy('--version').trim()).toBe(version)
    })

    it('find their threads, their processes and their Python', () => {
      const python = ['--python', FAKE_PYTHON, '--json', '--env', 'gym:Count-v0']
      expect(understudy('record', ...python, '--player', 'random', '--episodes', '2')).toContain('"length":6')
      understudy('demos', 'export', ...python, '--format', 'minari', '--out', 'counted-v0')
      expect(understudy('demos', 'import', 'counted-v0', '--json')).toContain('"format":"minari"')
      const rollout = ['--algo', 'ppo', '--workers', '2', '--num-envs', '4', '--max-steps', '64']
      expect(understudy('train', ...python, ...rollout, '--run-id', 'counted')).toContain('"max_steps"')
      understudy('agents', 'export', 'basic-1', '--out', 'basic.onnx')
      expect(understudy('agents', 'import', 'basic.onnx', '--env', 'basic')).not.toBe('')
    })
  })

  describe('plugins', () => {
    it('are typed, for bundlers as for Node', () => {
      expect(typeErrors(installed.folder, '--module', 'nodenext')).toBe('')
      expect(typeErrors(installed.folder, '--module', 'preserve', '--moduleResolution', 'bundler')).toBe('')
    })

    it.each([
      ['publint@0.3.25', 'run', '--strict'],
      ['@arethetypeswrong/cli@0.18.5', '--profile', 'esm-only'],
    ])('are exported as %s wants it', (tool, ...flags) => {
      installed.output('npx', '--yes', '--ignore-scripts', tool, ...flags, installed.tarball)
    })

    it('register with the program that runs, from every kind of module', () => {
      const names = '{ makeEnvironment, registerEnvironment }'
      const register = `registerEnvironment(id, () => {
        const made = makeEnvironment('basic')
        return Object.assign(made, { spec: { ...made.spec, id } })
      })`
      const files = {
        'typed.ts': `import ${names} from 'understudy'\nconst id: string = 'mine/typed'\n${register}`,
        'module.mjs': `import ${names} from 'understudy'\nconst id = 'mine/module'\n${register}`,
        'common.cjs': `const ${names} = require('understudy')\nconst id = 'mine/common'\n${register}`,
      }
      for (const [name, text] of Object.entries(files)) writeFileSync(join(installed.folder, name), text)
      const listed = understudy(...Object.keys(files).flatMap((file) => ['--plugin', file]), 'envs')
      for (const id of ['mine/typed', 'mine/module', 'mine/common']) expect(listed).toContain(id)
      // A program of their own has one registry, too.
      const own = `import { makeEnvironment } from 'understudy'; import './module.mjs'; makeEnvironment('mine/module')`
      installed.output(process.execPath, '--input-type=module', '-e', own)
    })

    it.each([
      ['your-own-environment.md', 'catch'],
      ['your-own-algorithm.md', 'reinforce'],
    ])('of %s are learned with, in another process', (page, name) => {
      saveBlock(page, 'ts', installed.folder, `${name}.ts`)
      const [, config] = /understudy train (\S+)\.yaml/.exec(commands(page).join('\n'))!
      saveBlock(page, 'yaml', installed.folder, `${config}.yaml`)
      for (const line of commands(page)) {
        const [, ...words] = line.split(/\s+/)
        // Alone it would open the studio.
        if (words.at(-1) !== `${name}.ts`) expect(understudy(...words), line).not.toBe('')
      }
    })
  })

  it('runs on the oldest Node that is accepted', (context) => {
    const carrier = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
    const { status } = installed.run('npm', 'install', '--prefix', 'oldest', `${carrier}@24`)
    context.skip(status !== 0, `there is no ${carrier}@24`)
    const node = join(installed.folder, 'oldest/node_modules', carrier, 'bin/node')
    expect(installed.output(node, '--version')).toMatch(/^v24\./)
    const command = [installed.path('bin/understudy.js'), '--plugin', 'typed.ts', '--json']
    const rollout = ['--env', 'mine/typed', '--algo', 'ppo', '--workers', '2', '--num-envs', '4']
    const trained = installed.output(node, ...command, 'train', ...rollout, '--max-steps', '64')
    expect(trained).toContain('"max_steps"')
  }, 120_000)

  it('opens the studio in the browser where there is no window, trains, and ends on Ctrl-C', async (context) => {
    const child = installed.start('npx', 'understudy')
    context.onTestFinished(() => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
    })
    const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
    const address = new URL(/http:\S+/.exec(line)![0])
    const page = await fetch(address)
    expect(await page.text()).toContain('<title>Understudy')
    const socket = await openSocket(address.origin, await enter(address.href))
    const client = new TestPage(webSocketPort(socket))
    expect(await client.call('library.info', {})).toMatchObject({ bundled: 21 })
    const yaml =
      'behaviors: { basic: { trainer_type: ppo, max_steps: 5000000 } }\nenv_settings: { env: basic }\n'
    await client.call('runs.start', { yaml, runId: 'endless', demonstrations: [] })
    await client.event('run.progress', ({ step }) => step > 0)
    process.kill(-child.pid!, 'SIGINT')
    await once(child, 'exit')
    expect(understudy('runs', 'list')).toContain('endless')
  })
})

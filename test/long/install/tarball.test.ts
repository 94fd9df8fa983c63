/**
 * The package as a dependency, installed with the settings that npm has by itself, where the package registry may be all
 * that can be reached: it installs, answers, and fetches ONNX Runtime when it is first needed.
 */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')

/** Of a person who has set nothing. */
function environment(home: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key))
  return { ...Object.fromEntries(inherited), HOME: home, UNDERSTUDY_DATA: join(home, 'library') }
}

function run(cwd: string, home: string, program: string, ...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(program, args, { cwd, env: environment(home), encoding: 'utf8' })
}

it('installs, answers, and fetches ONNX Runtime when it is first needed', async (context) => {
  const home = mkdtempSync(join(tmpdir(), 'understudy-'))
  // A gigabyte in 15,000 files.
  context.onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }), 120_000)
  const reached = run(home, home, 'npm', 'view', 'onnxruntime-node', 'version', '--fetch-retries=0')
  if (reached.status !== 0) context.skip(`the package registry cannot be reached: ${reached.stderr}`)
  const built = spawnSync(process.execPath, ['build.ts'], { cwd: root, encoding: 'utf8' })
  expect(built.status, built.stdout + built.stderr).toBe(0)
  const packed = run(root, home, 'npm', 'pack', '--pack-destination', home)
  expect(packed.status, packed.stderr).toBe(0)

  const project = join(home, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{}')
  const installed = run(project, home, 'npm', 'install', join(home, packed.stdout.trim()))
  expect(installed.status, installed.stderr).toBe(0)
  expect(existsSync(join(project, 'node_modules/onnxruntime-node'))).toBe(false)

  const envs = run(project, home, 'npx', 'understudy', 'envs')
  expect([envs.status, envs.stderr]).toEqual([0, ''])
  expect(envs.stdout).toContain('bubble/25')
  const train = ['understudy', 'train', '--env', 'basic', '--algo', 'ppo', '--max-steps', '200', '--run-id']
  const first = run(project, home, 'npx', ...train, 'first')
  expect(first.status, first.stderr).toBe(0)
  expect(first.stderr).toMatch(/^fetching ONNX Runtime/)
  const second = run(project, home, 'npx', ...train, 'second')
  expect([second.status, second.stderr]).toEqual([0, expect.not.stringContaining('fetching')])

  const launcher = join(project, 'node_modules/understudy/bin/understudy.js')
  const studio = spawn(process.execPath, [launcher, 'studio', '--browser', '--no-open', '--port', '0'], {
    env: environment(home),
  })
  context.onTestFinished(() => void studio.kill('SIGKILL'))
  const [line] = (await once(createInterface(studio.stdout), 'line')) as [string]
  const page = await fetch(/http:\S+/.exec(line)![0])
  expect(await page.text()).toContain('<title>Understudy')
}, 600_000)

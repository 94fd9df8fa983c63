/**
 * The package as a dependency, installed with the settings that npm has by itself, where the package registry may be all
 * that can be reached: it installs, answers, and fetches ONNX Runtime when it is first needed.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../store/support.ts'

const root = join(import.meta.dirname, '../../..')

/** A command as a person would give it who has set nothing. */
function run(cwd: string, home: string, program: string, ...args: string[]): SpawnSyncReturns<string> {
  const inherited = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key))
  const env = { ...Object.fromEntries(inherited), HOME: home, UNDERSTUDY_DATA: join(home, 'library') }
  return spawnSync(program, args, { cwd, env, encoding: 'utf8' })
}

it('installs, answers, and fetches ONNX Runtime when it is first needed', (context) => {
  const home = temporaryDirectory()
  const reached = run(home, home, 'npm', 'view', 'onnxruntime-node', 'version', '--fetch-retries=0')
  if (reached.status !== 0) context.skip(`the package registry cannot be reached: ${reached.stderr}`)
  const built = spawnSync(process.execPath, ['build.ts', '--no-page'], { cwd: root, encoding: 'utf8' })
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
})

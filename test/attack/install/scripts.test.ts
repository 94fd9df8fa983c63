/** Nothing of others runs at installation, and nothing is installed that is not what was locked. */
import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { figure } from '../../figures.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { events, makeHostile, makeProject, npm } from './project.ts'

it('runs no script of a dependency', () => {
  const folder = temporaryDirectory()
  const traces = join(folder, 'traces')
  const hostile = makeHostile(folder, traces)
  const tarball = join(folder, 'hostile-1.0.0.tgz')
  expect(npm(hostile, 'pack', '--ignore-scripts', '--pack-destination', folder).status).toBe(0)

  const project = makeProject(join(folder, 'ours'), true)
  const installed = npm(project, 'install', tarball)
  expect([installed.status, existsSync(join(project, 'node_modules/hostile/index.js'))]).toEqual([0, true])
  rmSync(join(project, 'node_modules'), { recursive: true })
  const clean = npm(project, 'ci')
  expect([clean.status, existsSync(join(project, 'node_modules/hostile/index.js'))]).toEqual([0, true])
  expect(readdirSync(traces)).toEqual([])
  figure(
    'scripts of a dependency that ran at installation',
    readdirSync(traces).length,
    `of ${2 * events.length}`,
  )
  expect(installed.output + clean.output).not.toMatch(/warn/i)

  // With the settings that npm has by itself, every one of them runs.
  expect(npm(makeProject(join(folder, 'default'), false), 'install', tarball).status).toBe(0)
  expect(readdirSync(traces).sort()).toEqual([...events].sort())
})

it('refuses a package whose bytes are not those of the lock file', () => {
  const folder = temporaryDirectory()
  const hostile = makeHostile(folder, join(folder, 'traces'))
  const pack = () => npm(hostile, 'pack', '--ignore-scripts', '--pack-destination', folder).status
  expect(pack()).toBe(0)
  const project = makeProject(join(folder, 'ours'), true)
  expect(npm(project, 'install', join(folder, 'hostile-1.0.0.tgz')).status).toBe(0)
  // npm's cache has the right bytes still.
  for (const name of ['node_modules', '.npm']) rmSync(join(project, name), { recursive: true })
  appendFileSync(join(hostile, 'index.js'), 'changed')
  expect(pack()).toBe(0)
  const { status, output } = npm(project, 'ci')
  expect(status).not.toBe(0)
  expect(output).toContain('EINTEGRITY')
})

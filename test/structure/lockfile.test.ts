/**
 * package.json, its lock files and .npmrc: what `npm ci` needs on every platform, and what it must not do. npm leaves out of
 * a lock file what it has not fetched itself, such as the hashes of other platforms' packages.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly deprecated?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const readLock = (path: string) =>
  (JSON.parse(read(path)) as { packages: Readonly<Record<string, Locked>> }).packages
const lock = readLock('package-lock.json')
const engineLock = readLock('engine/package-lock.json')
const manifest = JSON.parse(read('package.json')) as Manifest

/** Why nothing is missing when the install script of a package does not run. */
const SCRIPTS_LEFT_OUT: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'fetches GPU libraries; those for the processor are in the package',
  protobufjs: 'compares version numbers and prints a warning',
  'core-js': 'prints a request for donations',
  'msgpackr-extract': 'builds what a package of the platform brings; msgpackr does without it',
}

describe.each([
  ['package-lock.json', lock],
  ['engine/package-lock.json', engineLock],
])('%s', (_, packages) => {
  const entries = Object.entries(packages).filter(([path]) => path !== '')

  it('has an entry for every optional dependency of every platform', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
      ),
    )
    expect(missing).toEqual([])
    expect(entries.length).toBeGreaterThan(10)
  })

  it('holds a hash of every package, those of other platforms too', () => {
    const unhashed = entries.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))
    expect(unhashed.map(([path]) => path)).toEqual([])
  })

  it('names no address to fetch from', () => {
    expect(entries.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it('holds nothing deprecated, of which npm would warn if it were let', () => {
    expect(entries.filter(([, { deprecated }]) => deprecated !== undefined)).toEqual([])
  })

  it('has install scripts only where it is known what is lost without', () => {
    const scripted = entries.filter(([, { hasInstallScript }]) => hasInstallScript)
    const names = scripted.map(([path]) => path.split('node_modules/').at(-1)!)
    expect(names.filter((name) => !(name in SCRIPTS_LEFT_OUT))).toEqual([])
    expect(names).toContain('onnxruntime-node')
  })
})

describe('installation', () => {
  it('runs no script and has nothing to warn of', () => {
    const settings = read('.npmrc').trim().split('\n')
    expect(settings).toContain('ignore-scripts=true')
    expect(settings).toContain('loglevel=error')
    // npm runs these of the root package at `npm ci`, were scripts not ignored.
    const lifecycle = ['preinstall', 'install', 'postinstall', 'prepublish', 'prepare', 'dependencies']
    expect(Object.keys(manifest.scripts).filter((name) => lifecycle.includes(name))).toEqual([])
  })

  it('as a dependency brings no ONNX Runtime, whose script npm would run there', () => {
    const installed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
    expect(installed).not.toContain('onnxruntime-node')
    const { version } = lock['node_modules/onnxruntime-node']!
    expect(manifest.peerDependencies).toEqual({ 'onnxruntime-node': version })
    expect(manifest.devDependencies['onnxruntime-node']).toBe(version)
  })

  it('fetches the very ONNX Runtime apart that a checkout has', () => {
    for (const name of ['node_modules/onnxruntime-node', 'node_modules/onnxruntime-common']) {
      expect(engineLock[name]).toMatchObject({
        version: lock[name]!.version,
        integrity: lock[name]!.integrity,
      })
    }
  })

  it('gives the exact version of everything', () => {
    const { dependencies, optionalDependencies, peerDependencies, devDependencies } = manifest
    const all = Object.entries({
      ...dependencies,
      ...optionalDependencies,
      ...peerDependencies,
      ...devDependencies,
    })
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })

  it('leaves every script to a Node that can run it', () => {
    const commands = Object.entries(manifest.scripts).filter(([, command]) => command.startsWith('node '))
    const astray = commands.filter(([, command]) => !/^node bin\/(run|understudy)\.js /.test(command))
    expect(astray).toEqual([])
    expect(commands.length).toBeGreaterThan(5)
  })
})

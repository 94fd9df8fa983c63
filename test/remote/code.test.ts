import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { gymCode } from '../../core/remote/gym/code.ts'
import { buildCode } from '../../core/remote/unity/code.ts'
import { temporaryDirectory } from '../store/support.ts'

const { stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })
const interpreter = stdout?.trim()
if (!interpreter) process.stdout.write('skipped: where modules of Python lie, as there is no python3 here\n')

afterEach(() => vi.unstubAllEnvs())

describe.runIf(interpreter)('what a Gymnasium environment runs', () => {
  it('is the interpreter, and the module of its id, which is not imported to be found', () => {
    const folder = realpathSync(temporaryDirectory())
    const imported = join(folder, 'imported')
    const bomb = `open(${JSON.stringify(imported)}, 'w')\n`
    mkdirSync(join(folder, 'game', 'levels'), { recursive: true })
    for (const file of ['game/__init__.py', 'game/levels/one.py', 'single.py']) {
      writeFileSync(join(folder, file), bomb)
    }
    writeFileSync(join(folder, 'game', 'picture.png'), '')
    vi.stubEnv('PYTHONPATH', folder)
    vi.stubEnv('UNDERSTUDY_PYTHON', interpreter)
    expect(gymCode('CartPole-v1')).toEqual({
      does: `runs Gymnasium with ${interpreter}`,
      path: interpreter,
      files: [interpreter],
    })
    for (const id of ['game:Level-v0', 'game.levels.one:Level-v0']) {
      expect(gymCode(id)).toEqual({
        does: `imports game from ${join(folder, 'game')} with ${interpreter}`,
        path: join(folder, 'game'),
        files: [interpreter, join(folder, 'game/__init__.py'), join(folder, 'game/levels/one.py')],
      })
    }
    expect(gymCode('single:X').path).toBe(join(folder, 'single.py'))
    for (const id of ['nowhere:X', 'évil:X', '..:X', ':X', '-c:X', 'sys:X']) {
      expect(gymCode(id)).toMatchObject({ path: '', files: [interpreter] })
    }
    expect(existsSync(imported)).toBe(false)
  })
})

describe('what a Unity build runs', () => {
  const folder = () => {
    const build = temporaryDirectory()
    writeFileSync(join(build, 'game.x86_64'), '')
    return build
  }

  it('is its program and the libraries of its folders', () => {
    const build = folder()
    const inside = ['game_Data/Managed/Assembly.dll', 'game_Data/Plugins/x/lib.so.1', 'UnityPlayer.so']
    const other = ['game_Data/level0', 'notes.txt', 'inner/library.so']
    for (const file of [...inside, ...other]) {
      mkdirSync(join(build, file, '..'), { recursive: true })
      writeFileSync(join(build, file), '')
    }
    const { path, files, does } = buildCode(join(build, 'game'))
    expect(does).toBe(`starts ${path}`)
    expect([...files].sort()).toEqual([path, ...inside.map((file) => join(build, file))].sort())
  })

  it('is the file alone of a script that stands in for one', () => {
    const build = folder()
    writeFileSync(join(build, 'library.so'), '')
    expect(buildCode(join(build, 'game')).files).toEqual([join(build, 'game.x86_64')])
    expect(buildCode('editor')).toMatchObject({ path: '', files: [] })
    expect(() => buildCode(join(build, 'none'))).toThrow('there is no Unity build')
  })
})

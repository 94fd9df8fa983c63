/** Things that leave a mark when they are run, and data of a stranger that name them. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import { formatByName } from '../../../core/demos/index.ts'
import { type ImportedAgentRow, openLibrary } from '../../../core/store/index.ts'
import { model } from '../../evaluate/models.ts'
import { randomEpisode, runRow, stamp, temporaryDirectory } from '../../store/support.ts'

export interface Poison {
  readonly folder: string
  /** Ids that would start a program, import a module, or import one through a parameter. */
  readonly ids: readonly string[]
  readonly unity: string
  readonly plugin: string
  /** What has been run so far. */
  marks(): string[]
}

/** Puts the module where Python finds it, and has nothing remembered, until the test ends. */
export function poison(): Poison {
  const folder = temporaryDirectory()
  const marks = join(folder, 'marks')
  mkdirSync(marks)
  const mark = (name: string) => join(marks, name)
  writeFileSync(join(folder, 'game.x86_64'), `#!/bin/sh\ntouch '${mark('program')}'\n`, { mode: 0o755 })
  const modules = join(folder, 'modules')
  mkdirSync(join(modules, 'gymnasium'), { recursive: true })
  writeFileSync(join(modules, 'evil_module.py'), `open(${JSON.stringify(mark('module'))}, 'w')\n`)
  // As much of Gymnasium as it takes to import the module of an id, so that plain Python is enough.
  writeFileSync(
    join(modules, 'gymnasium', '__init__.py'),
    `import importlib
from . import error
open(${JSON.stringify(mark('gymnasium'))}, 'w')
def make(id, **kwargs):
    importlib.import_module(id.split(':')[0])
    raise error.Error('there is no such environment')
`,
  )
  writeFileSync(join(modules, 'gymnasium', 'error.py'), 'class Error(Exception):\n    pass\n')
  writeFileSync(join(modules, 'gymnasium', 'spaces.py'), '')
  writeFileSync(join(modules, 'numpy.py'), '')
  const plugin = join(folder, 'plugin.js')
  writeFileSync(
    plugin,
    `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(mark('plugin'))}, '')\n`,
  )
  vi.stubEnv('PYTHONPATH', modules)
  vi.stubEnv('UNDERSTUDY_CONFIG', join(folder, 'config'))
  const unity = `unity:${join(folder, 'game')}`
  return {
    folder,
    unity,
    ids: [unity, 'gym:evil_module:Evil-v0', 'gym:Plain-v0'],
    plugin,
    marks: () => readdirSync(marks).sort(),
  }
}

/** One file for each format and id, all episodes of one kind. @returns their paths */
export function poisonedFiles({ folder, ids }: Poison): string[] {
  return ['jsonl', 'npz', 'understudy'].flatMap((name) =>
    ids.map((id, i) => {
      const format = formatByName(name)
      const environment = { ...stamp, id, parameters: { path: '/etc/passwd' } }
      const episode = randomEpisode(1 + i, { changes: { environment, seed: 100 * i + name.length } })
      const path = join(folder, `${name}-${i}${format.layout === 'file' ? format.extensions[0] : ''}`)
      writeFileSync(path, format.write([episode]) as Uint8Array)
      return path
    }),
  )
}

export function configOf(id: string, plugins: readonly string[] = []): string {
  return JSON.stringify({
    ...(plugins.length === 0 ? {} : { plugins }),
    behaviors: { any: { trainer_type: 'ppo', max_steps: 100 } },
    env_settings: { env: id, num_envs: 1, seed: 1 },
    checkpoint_settings: { run_id: null },
  })
}

/**
 * A library as a stranger would hand it over: agents and runs that name what is to be run, and beside it what the program might
 * take for this person's own memory.
 */
export function poisonedLibrary({ folder, ids, plugin }: Poison): string {
  const directory = join(folder, 'library')
  const library = openLibrary(directory)
  for (const [i, id] of ids.entries()) {
    library.addImportedAgent(agentRow(`agent-${i}`, id))
    library.putRun(runRow({ id: `run-${i}`, environmentId: id, state: 'stopped', config: configOf(id) }))
  }
  library.putRun(runRow({ id: 'run-plugin', state: 'stopped', config: configOf('basic', [plugin]) }))
  library.setMeta('admitted', JSON.stringify(ids))
  library.close()
  mkdirSync(join(directory, 'agents'))
  for (const i of ids.keys()) writeFileSync(join(directory, 'agents', `agent-${i}.onnx`), policy())
  for (const place of ['admitted', 'config/admitted']) {
    mkdirSync(join(directory, place), { recursive: true })
    for (const name of ids) {
      const entry = {
        kind: 'environment',
        name,
        path: join(folder, 'game.x86_64'),
        sha256: '',
        admittedAt: 1,
      }
      writeFileSync(join(directory, place, 'entry.json'), JSON.stringify(entry))
    }
  }
  return directory
}

export function policy(): Uint8Array {
  return model({ inputs: { obs_0: [8] } }, ([x]) => ({ continuous_actions: x! }))
}

function agentRow(id: string, environmentId: string): ImportedAgentRow {
  return {
    id,
    name: id,
    environmentId,
    parameters: {},
    source: 'x.onnx',
    sha256: '0'.repeat(64),
    bytes: 1,
    form: 'ML-Agents',
    producer: '',
    opset: 17,
    output: null,
    sampledOnly: false,
    importedAtUs: 1,
  }
}

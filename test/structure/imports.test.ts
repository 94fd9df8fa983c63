/**
 * The arrows of the house: imports point down only.
 *
 *     cli  studio          renderer -> core/studio/protocol.ts only
 *      |  \   |            electron -> core/studio only
 *  experiment |         (serve stands on evaluate and envs, beside studio)
 *        \    |
 *        train  evaluate  demos
 *           |      |        |
 *         rollout  learn    store
 *             \     |
 *              envs  tensor        (remote stands on envs; demos and cli use it)
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
/** Anyone may import these; they import each other at most. */
const leaves = [
  'core/admission/gate.ts',
  'core/admission/index.ts',
  'core/atomic-file.ts',
  'core/besides.ts',
  'core/bounds.ts',
  'core/counted.ts',
  'core/errors.ts',
  'core/failure.ts',
  'core/interruption.ts',
  'core/msgpack.ts',
  'core/paths.ts',
  'core/plugin-guard.ts',
  'core/plugins.ts',
  'core/printable.ts',
  'core/random.ts',
  'core/read-file.ts',
  'core/schema-words.ts',
  'core/system-errors.ts',
  'core/turns.ts',
]

/** Room -> rooms it may import, besides itself and the leaves. */
const allowed: Record<string, string[]> = {
  admission: [],
  sandbox: [],
  envs: [],
  tensor: [],
  experience: [],
  learn: ['envs', 'tensor', 'experience'],
  rollout: ['envs', 'experience', 'remote'],
  store: ['envs'],
  remote: ['envs'],
  demos: ['envs', 'store', 'remote', 'sandbox'],
  train: ['envs', 'tensor', 'learn', 'rollout', 'store', 'demos', 'remote'],
  evaluate: ['envs', 'tensor', 'learn', 'rollout', 'store', 'demos', 'train', 'sandbox'],
  experiment: ['envs', 'tensor', 'learn', 'rollout', 'store', 'demos', 'train', 'evaluate'],
  cluster: [
    'envs',
    'tensor',
    'experience',
    'learn',
    'rollout',
    'store',
    'demos',
    'train',
    'evaluate',
    'remote',
  ],
  serve: ['envs', 'evaluate'],
  studio: ['envs', 'tensor', 'learn', 'rollout', 'store', 'demos', 'train', 'evaluate', 'cluster', 'remote'],
  cli: [
    'envs',
    'tensor',
    'learn',
    'rollout',
    'store',
    'demos',
    'train',
    'evaluate',
    'experiment',
    'cluster',
    'serve',
    'studio',
    'remote',
  ],
}

/** What plugins import as 'understudy'; nothing here imports it. */
const entry = { file: 'core/index.ts', may: ['envs', 'tensor', 'learn', 'demos', 'store'] }

/** Packages that one room alone may import. */
const owners: Record<string, (file: string) => boolean> = {
  'better-sqlite3': (file) => file.startsWith('core/store/'),
  electron: (file) => file.startsWith('electron/'),
  'onnxruntime-node': (file) => file.startsWith('core/tensor/runtimes/'),
  '@tensorflow/tfjs': (file) => file.startsWith('core/tensor/runtimes/'),
  '@grpc/grpc-js': (file) => file.startsWith('core/remote/mlagents/'),
  msgpackr: (file) => file === 'core/msgpack.ts' || file.startsWith('renderer/'),
  react: (file) => file.startsWith('renderer/'),
}

interface Import {
  readonly file: string
  /** Path from the root for relative imports, else the package. */
  readonly target: string
  readonly isPackage: boolean
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8')
  const found: Import[] = []
  for (const match of source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    const name = match[1]!
    if (name.startsWith('.')) {
      found.push({ file, target: relative(root, join(root, dirname(file), name)), isPackage: false })
    } else {
      const parts = name.split('/')
      found.push({
        file,
        target: name.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!,
        isPackage: true,
      })
    }
  }
  return found
}

const files = globSync('{core,electron,renderer}/**/*.{ts,tsx}', { cwd: root }).filter(
  (file) => !file.includes('tensor/kernels/'),
)
const imports = files.flatMap(importsOf)
const roomOf = (path: string) => (path.startsWith('core/') ? path.split('/')[1]! : undefined)

describe('imports', () => {
  it('are found at all', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(imports.length).toBeGreaterThan(300)
  })

  it('point down only', () => {
    const wrong = imports.filter(({ file, target, isPackage }) => {
      const from = roomOf(file)
      if (isPackage || from === undefined || leaves.includes(file)) return false
      if (leaves.includes(target)) return false
      const to = roomOf(target)
      const mayImport = file === entry.file ? entry.may : allowed[from]
      return to !== from && !(to !== undefined && mayImport?.includes(to))
    })
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([])
  })

  it('name a room that the plan knows', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== undefined && !room.endsWith('.ts')))
    expect([...rooms].sort()).toEqual(Object.keys(allowed).sort())
  })

  it('go round in no circle', () => {
    const edges = new Map(files.map((file) => [file, new Set<string>()]))
    for (const { file, target, isPackage } of imports) if (!isPackage) edges.get(file)?.add(target)
    // What nothing is imported by, or imports nothing, is in no circle; what stays when all such have gone is.
    for (let before = -1; before !== edges.size; ) {
      before = edges.size
      const imported = new Set([...edges.values()].flatMap((targets) => [...targets]))
      for (const [file, targets] of edges) {
        if (imported.has(file) && [...targets].some((target) => edges.has(target))) continue
        edges.delete(file)
      }
    }
    expect([...edges.keys()]).toEqual([])
  })

  it('of the renderer reach core through the protocol alone', () => {
    const wrong = imports.filter(
      ({ file, target, isPackage }) =>
        file.startsWith('renderer/') &&
        !isPackage &&
        !target.startsWith('renderer/') &&
        target !== 'core/studio/protocol.ts',
    )
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([])
  })

  it('of the desktop shell reach core through the studio alone', () => {
    const wrong = imports.filter(
      ({ file, target, isPackage }) =>
        file.startsWith('electron/') &&
        !isPackage &&
        !target.startsWith('electron/') &&
        !target.startsWith('core/studio/') &&
        !leaves.includes(target),
    )
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([])
  })

  it('of a package stay in the room that owns it', () => {
    const wrong = imports.filter(
      ({ file, target, isPackage }) => isPackage && owners[target]?.(file) === false,
    )
    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([])
  })

  it('never bring in randomness that a seed does not govern', () => {
    const wrong = files.filter(
      (file) => file.startsWith('core/') && /Math\.random\s*\(/.test(readFileSync(join(root, file), 'utf8')),
    )
    expect(wrong).toEqual([])
  })
})

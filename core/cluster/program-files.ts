/**
 * The files of this program that a node of a cluster needs: its own modules, the packages they stand on, Node itself, and the
 * few lines of Python by which Ray starts it. Clusters run on Linux; what only other systems need is left out.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { besides } from '../besides.ts'
import { UserError } from '../errors.ts'
import { engineFolder } from '../tensor/runtimes/onnxruntime-package.ts'

/** By their paths in the package, where they lie here. */
export type Files = Map<string, string>

/** Beside the program, as a Python module that Ray finds. */
export const SHIM = 'understudy_ray'
export const PROGRAM = 'program'

/** Of packages, what nothing reads at run time. */
const IDLE_FILE = /\.(d\.[cm]?ts|map|md|markdown|flow|tsbuildinfo)$/
/** Native parts of other systems than Linux, and the sources that native parts were made from. */
const IDLE_PATH =
  /\/(darwin|win32|wasm-simd-[^/]*|deps|src\/.*\.(c|cc|cpp|h)|binding\.gyp|prebuilds\/(darwin|win32)[^/]*|share|include)(\/|$)/
/** The other engine is as large as everything else together. */
const ENGINE = /^@tensorflow\//

/** @param engine  the one that the run computes with */
export function programFiles(engine: string): Files {
  const files: Files = new Map()
  const root = packageRoot()
  const code = existsSync(join(root, 'core')) ? ['core', 'bin', 'demos'] : ['dist/core', 'dist/demos', 'bin']
  files.set(`${PROGRAM}/package.json`, join(root, 'package.json'))
  for (const folder of code) addFolder(files, join(root, folder), `${PROGRAM}/${folder}`, () => true)
  addFolder(files, join(root, 'python/src', SHIM), SHIM, (path) => path.endsWith('.py'))
  const packages = dependencies(root, (name) => engine === 'tensorflow' || !ENGINE.test(name))
  for (const [name, folder] of packages) {
    const keep = (path: string): boolean => !IDLE_FILE.test(path) && !IDLE_PATH.test(path)
    addFolder(files, folder, `${PROGRAM}/node_modules/${name}`, keep)
  }
  if (process.platform === 'linux') files.set(`${PROGRAM}/node`, nodeProgram(root))
  return files
}

/** The desktop window runs in Electron, whose own program is none. */
function nodeProgram(root: string): string {
  if (process.versions.electron === undefined) return realpathSync(process.execPath)
  const folder = packageFolder(root, `node-linux-${process.arch}`)
  if (folder !== undefined) return join(folder, 'bin/node')
  throw new UserError('the desktop window has no Node that it could send to a cluster', {
    remedy: 'start the studio with `understudy studio --browser`',
  })
}

/** One level higher for the built program, which is in dist/. */
function packageRoot(): string {
  const found = ['../../', '../../../'].find((path) =>
    existsSync(new URL(`${path}package.json`, import.meta.url)),
  )
  return fileURLToPath(new URL(found!, import.meta.url))
}

/** Packages by the names under which they are found from the program. A second version of one lies where npm has put it. */
function dependencies(root: string, isWanted: (name: string) => boolean): Map<string, string> {
  const found = new Map<string, string>()
  const visit = (from: string, within: string): void => {
    const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
    const wanted = { ...manifest.dependencies, ...(within === '' ? { 'onnxruntime-node': '' } : {}) }
    for (const name of Object.keys(wanted)) {
      if (!isWanted(name) || name.startsWith('@types/')) continue
      const folder = packageFolder(from, name) ?? (engineFolder && packageFolder(engineFolder, name))
      if (folder === undefined) continue
      const nested = folder.startsWith(`${join(from, 'node_modules')}/`) && within !== ''
      const place = nested ? `${within}/node_modules/${name}` : name
      if (found.has(place)) continue
      found.set(place, folder)
      visit(folder, place)
    }
  }
  visit(root, '')
  return found
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** As Node looks for packages: in the node_modules of each folder upwards. */
function packageFolder(from: string, name: string): string | undefined {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? []
  const place = places.find((folder) => existsSync(join(folder, name, 'package.json')))
  return place === undefined ? undefined : realpathSync(join(place, name))
}

/** @param keep  asked of paths that begin with '/', within the folder */
function addFolder(files: Files, folder: string, name: string, keep: (path: string) => boolean): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const within = path.slice(folder.length).replaceAll('\\', '/')
    // Packages within a package are dependencies of their own.
    if (!entry.isFile() || within.includes('/node_modules/') || !keep(within)) continue
    files.set(name + within, path)
  }
}

/** A module beside this one, as it is called within the program that is sent. */
export function moduleInProgram(name: string): string {
  const path = fileURLToPath(besides(import.meta.url, name))
  return path.slice(packageRoot().length).replaceAll('\\', '/')
}

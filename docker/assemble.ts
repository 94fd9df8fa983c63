/**
 * `node docker/assemble.ts OUT`, after `npm run build`: lays out what the images hold as it lies in them, a folder for each layer:
 * OUT/packages with Node, OUT/program, OUT/page. It is what a Ray cluster is sent, without what only other processors need.
 */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Files, PROGRAM, programFiles } from '../core/cluster/program-files.ts'

const root = join(import.meta.dirname, '..')
const out = process.argv[2]
if (out === undefined) throw new Error('where to?')

/** Where the program lies in an image. */
const HOME = 'opt/understudy'

/** Native parts for Linux, in a folder or a file with the name of their processor. */
const NATIVE = /\/(?:linux\/|prebuilds\/linux(?:musl)?-)(\w+)/
/** For another C library than Debian's. */
const MUSL = /\/prebuilds\/linuxmusl-/

for (const [name, path] of builtProgram(programFiles('onnxruntime'))) {
  const arch = NATIVE.exec(name)?.[1]
  if (MUSL.test(name) || (arch !== undefined && arch !== process.arch)) continue
  if (name === 'node') copy(path, 'packages/usr/local/bin/node')
  else copy(path, join(name.startsWith('node_modules/') ? 'packages' : 'program', HOME, name))
}
for (const folder of ['dist/core', 'dist/demos']) copy(join(root, folder), join('program', HOME, folder))
copy(join(root, 'python/src'), join('program', HOME, 'python/src'))
copy(join(import.meta.dirname, 'health.js'), join('program', HOME, 'health.js'))
mkdirSync(join(out, 'program/usr/local/bin'), { recursive: true })
symlinkSync(`/${HOME}/bin/understudy.js`, join(out, 'program/usr/local/bin/understudy'))
copy(join(root, 'dist/renderer'), join('page', HOME, 'dist/renderer'))

/** Without the sources, which the build stands for. */
function* builtProgram(files: Files): Iterable<[string, string]> {
  for (const [name, path] of files) {
    const within = name.startsWith(`${PROGRAM}/`) ? name.slice(PROGRAM.length + 1) : ''
    if (within !== '' && !/^(core|demos)\//.test(within)) yield [within, path]
  }
}

function copy(from: string, to: string): void {
  cpSync(from, join(out!, to), { recursive: true, filter: (path) => !/\.(d\.ts|map)$/.test(path) })
}

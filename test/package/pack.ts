/** What `npm pack` makes of this checkout. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { figure } from '../figures.ts'

const root = join(import.meta.dirname, '../..')

interface Packed {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}

function npmPack(...flags: readonly string[]): Packed {
  const { stdout, stderr, status } = spawnSync('npm', ['pack', '--json', ...flags], {
    cwd: root,
    encoding: 'utf8',
    // Windows has a script of that name, which only a shell starts.
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`npm pack: ${stderr}`)
  return (JSON.parse(stdout) as [Packed])[0]
}

/** @returns paths from the package's root, and the bytes of the tarball */
export function listPackage(): { files: string[]; size: number } {
  const { files, size } = npmPack('--dry-run')
  return { files: files.map(({ path }) => path), size }
}

/** @returns the tarball's path */
export function makePackage(folder: string): string {
  const { filename, size } = npmPack('--pack-destination', folder)
  figure('bytes of the package', size, 'packed')
  return join(folder, filename)
}

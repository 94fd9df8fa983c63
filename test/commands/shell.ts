/** A shell in which `understudy` is the command of this checkout, on a library and in a folder of its own. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UNDERSTUDY } from '../cli/support.ts'

export interface Shell {
  /** Where commands run. */
  readonly directory: string
  /** @returns what the command printed. @throws Error when it fails */
  run(command: string): string
  remove(): void
}

export function openShell(): Shell {
  const directory = mkdtempSync(join(tmpdir(), 'understudy-docs-'))
  const programs = join(directory, 'bin')
  mkdirSync(programs)
  const program = join(programs, 'understudy')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${UNDERSTUDY}' "$@"\n`)
  chmodSync(program, 0o755)
  const env = {
    ...process.env,
    PATH: `${programs}:${process.env.PATH}`,
    UNDERSTUDY_DATA: join(directory, 'library'),
    UNDERSTUDY_CONFIG: join(directory, 'config'),
    // Stands in for Python, so that npm alone is needed.
    UNDERSTUDY_PYTHON: join(import.meta.dirname, '../remote/fake-python.js'),
  }
  return {
    directory,
    run(command) {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
        cwd: directory,
        encoding: 'utf8',
        env,
      })
      if (status !== 0) throw new Error(`${command}: exit code ${status}\n${stdout}\n${stderr}`)
      return stdout
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

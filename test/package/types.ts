/** What an editor and a compiler say of plugins, by the types that the package comes with. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { saveBlock } from '../guide/page.ts'

const compiler = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
const EXAMPLES = ['environment', 'algorithm', 'network', 'reward-signal']

/** An error that is expected is one when it does not come, as with types that let everything pass. */
const WRONG = `import { registerEnvironment } from 'understudy'
// @ts-expect-error An id is a text.
registerEnvironment(1, () => { throw new Error() })
// @ts-expect-error Nothing has that name.
export { registerNothing } from 'understudy'
`

/**
 * Compiles the guide's examples, and uses that are wrong.
 * @param folder  from which 'understudy' is found
 * @returns what the compiler says: nothing where all is well
 */
export function typeErrors(folder: string, ...resolution: readonly string[]): string {
  const files = EXAMPLES.map((what) => saveBlock(`your-own-${what}.md`, 'ts', folder, `${what}.ts`))
  writeFileSync(join(folder, 'wrong.ts'), WRONG)
  const flags = ['--noEmit', '--strict', '--target', 'es2024', '--types', '', ...resolution]
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, ...flags, ...files, 'wrong.ts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return stdout + stderr
}

/** What is packed is built once, before any test looks at it: two that built at a time would empty the folder under each other. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

export default function setUp(): void {
  const root = join(import.meta.dirname, '../..')
  const { status, stdout, stderr } = spawnSync(process.execPath, ['build.ts'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`npm run build failed: ${stdout}${stderr}`)
}

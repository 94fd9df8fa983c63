/**
 * `npm run build`: emits dist/, what Electron runs and `npm pack` packs. core/ and electron/ file by file with their types,
 * the preload script as one CommonJS file, the page by Vite. `--no-page` leaves the page as it is.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = import.meta.dirname
const dist = join(root, 'dist')

for (const folder of ['core', 'electron', 'demos'])
  rmSync(join(dist, folder), { recursive: true, force: true })
emitProgram()
copyBeside('core', ['.wasm', '.py'])
copyBeside('demos', ['.understudy'])
await bundlePreload()
if (!process.argv.includes('--no-page'))
  await build({ logLevel: 'warn', configFile: join(root, 'vite.config.ts') })

function emitProgram(): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const arguments_ = [compiler, '-p', join(root, 'electron', 'tsconfig.json')]
  const { status } = spawnSync(process.execPath, arguments_, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** Data that the program reads from beside its modules. */
function copyBeside(folder: string, extensions: readonly string[]): void {
  for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    if (!extensions.some((extension) => name.endsWith(extension))) continue
    cpSync(join(root, folder, name), join(dist, folder, name))
  }
}

async function bundlePreload(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      lib: { entry: join(root, 'electron', 'preload.ts'), formats: ['cjs'], fileName: () => 'preload.cjs' },
      rolldownOptions: { external: ['electron'] },
      outDir: join(dist, 'electron'),
      emptyOutDir: false,
      minify: false,
      target: 'node24',
    },
  })
  if (!existsSync(join(dist, 'electron', 'preload.cjs'))) throw new Error('the preload script was not built')
}

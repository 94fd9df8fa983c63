/** A project with one dependency that was made to do harm, and npm to install it with. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

/** What npm runs of a dependency on its own account. */
export const events = ['preinstall', 'install', 'postinstall']

/** @returns a folder with a package, each of whose scripts leaves a file of its name in `traces` */
export function makeHostile(folder: string, traces: string): string {
  const path = join(folder, 'hostile')
  mkdirSync(path)
  mkdirSync(traces)
  const trace = (event: string) => `node -e "fs.writeFileSync('${join(traces, event)}', '')"`
  writeManifest(path, {
    name: 'hostile',
    version: '1.0.0',
    scripts: Object.fromEntries(events.map((event) => [event, trace(event)])),
  })
  writeFileSync(join(path, 'index.js'), '')
  return path
}

/** @param ours  whether it has our .npmrc, or npm's default settings */
export function makeProject(path: string, ours: boolean): string {
  mkdirSync(path)
  writeManifest(path, { name: 'project', version: '1.0.0' })
  if (ours) cpSync(join(root, '.npmrc'), join(path, '.npmrc'))
  return path
}

/** npm as on a machine where nobody has set anything, and without network. */
export function npm(cwd: string, ...args: string[]): { status: number | null; output: string } {
  // What an npm that runs this test has set would be taken for the person's own settings.
  const inherited = Object.entries(process.env).filter(([key]) => !/^npm_/i.test(key))
  const env = { ...Object.fromEntries(inherited), HOME: cwd, npm_config_offline: 'true' }
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, env, encoding: 'utf8', timeout: 60_000 })
  return { status, output: stdout + stderr }
}

function writeManifest(folder: string, manifest: object): void {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
}

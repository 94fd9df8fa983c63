/** The package in an empty folder of somebody who has nothing yet, as npm installs it with the settings that it has by itself. */
import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makePackage } from './pack.ts'

/** Of one command; an installation on a busy machine takes the longest. */
const LIMIT_MS = 280_000

export class Installed {
  readonly #place = mkdtempSync(join(tmpdir(), 'understudy-package-'))
  /** The project that the package is a dependency of. */
  readonly folder = join(this.#place, 'project')
  readonly tarball = makePackage(this.#place)
  readonly #cache = this.#npmCache()

  constructor() {
    for (const name of ['project', 'home']) mkdirSync(join(this.#place, name))
    writeFileSync(join(this.folder, 'package.json'), '{}')
  }

  /** Whether the package registry answers. @returns why not, else null */
  obstacle(): string | null {
    const asking = ['--fetch-retries=0', '--prefer-offline=false', '--prefer-online']
    const { status, stderr } = this.run('npm', 'view', 'onnxruntime-node', 'version', ...asking)
    return status === 0 ? null : stderr
  }

  run(program: string, ...args: readonly string[]): SpawnSyncReturns<string> {
    const options = { cwd: this.folder, env: this.#environment(), timeout: LIMIT_MS } as const
    return spawnSync(program, args, { ...options, encoding: 'utf8' })
  }

  /** @returns what it wrote to standard output @throws with what it wrote when it fails */
  output(program: string, ...args: readonly string[]): string {
    const { status, stdout, stderr, error } = this.run(program, ...args)
    if (status === 0) return stdout
    throw new Error([`${program} ${args.join(' ')}: exit code ${status}`, stdout, stderr].join('\n'), {
      cause: error,
    })
  }

  /** In a process group of its own, as a terminal starts it. */
  start(program: string, ...args: readonly string[]): ChildProcess {
    return spawn(program, args, {
      cwd: this.folder,
      env: this.#environment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  /** A file of the package. */
  path(name: string): string {
    return join(this.folder, 'node_modules/understudy', name)
  }

  /** With 15,000 files. */
  remove(): void {
    rmSync(this.#place, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Of a person who has set nothing and sits at no screen; what npm has fetched before is not fetched again. */
  #environment(): NodeJS.ProcessEnv {
    const set = /^(npm_.*|understudy_.*|display|wayland_display|node_options|node_env|vitest.*)$/i
    const inherited = Object.entries(process.env).filter(([key]) => !set.test(key))
    return {
      ...Object.fromEntries(inherited),
      HOME: join(this.#place, 'home'),
      USERPROFILE: join(this.#place, 'home'),
      npm_config_cache: this.#cache,
      npm_config_prefer_offline: 'true',
    }
  }

  #npmCache(): string {
    return spawnSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).stdout.trim()
  }
}

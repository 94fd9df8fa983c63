/**
 * Runs an image as Docker does: its command, as its user, as process 1 of its own, from a read-only root with /tmp and its
 * volumes to write to. By runc, which is what Docker runs. Unless it is given a network, that is this machine's, of which only
 * the loopback interface is used.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { imageOf, type Target } from './built.ts'
import { buildah, folder, sh } from './tools.ts'

const imageConfig = z.object({
  User: z.string(),
  Env: z.array(z.string()),
  Entrypoint: z.array(z.string()),
  Cmd: z.array(z.string()),
  WorkingDir: z.string(),
  Labels: z.record(z.string(), z.string()),
  ExposedPorts: z.record(z.string(), z.unknown()).optional(),
  Volumes: z.record(z.string(), z.unknown()).nullish(),
  Healthcheck: z.object({ Test: z.array(z.string()) }).optional(),
})
export type ImageConfig = z.infer<typeof imageConfig>

export function configOf(target: Target): ImageConfig {
  const { Docker } = JSON.parse(buildah('inspect', '--type', 'image', imageOf(target)))
  return imageConfig.parse(Docker.config)
}

/** Of all layers, uncompressed. */
export function bytesOf(target: Target): number {
  const { size } = JSON.parse(buildah('images', '--json', imageOf(target)))[0]
  return Number(sh('numfmt', ['--from=si', size.replace(/ ?B$/, '').replace(' ', '').replace('k', 'K')]))
}

/** The files of an image, where this test may read them. */
export function mountImage(target: Target): string {
  const container = buildah('from', imageOf(target))
  onTestFinished(() => void buildah('rm', container))
  return buildah('mount', container)
}

export interface RunOptions {
  /** Instead of the image's command. */
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Instead of the image's user; a number. */
  readonly user?: number
  /** File of a network namespace, instead of this machine's. */
  readonly namespace?: string
  /** Instead of /etc/hosts of this machine. */
  readonly hosts?: string
  /** Whether programs in /tmp may be run. */
  readonly runsFromTmp?: boolean
  /** Folders here, by their places there. A volume of the image that is not named gets a new one. */
  readonly volumes?: Readonly<Record<string, string>>
}

/** What Docker leaves to root. */
const CAPABILITIES = [
  ...[
    'CHOWN',
    'DAC_OVERRIDE',
    'FSETID',
    'FOWNER',
    'MKNOD',
    'NET_RAW',
    'SETGID',
    'SETUID',
    'SETFCAP',
    'SETPCAP',
  ],
  ...['NET_BIND_SERVICE', 'SYS_CHROOT', 'KILL', 'AUDIT_WRITE'],
].map((name) => `CAP_${name}`)

export class Container {
  readonly process: ChildProcess
  readonly #id: string
  #printed = ''

  constructor(target: Target, options: RunOptions = {}) {
    const config = configOf(target)
    const bundle = mkdtempSync(join(tmpdir(), 'understudy-image-'))
    this.#id = `understudy-${process.pid}-${bundle.slice(-6)}`
    // After what the test itself has to clean away, since the last said is done first.
    onTestFinished(() => rmSync(bundle, { recursive: true, force: true }))
    const files = mountImage(target)
    const uid = options.user ?? userOf(config)
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(specOf(config, files, bundle, uid, options)))
    this.process = spawn('runc', ['--root', join(folder, 'runc'), 'run', '--bundle', bundle, this.#id], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.process.stdout!, this.process.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => (this.#printed += text))
    onTestFinished(() => this.kill())
  }

  /** Both of its streams. */
  get printed(): string {
    return this.#printed
  }

  /** The first line with the pattern in it. @throws with what it printed when it ends without one */
  async line(pattern: RegExp): Promise<string> {
    for (;;) {
      const hasEnded = this.process.exitCode !== null
      const found = this.#printed.split('\n').find((line) => pattern.test(line))
      if (found !== undefined) return found
      if (hasEnded) throw new Error(`it ended before ${pattern}:\n${this.#printed}`)
      await setTimeout(20)
    }
  }

  /** Runs a command beside it. @returns its status */
  execute(...command: string[]): { status: number | null; out: string } {
    const { status, stdout, stderr } = spawnSync(
      'runc',
      ['--root', join(folder, 'runc'), 'exec', this.#id, ...command],
      {
        encoding: 'utf8',
      },
    )
    return { status, out: stdout + stderr }
  }

  /** To process 1 alone, as `docker stop` does. */
  signal(name: 'TERM' | 'KILL'): void {
    spawnSync('runc', ['--root', join(folder, 'runc'), 'kill', this.#id, name])
  }

  /** @returns its status once it has ended */
  async ended(): Promise<number | null> {
    if (this.process.exitCode === null) await once(this.process, 'close')
    return this.process.exitCode
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null) return
    this.signal('KILL')
    await this.ended()
  }
}

function userOf({ User }: ImageConfig): number {
  return User === '' || User === 'root' ? 0 : Number(User)
}

function specOf(
  config: ImageConfig,
  files: string,
  bundle: string,
  uid: number,
  options: RunOptions,
): object {
  const capabilities = uid === 0 ? CAPABILITIES : []
  // Names are those of /etc/hosts; whoever asks for others is refused at once, as nobody listens there.
  const resolver = join(bundle, 'resolv.conf')
  writeFileSync(resolver, 'nameserver 127.0.0.1\n')
  const env = new Map(config.Env.map((pair) => pair.split('=', 2) as [string, string]))
  for (const [name, value] of Object.entries({ HOME: homeOf(files, uid), ...options.env }))
    env.set(name, value)
  const volumes = new Map(Object.entries(options.volumes ?? {}))
  for (const place of Object.keys(config.Volumes ?? {})) {
    if (volumes.has(place)) continue
    const volume = join(bundle, `volume${volumes.size}`)
    mkdirSync(volume)
    chownSync(volume, uid, uid)
    volumes.set(place, volume)
  }
  const bind = (source: string, destination: string, mode: string) => ({
    ...{ type: 'bind', source, destination },
    options: ['rbind', mode],
  })
  // Docker's own choice of flags.
  const memory = (destination: string, run = 'noexec') => ({
    ...{ type: 'tmpfs', source: 'tmpfs', destination },
    options: ['nosuid', 'nodev', run, 'mode=1777'],
  })
  return {
    ociVersion: '1.0.2',
    hostname: 'container',
    root: { path: files, readonly: true },
    process: {
      user: { uid, gid: uid },
      args: [...(options.entrypoint ?? config.Entrypoint), ...(options.command ?? config.Cmd)],
      env: [...env].map(([name, value]) => `${name}=${value}`),
      cwd: config.WorkingDir || '/',
      noNewPrivileges: true,
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      memory('/dev/shm'),
      memory('/tmp', options.runsFromTmp ? 'exec' : 'noexec'),
      bind(options.hosts ?? '/etc/hosts', '/etc/hosts', 'ro'),
      bind(resolver, '/etc/resolv.conf', 'ro'),
      ...[...volumes].map(([place, source]) => bind(source, place, 'rw')),
    ],
    linux: {
      namespaces: [
        ...['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
        ...(options.namespace === undefined ? [] : [{ type: 'network', path: options.namespace }]),
      ],
    },
  }
}

/** As Docker sets it. */
function homeOf(files: string, uid: number): string {
  const accounts = readFileSync(join(files, 'etc/passwd'), 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  return accounts.find((account) => account[2] === `${uid}`)?.[5] ?? '/'
}

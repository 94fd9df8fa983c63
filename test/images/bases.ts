/**
 * What stands in for the two images that docker/Dockerfile begins with, where images of others cannot be fetched: a Debian of
 * the same release by debootstrap, thinned out as Debian's slim images are, and the same with Node and npm.
 */
import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { asked, buildah, folder, root, sh } from './tools.ts'

export const BASE = 'localhost/debian:bookworm-slim'
export const NODE = 'localhost/node:slim'

/** Of no use in a container; Debian's slim images have none of it either. */
const IDLE = [
  'var/cache/apt',
  'var/lib/apt/lists',
  'usr/share/doc',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
]

/** Makes those that are not there yet. */
export function makeBases(): void {
  const there = buildah('images', '--format', '{{.Name}}:{{.Tag}}').split('\n')
  if (!there.includes(BASE)) makeDebian()
  if (!there.includes(NODE)) makeNode()
}

function makeDebian(): void {
  const debian = join(folder, 'debian')
  rmSync(debian, { recursive: true, force: true })
  sh('debootstrap', ['--variant=minbase', 'bookworm', debian])
  for (const idle of IDLE) {
    rmSync(join(debian, idle), { recursive: true, force: true })
    mkdirSync(join(debian, idle))
  }
  const container = buildah('from', 'scratch')
  sh('cp', ['-a', `${debian}/.`, buildah('mount', container)])
  buildah('config', '--cmd', 'bash', container)
  buildah('commit', '--quiet', '--rm', container, BASE)
  rmSync(debian, { recursive: true, force: true })
}

/** With the Node that this project pins, and the npm of this machine. */
function makeNode(): void {
  const container = buildah('from', BASE)
  const local = join(buildah('mount', container), 'usr/local')
  const { resolve } = createRequire(join(root, 'package.json'))
  const node = join(dirname(resolve(`node-linux-${process.arch}/package.json`)), 'bin/node')
  cpSync(node, join(local, 'bin/node'))
  cpSync(npmFolder(), join(local, 'lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'))
  const install = 'apt-get update && apt-get install --yes --no-install-recommends libatomic1'
  buildah('run', '--isolation', 'chroot', container, '--', 'sh', '-c', install)
  buildah('commit', '--quiet', '--rm', container, NODE)
}

/** That which runs this test, else the one that a shell finds. */
function npmFolder(): string {
  const program = process.env.npm_execpath ?? realpathSync(sh('which', ['npm']))
  return dirname(dirname(program))
}

/**
 * What npm and pip are told here of the registries that they use, for builds: a mirror, a certificate of its own.
 * @returns arguments of `buildah build`
 */
export function registryVolumes(): string[] {
  const mounts: [from: string, to: string][] = []
  const lines = { npm: '', pip: '[global]\n' }
  const certificates = asked('npm', 'config', 'get', 'cafile') ?? process.env.PIP_CERT
  if (certificates !== undefined) {
    mounts.push([certificates, '/etc/registries.crt'])
    lines.npm += 'cafile=/etc/registries.crt\n'
    lines.pip += 'cert = /etc/registries.crt\n'
  }
  const npm = asked('npm', 'config', 'get', 'registry')
  const pip = process.env.PIP_INDEX_URL ?? asked('python3', '-m', 'pip', 'config', 'get', 'global.index-url')
  if (npm !== undefined) lines.npm += `registry=${npm}\n`
  if (pip !== undefined) lines.pip += `index-url = ${pip}\n`
  for (const [name, to] of [
    ['npm', '/root/.npmrc'],
    ['pip', '/etc/pip.conf'],
  ] as const) {
    const file = join(folder, `${name}.conf`)
    writeFileSync(file, lines[name])
    mounts.push([file, to])
  }
  return mounts.flatMap(([from, to]) => ['--volume', `${from}:${to}:ro`])
}

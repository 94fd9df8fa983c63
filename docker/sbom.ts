/**
 * `node docker/sbom.ts NAME --program OUT --dpkg STATUS [--python VENV]`: prints the bill of materials of an image, as CycloneDX
 * 1.6. It lists what was found in the folders that the image is made of, where `npm sbom` would list what npm had installed
 * for the build; and Debian's and Python's packages are in it, too.
 */
import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

interface Component {
  readonly type: 'library' | 'application'
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses?: readonly [{ readonly license: { readonly name: string } }]
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { program: { type: 'string' }, dpkg: { type: 'string' }, python: { type: 'string' } },
})
const [image] = positionals
const { program, dpkg, python } = values
if (image === undefined || program === undefined || dpkg === undefined)
  throw new Error('see the head of this file')

const { version } = readManifest(join(program, 'program/opt/understudy/package.json'))
const components = [
  component('application', 'node', process.versions.node, `pkg:generic/node@${process.versions.node}`, 'MIT'),
  ...nodePackages(join(program, 'packages/opt/understudy')),
  ...(image === 'understudy'
    ? bundledPackages(join(program, 'page/opt/understudy/dist/renderer/third-party.md'))
    : []),
  ...debianPackages(dpkg),
  ...(python === undefined ? [] : pythonPackages(python)),
]
const bill = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: { component: { type: 'container', name: image, version } },
  components: [...new Map(components.map((one) => [one.purl, one])).values()],
}
process.stdout.write(`${JSON.stringify(bill, null, 1)}\n`)

function component(
  type: Component['type'],
  name: string,
  version: string,
  purl: string,
  license?: string,
): Component {
  const stated =
    license === undefined || license === '' ? {} : { licenses: [{ license: { name: license } }] as const }
  return { type, name, version, purl, ...stated }
}

function npmComponent(name: string, version: string, license?: string): Component {
  return component('library', name, version, `pkg:npm/${name.replace('@', '%40')}@${version}`, license)
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest
}

function nodePackages(folder: string): Component[] {
  return globSync('**/node_modules/{*,@*/*}/package.json', { cwd: folder })
    .sort()
    .map((path) => {
      const { name, version, license } = readManifest(join(folder, path))
      return npmComponent(name, version, license)
    })
}

/** Those whose code the page was bundled from, as Vite names them: `## react - 19.3.1 (MIT)`. */
function bundledPackages(file: string): Component[] {
  const headings = readFileSync(file, 'utf8').matchAll(/^## (\S+) - (\S+) \((.*)\)$/gm)
  return [...headings].map(([, name, version, license]) => npmComponent(name!, version!, license))
}

function debianPackages(status: string): Component[] {
  return readFileSync(status, 'utf8')
    .trimEnd()
    .split('\n\n')
    .map((paragraph) => {
      const [name, version, arch] = ['Package', 'Version', 'Architecture'].map(
        (field) => fieldOf(paragraph, field)!,
      )
      const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version!)}?arch=${arch}&distro=debian-12`
      return component('library', name!, version!, purl)
    })
}

function pythonPackages(folder: string): Component[] {
  return globSync('lib/python3*/site-packages/*.dist-info/METADATA', { cwd: folder })
    .sort()
    .map((path) => {
      const head = readFileSync(join(folder, path), 'utf8')
      const [name, version] = [fieldOf(head, 'Name'), fieldOf(head, 'Version')]
      if (name === undefined || version === undefined)
        throw new Error(`${basename(dirname(path))} has no name`)
      const purl = `pkg:pypi/${name.toLowerCase().replaceAll('_', '-')}@${version}`
      return component('library', name, version, purl, fieldOf(head, 'License-Expression'))
    })
}

/** Of a paragraph as mail has them, in which Debian and Python write. */
function fieldOf(paragraph: string, field: string): string | undefined {
  return new RegExp(`^${field}: (.*)$`, 'm').exec(paragraph)?.[1]
}

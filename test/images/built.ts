/** Builds the images once, before any test runs one. */
import { mkdirSync } from 'node:fs'
import { figure } from '../figures.ts'
import { BASE, makeBases, NODE, registryVolumes } from './bases.ts'
import { buildah, folder, obstacle, root } from './tools.ts'

export const TARGETS = ['studio', 'serve', 'train', 'train-ray'] as const
export type Target = (typeof TARGETS)[number]

export const imageOf = (target: Target): string => `localhost/understudy-test:${target}`

export default function setUp(): void {
  const why = obstacle()
  if (why !== undefined) {
    if (process.env.UNDERSTUDY_ALLOW_MISSING === undefined) throw new Error(why)
    process.env.UNDERSTUDY_NO_IMAGES = why
    return
  }
  mkdirSync(folder, { recursive: true })
  timed('the bases', makeBases)
  const arguments_ = [
    ...['build', '--isolation', 'chroot', '--format', 'docker', '--layers'],
    ...registryVolumes(),
    ...['--build-arg', `NODE=${NODE}`, '--build-arg', `BASE=${BASE}`],
    ...['--file', 'docker/Dockerfile', '--ignorefile', 'docker/Dockerfile.dockerignore'],
  ]
  for (const target of TARGETS)
    timed(target, () => buildah(...arguments_, '--target', target, '--tag', imageOf(target), root))
}

function timed(what: string, make: () => void): void {
  const began = performance.now()
  process.stdout.write(`building ${what}\n`)
  make()
  figure(`building ${what}`, (performance.now() - began) / 1000, 's')
}

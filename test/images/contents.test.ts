/** What is in the images, and what each says that is in it. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { figure } from '../figures.ts'
import { TARGETS } from './built.ts'
import { bytesOf, configOf, mountImage } from './container.ts'
import { needsImages } from './support.ts'

needsImages()

/** The part of CycloneDX 1.6 that is written. */
const bill = z.strictObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.6'),
  version: z.literal(1),
  metadata: z.strictObject({
    component: z.strictObject({
      type: z.literal('container'),
      name: z.string().min(1),
      version: z.string().min(1),
    }),
  }),
  components: z
    .array(
      z.strictObject({
        type: z.enum(['library', 'application']),
        name: z.string().min(1),
        version: z.string().min(1),
        purl: z.string().regex(/^pkg:(npm|deb\/debian|pypi|generic)\/\S+@\S+$/),
        licenses: z
          .array(z.strictObject({ license: z.strictObject({ name: z.string().min(1) }) }))
          .optional(),
      }),
    )
    .refine((all) => new Set(all.map(({ purl }) => purl)).size === all.length),
})

/** Megabytes, of all layers: what a reader is told, with some room. */
const MOST = { studio: 400, serve: 400, train: 400, 'train-ray': 1_000 }

describe.each(TARGETS)('the image %s', (target) => {
  it('is no larger than is said', () => {
    const megabytes = bytesOf(target) / 1e6
    figure(`size of ${target}`, megabytes, 'MB')
    expect(megabytes).toBeLessThan(MOST[target])
  })

  it('says what it is', () => {
    const { Labels, Entrypoint } = configOf(target)
    expect(Labels).toMatchObject({
      'org.opencontainers.image.title': expect.stringMatching(/^understudy/),
      'org.opencontainers.image.licenses': 'MIT',
    })
    expect(Entrypoint[0]).toBe('node')
  })

  it('has a bill of all its packages, and of no others', () => {
    const files = mountImage(target)
    const program = join(files, 'opt/understudy')
    const { components } = bill.parse(JSON.parse(readFileSync(join(program, 'sbom.cdx.json'), 'utf8')))
    const named = (kind: string) =>
      components
        .filter(({ purl }) => purl.startsWith(`pkg:${kind}/`))
        .map(({ name, version }) => `${name} ${version}`)
    const manifests = globSync('node_modules/**/node_modules/{*,@*/*}/package.json', { cwd: program })
    const top = globSync('node_modules/{*,@*/*}/package.json', { cwd: program })
    const installed = [...manifests, ...top].map((path) => {
      const { name, version } = JSON.parse(readFileSync(join(program, path), 'utf8'))
      return `${name} ${version}`
    })
    const bundled = target === 'studio' ? named('npm').filter((one) => !installed.includes(one)) : []
    if (target === 'studio') expect(bundled.some((one) => one.startsWith('react '))).toBe(true)
    expect(new Set(named('npm'))).toEqual(new Set([...installed, ...bundled]))
    const status = readFileSync(join(files, 'var/lib/dpkg/status'), 'utf8')
    expect(named('deb').length).toBe(status.match(/^Package: /gm)!.length)
    const venv = globSync('opt/ray/lib/python3*/site-packages/*.dist-info', { cwd: files })
    expect(named('pypi').length).toBe(venv.length)
  })

  it('has nothing of the build', () => {
    const files = mountImage(target)
    for (const path of ['src', 'out', 'bill', 'opt/understudy/core', 'opt/understudy/node_modules/vite'])
      expect(existsSync(join(files, path)), path).toBe(false)
    expect(existsSync(join(files, 'opt/understudy/dist/renderer'))).toBe(target === 'studio')
  })
})

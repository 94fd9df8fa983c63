import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { connect, requireSaved } from '../../core/cluster/connect.ts'
import {
  clusterAt,
  forgetCluster,
  requireCluster,
  saveCluster,
  savedClusters,
} from '../../core/cluster/saved-clusters.ts'
import { temporaryDirectory } from '../store/support.ts'
import { dashboard } from './dashboard.ts'

let config: string

beforeEach(() => {
  config = temporaryDirectory()
  vi.stubEnv('UNDERSTUDY_CONFIG', config)
  // As on a machine on which nobody has used Ray.
  vi.stubEnv('HOME', temporaryDirectory())
})

const lab = { name: 'lab', address: 'http://head:8265', tokenFile: null }

it('what is saved is there for every program of this person, and for nobody else to read', async () => {
  expect(savedClusters()).toEqual([])
  await saveCluster({ ...lab, address: 'http://head:8265/' })
  await saveCluster({ name: 'attic', address: 'https://attic', tokenFile: null })
  expect(savedClusters().map(({ name, address }) => [name, address])).toEqual([
    ['attic', 'https://attic'],
    ['lab', 'http://head:8265'],
  ])
  if (process.platform !== 'win32') {
    expect(statSync(join(config, 'clusters', 'lab.json')).mode & 0o077).toBe(0)
  }
  expect(forgetCluster('attic')).toMatchObject({ address: 'https://attic' })
  expect(savedClusters()).toEqual([lab])
})

it.each(['', '../lab', 'a/b', 'a:b', '-x', 'here', 'Here', 'x'.repeat(41), 'a b'])(
  'no cluster is called %j',
  async (name) => {
    await expect(saveCluster({ ...lab, name })).rejects.toThrow('cannot be called')
    expect(savedClusters()).toEqual([])
  },
)

it.each(['head:8265', 'ray://head:10001', 'http://me:secret@head'])(
  'none has the address %s',
  async (address) => {
    await expect(saveCluster({ ...lab, address })).rejects.toThrow('is not the address of a cluster')
  },
)

it('neither a name nor an address is given twice', async () => {
  await saveCluster(lab)
  await expect(saveCluster({ ...lab, name: 'LAB', address: 'http://other' })).rejects.toMatchObject({
    message: 'http://head:8265 is saved as "lab" already',
    remedy: expect.stringContaining('another name'),
  })
  await expect(saveCluster({ ...lab, name: 'two', address: 'http://HEAD:8265/' })).rejects.toThrow(
    'is saved as "lab" already',
  )
})

it('a name that is none comes with the nearest, or with how to save one', async () => {
  expect(() => requireCluster('lba')).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining('add NAME') }),
  )
  await saveCluster(lab)
  expect(() => requireCluster('lba')).toThrow(expect.objectContaining({ remedy: 'did you mean "lab"?' }))
  await expect(connect('lba')).rejects.toThrow('there is no cluster "lba"')
  // What looks like an address is one.
  await expect(connect('lba:8265')).rejects.toThrow('is not the address of a cluster')
})

it('a file that is not what was saved is none', async () => {
  await saveCluster(lab)
  const folder = join(config, 'clusters')
  writeFileSync(join(folder, 'other.json'), readFileSync(join(folder, 'lab.json')))
  writeFileSync(join(folder, 'half.json'), '{"name":"half"')
  mkdirSync(join(folder, 'folder.json'))
  expect(savedClusters()).toEqual([lab])
  expect(readdirSync(folder)).toContain('half.json')
})

it('a token is kept as the file that it is in, found by name and by address, and never copied', async () => {
  const { asked, address } = await dashboard(() => [200, '{"ray_version":"2.60.0"}'])
  const tokenFile = join(temporaryDirectory(), 'token')
  await expect(saveCluster({ name: 'lab', address, tokenFile: 'token' })).rejects.toThrow(
    'nobody knows from where',
  )
  await expect(saveCluster({ name: 'lab', address, tokenFile })).rejects.toThrow('cannot be read')
  writeFileSync(tokenFile, 'secret1\n')
  await saveCluster({ name: 'lab', address, tokenFile })
  expect(readFileSync(join(config, 'clusters', 'lab.json'), 'utf8')).not.toContain('secret1')
  writeFileSync(tokenFile, 'secret2\n')
  const other = join(temporaryDirectory(), 'other')
  writeFileSync(other, 'secret3')
  await connect('lab')
  await connect(`${address}/`)
  await connect('lab', other)
  await connect(address.replace('127.0.0.1', 'localhost'))
  expect(asked.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer secret2',
    'Bearer secret2',
    'Bearer secret3',
    undefined,
  ])
})

it("somebody else's file may name what is saved here, and nothing else", async () => {
  await saveCluster(lab)
  expect(requireSaved('lab')).toEqual(lab)
  expect(requireSaved('http://head:8265/')).toEqual(lab)
  expect(clusterAt('http://head:8265/x')).toBe(undefined)
  expect(() => requireSaved('http://elsewhere:8265')).toThrow('no cluster is saved here with the address')
})

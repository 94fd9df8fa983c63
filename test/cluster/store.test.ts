import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ComeHome } from '../../core/cluster/come-home.ts'
import { HomeFiles } from '../../core/cluster/home-files.ts'
import type { JobMessage } from '../../core/cluster/job-messages.ts'
import { JobStore, parseStore, storeFolder } from '../../core/cluster/store.ts'
import { temporaryDirectory } from '../store/support.ts'

it.each(['file:///shared/runs', 's3://bucket/runs', 'gs://bucket'])('%s is a store', (named) => {
  expect(parseStore(`${named}/`)).toBe(named)
})

it.each(['/shared/runs', 's3:', 's3:///runs', 'ftp://host/runs', ''])('%j is none', (named) => {
  expect(() => parseStore(named)).toThrow('is no store')
})

describe('in a folder that all machines see', () => {
  const files = ['checkpoints/200.checkpoint', 'checkpoints/200.onnx', 'checkpoints/200.replay']

  function away() {
    const there = temporaryDirectory()
    mkdirSync(join(there, 'checkpoints'))
    const shared = temporaryDirectory()
    const store = new JobStore(pathToFileURL(shared).href, 'run', there)
    const said: JobMessage[] = []
    // Nothing could come through the log.
    const home = new HomeFiles(there, 0, (message) => said.push(message), store)
    for (const path of files) writeFileSync(join(there, path), path.repeat(1000))
    return { there, shared, said, home, folder: storeFolder(pathToFileURL(shared).href, 'run')! }
  }

  it('everything is kept, of any size, and goes home from there', async () => {
    const { there, said, home, folder } = away()
    home.sendCheckpoint()
    expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual(files.map((path) => path.slice(12)))
    const here = temporaryDirectory()
    const coming = new ComeHome(here, () => {})
    for (const message of said.splice(0)) {
      expect(message.type).not.toBe('file')
      if (message.type === 'stored') {
        expect(await coming.stored(folder, message.path, message.size)).toBe(true)
      }
    }
    for (const path of files) {
      expect(readFileSync(join(here, path), 'utf8')).toBe(readFileSync(join(there, path), 'utf8'))
    }
    rmSync(join(there, files[2]!))
    home.sendCheckpoint()
    expect(said.map(({ type }) => type)).toEqual(['checkpoints'])
    expect(existsSync(join(folder, files[2]!))).toBe(false)
  })

  it('what is cut there, or lies outside the run, is not taken home', async () => {
    const { home, folder } = away()
    home.sendCheckpoint()
    const coming = new ComeHome(temporaryDirectory(), () => {})
    expect(await coming.stored(folder, files[0]!, 5)).toBe(false)
    expect(await coming.stored(`${folder}-elsewhere`, files[0]!, 5)).toBe(false)
    await expect(coming.stored(folder, '../../secret', 5)).rejects.toThrow('a file that no run has')
  })

  it('one that takes nothing more says so in a sentence', () => {
    const { home, shared } = away()
    writeFileSync(join(shared, 'run'), 'where the folder of the run should be')
    expect(() => home.sendCheckpoint()).toThrow(/run\/checkpoints/)
  })
})

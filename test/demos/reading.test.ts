import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  FORMATS,
  importDemonstrations,
  readDemonstrations,
  UnsaidEnvironmentError,
} from '../../core/demos/index.ts'
import { environmentStamp } from '../../core/demos/stamp.ts'
import { makeEnvironment } from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { openLibrary } from '../../core/store/index.ts'
import { randomEpisode, stamp, temporaryDirectory } from '../store/support.ts'

const episodes = [randomEpisode(1, { steps: 150, masked: true }), randomEpisode(2, { masked: true })]
const jsonl = FORMATS.find(({ name }) => name === 'jsonl')!
const minari = FORMATS.find(({ name }) => name === 'minari')!

async function file(): Promise<Uint8Array> {
  return new Uint8Array((await jsonl.write(episodes)) as Uint8Array)
}

it('reads a path and bytes alike, in a process of its own', async () => {
  const path = join(temporaryDirectory(), 'a.jsonl')
  writeFileSync(path, await file())
  const before = process.getActiveResourcesInfo().length
  for (const source of [path, { name: 'a.jsonl', bytes: await file() }]) {
    expect(await readDemonstrations(source)).toEqual({ format: jsonl, episodes })
  }
  // The process that waits for the next file keeps nobody from ending.
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 1)
})

it('reads a folder', async () => {
  const dir = join(temporaryDirectory(), 'set')
  const plain = episodes.map(({ masks: _, ...episode }) => episode)
  for (const [name, bytes] of (await minari.write(plain)) as ReadonlyMap<string, Uint8Array>) {
    mkdirSync(join(dir, name, '..'), { recursive: true })
    writeFileSync(join(dir, name), bytes)
  }
  expect((await readDemonstrations(dir)).episodes).toEqual(plain)
})

it('tells what it had to assume, but not of each of a thousand lines', async () => {
  const line = '{"observations":[[0,0],[1,1]],"rewards":[1],"discrete":[0]}\n'
  const played = {
    ...stamp,
    observations: [{ name: 'x', shape: [2] }],
    action: { continuous: 0, discrete: [3] },
  }
  const notes: string[] = []
  const source = { name: 'a.jsonl', bytes: Buffer.from(line.repeat(1000)) }
  const { episodes } = await readDemonstrations(source, {
    environment: played,
    note: (text) => notes.push(text),
  })
  expect(episodes).toHaveLength(1000)
  expect(notes).toHaveLength(21)
  expect(notes.at(-1)).toBe('980 more notes like these are left out')
})

it('throws as its own what the process threw', async () => {
  const unsaid = { name: 'a.csv', bytes: Buffer.from('episode,step,reward\n0,0,1\n') }
  await expect(readDemonstrations(unsaid)).rejects.toBeInstanceOf(UnsaidEnvironmentError)
  await expect(readDemonstrations({ name: 'a', bytes: Buffer.from('?') })).rejects.toBeInstanceOf(DataError)
  const environment = environmentStamp(makeEnvironment('basic').spec)
  const other = readDemonstrations({ name: 'a.jsonl', bytes: await file() }, { environment })
  await expect(other).rejects.toBeInstanceOf(UserError)
  await expect(other).rejects.toMatchObject({
    remedy: expect.stringContaining('name the environment that it was played in'),
  })
  await expect(readDemonstrations('/nowhere/at/all')).rejects.toThrow('there is no such file')
})

it('ends when it is told to, and takes the next file all the same', async () => {
  const bytes = new Uint8Array(Buffer.alloc(20_000_000, 'a,b\n'))
  const stop = new AbortController()
  const began = performance.now()
  const reading = readDemonstrations({ name: 'a.csv', bytes }, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(reading).rejects.toThrow('enough')
  expect(performance.now() - began).toBeLessThan(10_000)
  expect((await readDemonstrations({ name: 'a.jsonl', bytes: await file() })).episodes).toEqual(episodes)
})

it('imports all of a file or nothing of it', async () => {
  const library = openLibrary(temporaryDirectory())
  const seen: number[] = []
  const onEpisode = ({ length }: { length: number }): void => void seen.push(length)
  const source = { name: 'a.jsonl', bytes: await file() }
  const { format, added, known } = await importDemonstrations(library, source, { onEpisode })
  expect({ format: format.name, known, seen }).toEqual({ format: 'jsonl', known: [], seen: [150, 5] })
  expect(added.map((id) => library.readEpisode(id))).toEqual(episodes)
  expect((await importDemonstrations(library, source)).known).toEqual(added)
  const cut = { ...source, bytes: source.bytes.subarray(0, -9) }
  await expect(importDemonstrations(library, cut)).rejects.toBeInstanceOf(DataError)
  expect(library.listEpisodes()).toHaveLength(2)
  library.close()
})

it('has no more open files afterwards', async () => {
  if (process.platform !== 'linux') return
  const open = (): number => readdirSync('/proc/self/fd').length
  await readDemonstrations({ name: 'a.jsonl', bytes: await file() })
  const before = open()
  for (let i = 0; i < 20; i++) await readDemonstrations({ name: 'a.jsonl', bytes: await file() })
  expect(open()).toBe(before)
})

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { deflateSync, inflateSync as inflate, strToU8, unzipSync, zipSync } from 'fflate'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { csv } from '../../core/demos/formats/csv/index.ts'
import { readDemonstrationsHere } from '../../core/demos/formats/index.ts'
import { jsonl } from '../../core/demos/formats/jsonl/index.ts'
import { npz } from '../../core/demos/formats/npz/index.ts'
import { understudy } from '../../core/demos/formats/understudy.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { Episode } from '../../core/store/index.ts'
import { randomEpisode, stamp } from '../store/support.ts'
import { mutate } from './mutate.ts'

/** Values that a careless format loses. */
function awkwardEpisode(): Episode {
  const episode = randomEpisode(11, { steps: 3, masked: true })
  episode.observations.set([
    -0,
    1e-45,
    3.4028234663852886e38,
    Math.fround(0.1),
    Math.fround(1 / 3),
    -1e-7,
    16777217,
  ])
  episode.rewards.set([-0, Math.fround(0.7), -1])
  episode.timesUs.set([0, 0.1 + 0.2, 1e15 + 0.5])
  return {
    ...episode,
    tags: ['größte', '"quoted"'],
    note: 'two\nlines, 雪 and 🎈',
    rating: 5,
    seed: Number.MAX_SAFE_INTEGER,
  }
}

const NO_BRANCHES = { ...stamp, action: { continuous: 1, discrete: [] } }
const samples: Record<string, Episode[]> = {
  'random values': [randomEpisode(1), randomEpisode(2, { steps: 130 }), randomEpisode(3, { steps: 1 })],
  'masks and awkward values': [awkwardEpisode(), randomEpisode(4, { masked: true })],
  'continuous actions only': [
    randomEpisode(5, { changes: { environment: NO_BRANCHES, discrete: new Int32Array(0) } }),
  ],
}

describe.each([understudy, npz, jsonl, csv])('$name', (format) => {
  it.each(Object.entries(samples))('gives back exactly what was written: %s', async (_what, episodes) => {
    const bytes = format.write(episodes)
    const { episodes: back } = await readDemonstrationsHere({ name: 'file', bytes })
    expect(back).toEqual(episodes)
    for (const [i, episode] of episodes.entries()) {
      for (const column of ['observations', 'rewards', 'timesUs'] as const) {
        expect([...back[i]![column]].every((value, j) => Object.is(value, episode[column][j]))).toBe(true)
      }
    }
    expect(Buffer.compare(format.write(back), bytes)).toBe(0)
  })

  it('keeps every bit of every finite number', () => {
    const random = new Random(77)
    const finite = (value: number): number => (Number.isFinite(value) ? value : 1)
    const words = Uint32Array.from({ length: 101 * 8 }, () => random.nextUint32())
    const observations = new Float32Array(words.buffer).map(finite)
    const times = new BigUint64Array(100).map(() => BigInt(random.nextUint32()) << BigInt(random.below(31)))
    const timesUs = new Float64Array(times.buffer).map((value) => Math.abs(finite(value))).sort()
    const episode = randomEpisode(1, { steps: 100, changes: { observations, timesUs } })
    const [back] = format.read(format.write([episode]), 'file')
    expect(new Uint32Array(back!.observations.buffer)).toEqual(new Uint32Array(observations.buffer))
    expect(new BigUint64Array(back!.timesUs.buffer)).toEqual(new BigUint64Array(timesUs.buffer))
  })

  it('refuses every damaged file with a DataError and never with anything else', () => {
    const random = new Random(2024)
    const whole = format.write([randomEpisode(1, { masked: true }), randomEpisode(2, { masked: true })])
    let refused = 0
    for (let i = 0; i < 2500; i++) {
      const bytes = mutate(whole, random)
      try {
        format.read(bytes, 'fuzzed')
      } catch (error) {
        const unnamed = error instanceof UserError && error.message === 'fuzzed does not say what was played'
        if (!(error instanceof DataError) && !unnamed) throw error
        if (!unnamed) expect(error.message).toMatch(/^fuzzed: .+: expected .*, found /)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(2200)
  })

  it('refuses an empty file and a file of nothing', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(1000)]) {
      const name = `nothing${format.extensions[0]}`
      await expect(readDemonstrationsHere({ name, bytes })).rejects.toThrow(DataError)
    }
  })
})

describe('understudy', () => {
  const packr = new Packr({ useRecords: false })

  function seal(message: Uint8Array, claimedLength = message.length): Uint8Array {
    const body = deflateSync(message, { level: 0 })
    const header = Buffer.from(understudy.write([randomEpisode(1)]).slice(0, 48))
    header.writeUInt32LE(claimedLength, 12)
    createHash('sha256').update(body).digest().copy(header, 16)
    return Buffer.concat([header, body])
  }

  it('stands up to a hostile message behind a right checksum', () => {
    const random = new Random(5)
    const original = understudy.write([randomEpisode(1)])
    const message = packr.pack(packr.unpack(inflate(original.subarray(48)))) as Uint8Array
    expect(understudy.read(seal(message), 'f')).toEqual([randomEpisode(1)])
    for (let i = 0; i < 2500; i++) {
      try {
        understudy.read(seal(mutate(message, random)), 'fuzzed')
      } catch (error) {
        if (!(error instanceof DataError)) throw error
      }
    }
  })

  it('names both checksums when a byte was flipped', () => {
    const bytes = understudy.write([randomEpisode(1)])
    bytes[100]! ^= 1
    expect(() => understudy.read(bytes, 'a.understudy')).toThrow(
      /a\.understudy: checksum: expected [0-9a-f]{64}, found [0-9a-f]{64}/,
    )
  })

  it('refuses another version and a message longer than it says', () => {
    const bytes = understudy.write([randomEpisode(1)])
    bytes[8] = 9
    expect(() => understudy.read(bytes, 'f')).toThrow('version: expected 1, found 9')
    expect(() => understudy.read(seal(new Uint8Array(10_000_000), 100), 'f')).toThrow('100 deflated bytes')
    expect(() => understudy.read(seal(new Uint8Array(100), 0xffffffff), 'f')).toThrow(
      'length of the message: expected at most',
    )
  })
})

describe('npz', () => {
  it('refuses episodes of different environments and says what to do', () => {
    const other = randomEpisode(1, { changes: { environment: { ...stamp, id: 'test/run' } } })
    expect(() => npz.write([randomEpisode(1), other])).toThrow('one environment')
  })

  it('refuses an archive that claims to be larger than it may be', () => {
    const bytes = npz.write([randomEpisode(1)])
    const entry = bytes.findIndex(
      (_, i) => Buffer.from(bytes.subarray(i, i + 4)).readUInt32LE() === 0x02014b50,
    )
    new DataView(bytes.buffer).setUint32(entry + 24, 0xfffffff0, true)
    expect(() => npz.read(bytes, 'bomb.npz')).toThrow('at most 1073741824 bytes in all')
  })

  it('stands up to hostile arrays behind right checksums', () => {
    const random = new Random(6)
    const files = unzipSync(npz.write([randomEpisode(1, { masked: true })]))
    const names = Object.keys(files)
    let refused = 0
    for (let i = 0; i < 1500; i++) {
      const name = names[random.below(names.length)]!
      const archive = zipSync({ ...files, [name]: mutate(files[name]!, random) }, { level: 0 })
      try {
        npz.read(archive, 'fuzzed')
      } catch (error) {
        if (!(error instanceof DataError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1300)
  })

  it('reads what NumPy has written', () => {
    // Two episodes read with numpy.load and written again with numpy.savez, by NumPy 2.4.
    const file = readFileSync(new URL('./fixtures/numpy-2.npz', import.meta.url))
    const [first, second] = npz.read(file, 'numpy-2.npz')
    expect(first).toEqual(randomEpisode(1, { steps: 3, masked: true }))
    expect(second).toEqual(randomEpisode(2, { steps: 2, masked: true }))
  })

  it('names the array that is missing', () => {
    const bytes = zipSync({ 'other.npy': strToU8('x') })
    expect(() => npz.read(bytes, 'a.npz')).toThrow('archive: expected an array "rews", found other.npy')
  })
})

describe('jsonl', () => {
  it('names the line and the row', () => {
    const text = Buffer.from(jsonl.write([randomEpisode(1), randomEpisode(2)])).toString()
    const lines = text.trimEnd().split('\n')
    const second = JSON.parse(lines[1]!) as { observations: number[][] }
    second.observations[3]!.pop()
    const broken = Buffer.from(`${lines[0]}\n${JSON.stringify(second)}\n`)
    expect(() => jsonl.read(broken, 'a.jsonl')).toThrow(
      'a.jsonl: line 2, observations[3]: expected 8 numbers, found 7',
    )
  })

  it('notices a changed digit by the hash, and reads a file without hashes', () => {
    const line = JSON.parse(Buffer.from(jsonl.write([randomEpisode(1)])).toString())
    line.rewards[0] += 1
    expect(() => jsonl.read(Buffer.from(JSON.stringify(line)), 'a.jsonl')).toThrow('line 1, hash')
    delete line.hash
    expect(jsonl.read(Buffer.from(JSON.stringify(line)), 'a.jsonl')).toHaveLength(1)
  })
})

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeAtomically } from '../../core/atomic-file.ts'
import { DataError, UserError } from '../../core/errors.ts'
import {
  type Checkpoint,
  checkpointDirectory,
  listCheckpoints,
  readCheckpoint,
  readHead,
  writeCheckpoint,
} from '../../core/train/checkpoint.ts'
import { readPacked, writePacked } from '../../core/train/packed-file.ts'
import { temporaryDirectory } from '../store/support.ts'

const FORMAT = { magic: 'TESTPACK', version: 2 }
const POLICY = Uint8Array.of(1, 2, 3)

function checkpoint(step: number, replay?: unknown): Checkpoint {
  const window = { steps: [1], scores: [2] }
  return {
    step,
    episodes: 3,
    wallSeconds: 1.5,
    environment: { id: 'test/walk', version: 1 },
    demonstrations: null,
    algorithm: { weights: Float32Array.of(1.5, -0), ...(replay === undefined ? {} : { replay }) },
    vector: {
      random: [1, 2, 3, 4, Number.NaN],
      snapshots: [Uint8Array.of(9)],
      observations: new Float32Array(2),
      masks: null,
      seeds: [1],
      lengths: [2],
      returns: [0.1],
    },
    random: [1, 2, 3, 4, Number.NaN],
    mastery: { window, sustained: window, masteredAtStep: null, sustainedAtStep: null },
    score: null,
    openMetrics: [['loss', 0.5, 2]],
    history: [{ step: 1, name: 'loss', value: Number.NaN }],
  }
}

describe('writeAtomically', () => {
  it('leaves the old file and nothing else when writing fails', async () => {
    const path = join(temporaryDirectory(), 'file')
    await writeFile(path, 'old')
    function* chunks() {
      yield Buffer.from('new')
      throw new Error('the disk is full')
    }
    await expect(writeAtomically(path, chunks())).rejects.toThrow('the disk is full')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(join(path, '..'))).toEqual(['file'])
  })
})

describe('a place that cannot be written to', () => {
  it.each([
    ['file/x', 'a file stands where a folder must be'],
    ['nothing/x', 'its folder is not there'],
  ])('is named in a sentence: %s', async (name, reason) => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), '')
    const error = await writeAtomically(join(directory, name), [Uint8Array.of(1)]).catch((e) => e)
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toContain(reason)
  })
})

describe('a packed file', () => {
  const data = {
    floats: Float32Array.of(1, Number.NaN, -0),
    nested: [{ bytes: Uint8Array.of(1, 2, 3) }, Float64Array.of(Math.PI), new Int32Array(0)],
    words: Uint32Array.of(0xffffffff),
    text: 'x',
    nothing: null,
    number: Number.NaN,
  }

  it('gives back exactly what was written, arrays as their own memory', async () => {
    const path = join(temporaryDirectory(), 'data')
    await writePacked(path, FORMAT, data)
    expect(await readPacked(path, FORMAT)).toEqual(data)
  })

  it('is refused when any byte is flipped or it is cut off anywhere', async () => {
    const path = join(temporaryDirectory(), 'data')
    await writePacked(path, FORMAT, data)
    const bytes = readFileSync(path)
    for (let i = 0; i < bytes.length; i += 3) {
      const damaged = Buffer.from(bytes)
      damaged[i] = damaged[i]! ^ 0x10
      writeFileSync(path, damaged)
      await expect(readPacked(path, FORMAT)).rejects.toThrow(DataError)
      writeFileSync(path, bytes.subarray(0, i))
      await expect(readPacked(path, FORMAT)).rejects.toThrow(DataError)
    }
  })

  it('names what is wrong with it', async () => {
    const path = join(temporaryDirectory(), 'data')
    await writePacked(path, FORMAT, data)
    await expect(readPacked(path, { ...FORMAT, version: 3 })).rejects.toThrow('version: expected 3, found 2')
    await expect(readPacked(path, { ...FORMAT, magic: 'OTHERONE' })).rejects.toThrow(
      'first bytes: expected OTHERONE, found "TESTPACK"',
    )
  })
})

describe('checkpoints', () => {
  it('round-trip, replay buffer included', async () => {
    const run = temporaryDirectory()
    const written = checkpoint(100, { rows: Float32Array.of(1, 2, 3), head: 3 })
    await writeCheckpoint(run, written, POLICY, 5)
    const [file] = await listCheckpoints(run)
    expect(await readCheckpoint(file!)).toEqual(written)
    expect((await readHead(file!)).algorithm.replay).toBeUndefined()
    expect(readFileSync(join(run, 'agent.onnx'))).toEqual(Buffer.from(POLICY))
    expect(readFileSync(file!.policy)).toEqual(Buffer.from(POLICY))
  })

  it('are pruned to the newest, and only the two newest keep their replay buffers', async () => {
    const run = temporaryDirectory()
    for (const step of [900, 1_000, 1_100, 10_000]) {
      await writeCheckpoint(run, checkpoint(step, { rows: new Float32Array(4) }), POLICY, 3)
    }
    expect(readdirSync(checkpointDirectory(run)).sort()).toEqual([
      '1000.checkpoint',
      '1000.onnx',
      '10000.checkpoint',
      '10000.onnx',
      '10000.replay',
      '1100.checkpoint',
      '1100.onnx',
      '1100.replay',
    ])
  })

  it('leave alone whatever else lies in their folder', async () => {
    const run = temporaryDirectory()
    const directory = checkpointDirectory(run)
    mkdirSync(join(directory, '100.checkpoint'), { recursive: true })
    for (const name of ['notes.txt', '007.onnx', '100.checkpoint.bak'])
      writeFileSync(join(directory, name), '')
    await writeCheckpoint(run, checkpoint(200), POLICY, 1)
    expect(readdirSync(directory).sort()).toEqual([
      '007.onnx',
      '100.checkpoint',
      '100.checkpoint.bak',
      '200.checkpoint',
      '200.onnx',
      'notes.txt',
    ])
  })

  it('survive a crash before the new one has its name: the old one stays whole, the leavings go later', async () => {
    const run = temporaryDirectory()
    await writeCheckpoint(run, checkpoint(100, { rows: Float32Array.of(1) }), POLICY, 5)
    const directory = checkpointDirectory(run)
    // What a crash between writing and renaming leaves behind.
    writeFileSync(join(directory, '200.replay'), 'written, but its checkpoint is not')
    writeFileSync(join(directory, '200.checkpoint.77.tmp'), 'half')
    const newest = (await listCheckpoints(run)).at(-1)!
    expect(newest.step).toBe(100)
    expect((await readCheckpoint(newest)).algorithm.replay).toEqual({ rows: Float32Array.of(1) })
    await writeCheckpoint(run, checkpoint(300), POLICY, 5)
    expect(readdirSync(directory).filter((name) => /tmp|replay/.test(name))).toEqual(['100.replay'])
  })

  it('say so when the replay buffer is gone', async () => {
    const run = temporaryDirectory()
    for (const step of [100, 200, 300]) {
      await writeCheckpoint(run, checkpoint(step, { rows: new Float32Array(1) }), POLICY, 5)
    }
    const [oldest, ...newer] = await listCheckpoints(run)
    await expect(readCheckpoint(oldest!)).rejects.toThrow('100.replay: file: expected one that can be read')
    for (const file of newer) expect((await readCheckpoint(file)).step).toBe(file.step)
  })

  it('are none where there is no run', async () => {
    const run = join(temporaryDirectory(), 'nothing')
    expect(await listCheckpoints(run)).toEqual([])
    expect(existsSync(run)).toBe(false)
  })
})

/** Event files, read back by a reader that shares nothing with the writer. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../../core/errors.ts'
import { openLibrary } from '../../core/store/index.ts'
import { type RunConfig, resolveConfig } from '../../core/train/config.ts'
import { crc32c } from '../../core/train/crc32c.ts'
import type { MetricRow } from '../../core/train/messages.ts'
import { runDirectory } from '../../core/train/runs.ts'
import { startRun } from '../../core/train/start-run.ts'
import { EventFile, tagOf } from '../../core/train/tensorboard.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { temporaryDirectory } from '../store/support.ts'

interface Point {
  readonly tag: string
  readonly step: number
  readonly value: number
}

interface Event {
  readonly wallTime: number
  readonly step: number
  readonly fileVersion?: string
  readonly sessionStatus?: number
  readonly points: readonly Point[]
}

/** By long division, bit by bit. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffffn
  for (const byte of bytes) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n
  }
  return Number(crc ^ 0xffffffffn)
}

function unmask(masked: number): number {
  const rotated = BigInt.asUintN(32, BigInt(masked) - 0xa282ead8n)
  return Number(BigInt.asUintN(32, (rotated << 15n) | (rotated >> 17n)))
}

function* frames(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at))
    const data = file.subarray(at + 12, at + 12 + length)
    expect(unmask(file.readUInt32LE(at + 8))).toBe(slowCrc32c(file.subarray(at, at + 8)))
    expect(unmask(file.readUInt32LE(at + 12 + length))).toBe(slowCrc32c(data))
    yield data
    at += 16 + length
  }
}

/** The fields of a protobuf message; length-delimited ones as bytes. */
function* fields(message: Buffer): Generator<readonly [id: number, content: number | Buffer]> {
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  const taken = (bytes: number) => message.subarray((at += bytes) - bytes, at)
  while (at < message.length) {
    const key = varint()
    const content = [varint, () => taken(8).readDoubleLE(), () => taken(varint())][key & 7]
    yield [key >>> 3, content?.() ?? taken(4).readFloatLE()]
  }
}

function readEvents(path: string): Event[] {
  return [...frames(readFileSync(path))].map((data) => {
    const event = Object.fromEntries(fields(data))
    const step = (event[2] ?? 0) as number
    const summary = (event[5] ?? Buffer.of()) as Buffer
    const points = [...fields(summary)].map(([, value]) => {
      const { 1: tag, 2: simpleValue } = Object.fromEntries(fields(value as Buffer))
      return { tag: String(tag), step, value: simpleValue as number }
    })
    return {
      wallTime: event[1] as number,
      step,
      points,
      ...(event[3] !== undefined && { fileVersion: String(event[3]) }),
      ...(event[7] !== undefined && {
        sessionStatus: Object.fromEntries(fields(event[7] as Buffer))[1] as number,
      }),
    }
  })
}

function eventFiles(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith('events.out.tfevents.'))
    .sort()
    .map((name) => join(directory, name))
}

/** What TensorBoard shows: a START event drops what came before it at its step and later. */
function shown(directory: string): Point[] {
  let points: Point[] = []
  for (const event of eventFiles(directory).flatMap(readEvents)) {
    if (event.sessionStatus === 1) points = points.filter(({ step }) => step < event.step)
    points.push(...event.points)
  }
  return points
}

function config(runId: string, options: { force?: boolean; maxSteps?: number } = {}): RunConfig {
  const { force = false, maxSteps = 1_200 } = options
  return resolveConfig({
    behaviors: {
      basic: {
        trainer_type: 'ppo',
        hyperparameters: { batch_size: 32, buffer_size: 128, num_epoch: 2 },
        network_settings: { hidden_units: 16, num_layers: 1 },
        reward_signals: { extrinsic: { gamma: 0.9 } },
        max_steps: maxSteps,
        summary_freq: 100,
        checkpoint_interval: 400,
      },
    },
    env_settings: { env: 'basic', num_envs: 4, seed: 5 },
    checkpoint_settings: { run_id: runId, force },
  })
}

async function session(directory: string, options: { resume?: boolean; dieAfter?: number } = {}) {
  const { resume = false, dieAfter = Number.POSITIVE_INFINITY } = options
  const rows: MetricRow[] = []
  const trainer = await Trainer.create({
    config: config('a'),
    runDirectory: directory,
    demonstrations: null,
    resume,
    initializeFrom: null,
    report: (message) => {
      if (message.type !== 'metrics') return
      rows.push(...message.rows)
      if (message.rows[0]!.step >= dieAfter) throw new Error('killed')
    },
  })
  const ended = await trainer.run().catch((error: Error) => error.message)
  await trainer.release()
  return { rows, ended }
}

afterEach(() => void vi.useRealTimers())

describe('crc32c', () => {
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 times 0xff', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['the digits', Buffer.from('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('gives the published value for %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected)
    expect(slowCrc32c(bytes)).toBe(expected)
  })
})

describe('EventFile', () => {
  it('writes a version, a start of session and summaries with step, time and value', () => {
    vi.useFakeTimers({ now: 1_700_000_000_250 })
    const directory = temporaryDirectory()
    const file = new EventFile(directory, 1)
    expect(file.path).toBe(join(directory, 'events.out.tfevents.1700000000.understudy'))
    vi.setSystemTime(1_700_000_007_500)
    file.append(100, { 'rollout/return': 0, 'critic/q': -1.5 })
    const large = 2 ** 40 + 1
    file.append(large, { 'loss/value': Number.NaN, 'loss/policy': Number.POSITIVE_INFINITY })
    expect(readEvents(file.path)).toEqual([
      { wallTime: 1_700_000_000.25, step: 0, fileVersion: 'brain.Event:2', points: [] },
      { wallTime: 1_700_000_000.25, step: 1, sessionStatus: 1, points: [] },
      {
        wallTime: 1_700_000_007.5,
        step: 100,
        points: [
          { tag: 'Environment/Cumulative Reward', step: 100, value: 0 },
          { tag: 'critic/q', step: 100, value: -1.5 },
        ],
      },
      {
        wallTime: 1_700_000_007.5,
        step: large,
        points: [
          { tag: 'Losses/Value Loss', step: large, value: Number.NaN },
          { tag: 'Losses/Policy Loss', step: large, value: Number.POSITIVE_INFINITY },
        ],
      },
    ])
  })

  it('puts a session behind the earlier ones, whatever the clock says', () => {
    vi.useFakeTimers({ now: 1_700_000_000_000 })
    const directory = temporaryDirectory()
    const paths = [new EventFile(directory, 1).path, new EventFile(directory, 101).path]
    vi.setSystemTime(1_600_000_000_000)
    paths.push(new EventFile(directory, 201).path)
    expect(eventFiles(directory)).toEqual(paths)
    expect(new Set(paths).size).toBe(3)
    expect(paths.map((path) => readEvents(path)[1]!.step)).toEqual([1, 101, 201])
  })

  it('says why it cannot write', () => {
    const missing = join(temporaryDirectory(), 'missing')
    expect(() => new EventFile(missing, 1)).toThrow(UserError)
    expect(() => new EventFile(missing, 1)).toThrow('its folder is not there')
  })

  it('names what ML-Agents has as ML-Agents does, and keeps the other names', () => {
    expect(tagOf('rollout/return')).toBe('Environment/Cumulative Reward')
    expect(tagOf('gail/beta')).toBe('Policy/GAIL Beta')
    for (const name of ['rollout/score', 'gail/logit_agent', 'gail/gradient_penalty', 'extrinsic/reward']) {
      expect(tagOf(name)).toBe(name)
    }
  })
})

describe('a run', () => {
  it('shows every summary of its course', async () => {
    const directory = temporaryDirectory()
    const before = Date.now() / 1000
    const { rows } = await session(directory)
    const after = Date.now() / 1000
    expect(new Set(rows.map(({ step }) => step)).size).toBe(12)
    expect(shown(directory)).toEqual(
      rows.map(({ name, step, value }) => ({ tag: tagOf(name), step, value: Math.fround(value) })),
    )
    for (const { wallTime } of eventFiles(directory).flatMap(readEvents)) {
      expect(wallTime).toBeGreaterThanOrEqual(before)
      expect(wallTime).toBeLessThanOrEqual(after)
    }
  })

  it.each([
    ['after its checkpoint', 600, 401],
    ['at the very step of its checkpoint, before it was written', 800, 401],
    ['before any checkpoint', 200, 1],
  ])('that died %s and was resumed shows each point once', async (_, dieAfter, firstStep) => {
    const course = (points: readonly Point[]) => points.filter(({ tag }) => !tag.startsWith('time/'))
    const [whole, parts] = [temporaryDirectory(), temporaryDirectory()]
    await session(whole)
    const first = await session(parts, { dieAfter })
    expect(first.ended).toBe('killed')
    expect(shown(parts).at(-1)!.step).toBe(dieAfter)
    const old = readFileSync(eventFiles(parts)[0]!)
    await session(parts, { resume: true })

    const files = eventFiles(parts)
    expect(files).toHaveLength(2)
    expect(readFileSync(files[0]!)).toEqual(old)
    expect(readEvents(files[1]!)[1]).toMatchObject({ step: firstStep, sessionStatus: 1 })
    expect(course(shown(parts))).toEqual(course(shown(whole)))
  })

  it('leaves event files to TensorBoard in its folder, and none of those of a run it overwrites', async () => {
    const library = openLibrary(temporaryDirectory())
    const directory = runDirectory(library.dir, 'a')
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'events.out.tfevents.1500000000.understudy'), 'of another run')
    for (const force of [true, true]) {
      const run = await startRun({
        library,
        config: config('a', { force, maxSteps: 400 }),
        demonstrations: [],
      })
      expect((await run.ended).failed).toBeNull()
      expect(eventFiles(directory)).toHaveLength(1)
      const steps = new Set(shown(directory).map(({ step }) => step))
      expect([...steps]).toEqual([100, 200, 300, 400])
    }
  })
})

/**
 * The side channels of ML-Agents: rows of bytes beside the observations and actions, each for one receiver.
 *
 *     receiver, 16 bytes | length i32 | message          little-endian, repeated
 *
 * Receivers are UUIDs as .NET writes them, the first three groups little-endian.
 */
import type { Sampler } from '../../envs/sampler.ts'
import { DataError } from '../../errors.ts'

export const CHANNELS = {
  engineConfiguration: 'e951342c-4f7e-11ea-b238-784f4387d1f7',
  environmentParameters: '534c891e-810f-11ea-a9d0-822485860400',
  stats: 'a1d8f7b7-cec8-50f9-b78b-d3e165a78520',
  trainingAnalytics: 'b664a4a9-d86f-5a5f-95cb-e8353a7e8356',
} as const

export interface ChannelMessage {
  /** UUID, in lower case. */
  readonly channel: string
  readonly data: Uint8Array
}

const HEAD_BYTES = 20
/** Where the bytes of a UUID as it is read stand in .NET's order. */
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

export function writeSideChannel(messages: readonly ChannelMessage[]): Uint8Array {
  const parts = messages.flatMap(({ channel, data }) => {
    const head = Buffer.alloc(HEAD_BYTES)
    const uuid = Buffer.from(channel.replaceAll('-', ''), 'hex')
    for (const [place, from] of GUID_ORDER.entries()) head[place] = uuid[from]!
    head.writeInt32LE(data.length, 16)
    return [head, data]
  })
  return Buffer.concat(parts)
}

/** @throws DataError when the bytes are no sequence of messages */
export function readSideChannel(bytes: Uint8Array): ChannelMessage[] {
  const messages: ChannelMessage[] = []
  const reader = new Reader(bytes, 'side channel')
  while (reader.left > 0) {
    const guid = reader.bytes(16)
    const uuid = Buffer.alloc(16)
    for (const [place, from] of GUID_ORDER.entries()) uuid[from] = guid[place]!
    const channel = uuid.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    messages.push({ channel, data: reader.bytes(reader.int()) })
  }
  return messages
}

export interface EnvironmentParameter {
  readonly name: string
  readonly sampler: Sampler
}

const VALUE = { float: 0, sampler: 1 } as const
const SAMPLER = { uniform: 0, gaussian: 1, multirange: 2 } as const

/** @throws DataError when the bytes are no message of the environment parameters' channel */
export function readEnvironmentParameter(bytes: Uint8Array): EnvironmentParameter {
  const reader = new Reader(bytes, 'environment parameter')
  const name = reader.text()
  const type = reader.int()
  if (type === VALUE.float) return { name, sampler: { kind: 'constant', value: reader.float() } }
  if (type !== VALUE.sampler) reader.refuse(`a value (0) or a sampler (1) for ${name}`, `type ${type}`)
  return { name, sampler: readSampler(reader) }
}

export function writeEnvironmentParameter({ name, sampler }: EnvironmentParameter): Uint8Array {
  const text = Buffer.from(name, 'ascii')
  const head = [int32(text.length), text, int32(sampler.kind === 'constant' ? VALUE.float : VALUE.sampler)]
  switch (sampler.kind) {
    case 'constant':
      return Buffer.concat([...head, floats(sampler.value)])
    case 'uniform':
      return Buffer.concat([...head, int32(sampler.seed, SAMPLER.uniform), floats(sampler.from, sampler.to)])
    case 'gaussian':
      return Buffer.concat([
        ...head,
        int32(sampler.seed, SAMPLER.gaussian),
        floats(sampler.mean, sampler.deviation),
      ])
    case 'multirange': {
      const ends = sampler.intervals.flat()
      return Buffer.concat([...head, int32(sampler.seed, SAMPLER.multirange, ends.length), floats(...ends)])
    }
  }
}

function readSampler(reader: Reader): Sampler {
  const seed = reader.int()
  const kind = reader.int()
  switch (kind) {
    case SAMPLER.uniform:
      return { kind: 'uniform', from: reader.float(), to: reader.float(), seed }
    case SAMPLER.gaussian:
      return { kind: 'gaussian', mean: reader.float(), deviation: reader.float(), seed }
    case SAMPLER.multirange: {
      const count = reader.int()
      if (count < 2 || count % 2 !== 0) reader.refuse('intervals, each with two ends', `${count} numbers`)
      const intervals = Array.from({ length: count / 2 }, () => [reader.float(), reader.float()] as const)
      return { kind: 'multirange', intervals, seed }
    }
    default:
      return reader.refuse('a uniform (0), Gaussian (1) or multi-range (2) sampler', `${kind}`)
  }
}

function int32(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeInt32LE(value, 4 * i)
  return bytes
}

function floats(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, 4 * i)
  return bytes
}

class Reader {
  readonly #bytes: Uint8Array
  readonly #place: string
  #offset = 0

  constructor(bytes: Uint8Array, place: string) {
    this.#bytes = bytes
    this.#place = place
  }

  get left(): number {
    return this.#bytes.length - this.#offset
  }

  bytes(count: number): Uint8Array {
    if (count < 0 || count > this.left) this.refuse(`${count} bytes`, `${this.left}`)
    this.#offset += count
    return this.#bytes.subarray(this.#offset - count, this.#offset)
  }

  int(): number {
    return this.#view(4).getInt32(0, true)
  }

  float(): number {
    return this.#view(4).getFloat32(0, true)
  }

  text(): string {
    return Buffer.from(this.bytes(this.int())).toString('latin1')
  }

  refuse(expected: string, found: string): never {
    throw new DataError({ file: 'message from the trainer', place: this.#place, expected, found })
  }

  #view(count: number): DataView {
    const { buffer, byteOffset } = this.bytes(count)
    return new DataView(buffer, byteOffset, count)
  }
}

/** The bytes are those that mlagents_envs 1.1.0 writes. */
import { describe, expect, it } from 'vitest'
import {
  CHANNELS,
  readEnvironmentParameter,
  readSideChannel,
  writeEnvironmentParameter,
  writeSideChannel,
} from '../../../core/remote/mlagents/side-channels.ts'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const WRITTEN =
  '1e894c530f81ea11a9d0822485860400100000000400000073697a650000000000002040' +
  '1e894c530f81ea11a9d0822485860400190000000100000075010000000700000000000000000080bf00004040' +
  '1e894c530f81ea11a9d08224858604001900000001000000670100000008000000010000000000803f0000003f' +
  '1e894c530f81ea11a9d082248586040025000000010000006d01000000090000000200000004000000000000000000803f000080400000c040' +
  '2c3451e97e4fea11b238784f4387d1f708000000020000000000a041'

const PARAMETERS = [
  { name: 'size', sampler: { kind: 'constant', value: 2.5 } },
  { name: 'u', sampler: { kind: 'uniform', from: -1, to: 3, seed: 7 } },
  { name: 'g', sampler: { kind: 'gaussian', mean: 1, deviation: 0.5, seed: 8 } },
  {
    name: 'm',
    sampler: {
      kind: 'multirange',
      intervals: [
        [0, 1],
        [4, 6],
      ],
      seed: 9,
    },
  },
] as const

describe('side channels', () => {
  it('are read as Python writes them', () => {
    const messages = readSideChannel(bytesOf(WRITTEN))
    expect(messages.map(({ channel }) => channel)).toEqual([
      ...Array(4).fill(CHANNELS.environmentParameters),
      CHANNELS.engineConfiguration,
    ])
    expect(messages.slice(0, 4).map(({ data }) => readEnvironmentParameter(data))).toEqual(PARAMETERS)
  })

  it('are written as Python writes them', () => {
    const parameters = PARAMETERS.map((parameter) => ({
      channel: CHANNELS.environmentParameters,
      data: writeEnvironmentParameter(parameter),
    }))
    const timeScale = { channel: CHANNELS.engineConfiguration, data: bytesOf('020000000000a041') }
    expect(Buffer.from(writeSideChannel([...parameters, timeScale])).toString('hex')).toBe(WRITTEN)
  })

  it('may be silent', () => {
    expect(readSideChannel(new Uint8Array(0))).toEqual([])
  })

  it.each([
    ['half a head', WRITTEN.slice(0, 30), 'expected 16 bytes, found 15'],
    ['a message that is cut off', WRITTEN.slice(0, 60), 'expected 16 bytes, found 10'],
    ['a length below 0', `${WRITTEN.slice(0, 32)}ffffffff`, 'expected -1 bytes, found 0'],
  ])('refuse %s', (_, hex, message) => {
    expect(() => readSideChannel(bytesOf(hex))).toThrow(message)
  })

  it.each([
    ['a type of value that there is not', '01000000610500000000000000', 'found type 5'],
    ['a sampler that there is not', '0100000061010000000000000003000000', 'found 3'],
    ['an interval without an end', '010000006101000000000000000200000003000000', 'found 3 numbers'],
    ['more intervals than there are bytes', '0100000061010000000000000002000000feffff7f', 'found 0'],
  ])('refuse a parameter with %s', (_, hex, message) => {
    expect(() => readEnvironmentParameter(bytesOf(hex))).toThrow(message)
  })
})

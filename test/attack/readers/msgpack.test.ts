/** Bodies and frames of msgpack that only msgpackr's own reader would take for something. */
import { Packr } from 'msgpackr'
import { expect, it } from 'vitest'
import { MEDIA } from '../../../core/serve/media.ts'
import { decodeFrame } from '../../../core/studio/frames.ts'
import { figure } from '../../figures.ts'
import { pointers, records } from './bombs/messages.ts'

const LONGEST_MS = 100

/** One list after the other within one another: 2,883 bytes, as many as once held an endpoint for 16.8 s. */
const deep = new Uint8Array(2_883).fill(0x91)
/** Lists that claim to be as long as can be, over and over. */
const claims = Buffer.from('dd7fffffff'.repeat(576), 'hex')
/** Typed arrays, dates, sets, errors: what a structured clone may hold. */
const clones = new Uint8Array(
  new Packr({ structuredClone: true, moreTypes: true }).pack([
    new Set([1]),
    new Date(0),
    new Float64Array(9),
    /a/,
  ]),
)

it.each([
  ['pointers', pointers(), /extension/],
  ['records', records(), /extension/],
  ['structured clones', clones, /extension/],
  ['lists in lists', deep, /nested more than/],
  ['lists without end', claims, /ends after|nested more than/],
  ['a map of itself', Buffer.from('81a95f5f70726f746f5f5f80', 'hex'), /"__proto__" cannot be a key/],
])('%s are refused by endpoint and studio', (_, bytes, says) => {
  for (const read of [MEDIA.get('application/msgpack')!.read, decodeFrame]) {
    const { user: before } = process.threadCpuUsage()
    expect(() => read(bytes)).toThrow(says)
    const ms = (process.threadCpuUsage().user - before) / 1000
    figure('reading a crafted message', ms, 'ms')
    expect(ms).toBeLessThan(LONGEST_MS)
  }
})

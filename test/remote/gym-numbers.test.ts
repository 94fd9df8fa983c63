/** What a Gymnasium environment gives is kept in 32 bits. */
import { expect, it } from 'vitest'
import { readObservation, readOutcome } from '../../core/remote/gym/protocol.ts'

/** f64 reward, two flags, no word on success. */
function outcome(reward: number): Uint8Array {
  const bytes = new Uint8Array(11)
  new DataView(bytes.buffer).setFloat64(0, reward, true)
  bytes[10] = 255
  return bytes
}

it.each([1e300, -3.5e38, Number.NaN, Number.NEGATIVE_INFINITY])(
  'a reward of %d is refused by name',
  (reward) => {
    expect(() => readOutcome('gym:Wild-v0', outcome(reward))).toThrow(
      `gym:Wild-v0 gave ${reward} for a reward, which must be finite in 32 bits`,
    )
  },
)

it('an observation with a number that is none is refused with its place, and the others are taken', () => {
  const values = Float32Array.of(1, -0, 3.4e38)
  const into = new Float32Array(3)
  readObservation('gym:Wild-v0', new Uint8Array(values.buffer), 0, into)
  expect(into).toEqual(values)
  values[1] = Number.NaN
  expect(() => readObservation('gym:Wild-v0', new Uint8Array(values.buffer), 0, into)).toThrow(
    'gym:Wild-v0 gave NaN for number 1 of an observation',
  )
  expect(readOutcome('gym:Wild-v0', outcome(-0.5)).reward).toBe(-0.5)
})

/** What an environment gives is kept in 32 bits. */
import { expect, it } from 'vitest'
import { notFinite, placeOf } from '../../core/envs/finite.ts'
import { makeEnvironment } from '../../core/envs/index.ts'

const spec = {
  ...makeEnvironment('basic').spec,
  observations: [
    { name: 'left', shape: [2], description: '' },
    { name: 'right', shape: [2, 1], description: '' },
  ],
}

it.each([1e300, -3.5e38, Number.NaN, Number.NEGATIVE_INFINITY])('a reward of %d is none', (reward) => {
  expect(notFinite(spec, reward, null)).toBe(`${reward} as reward`)
})

it('a number of an observation that is none is named with its place, and the others are taken', () => {
  const values = Float32Array.of(1, -0, 3.4e38, 4)
  expect(notFinite(spec, -0.5, values)).toBeUndefined()
  values[3] = Number.NaN
  expect(notFinite(spec, 0, values)).toBe('NaN as number 1 of observation "right"')
})

it('a reset is no step', () => {
  expect([placeOf(0, 3), placeOf(12, 3)]).toEqual(['at reset (seed 3)', 'at step 12 (seed 3)'])
})

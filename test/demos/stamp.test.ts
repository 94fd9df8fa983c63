import { expect, it } from 'vitest'
import { fitMismatch } from '../../core/demos/stamp.ts'
import type { EnvironmentStamp } from '../../core/store/index.ts'

const stampOf = (id: string, largest?: number): EnvironmentStamp => ({
  id,
  version: 1,
  parameters: {},
  observations: [{ name: 'state', shape: [3] }],
  action: {
    continuous: 1,
    discrete: [],
    ...(largest === undefined ? {} : { units: { ranges: [[-largest, largest]], starts: [] } }),
  },
})

it('takes no actions that would be others in the environment that is asked for, as far as both say', () => {
  const two = stampOf('a', 2)
  expect(fitMismatch(two, stampOf('b', 0.4))).toBe(
    'was played in a and has the actions -2 to 2, not -0.4 to 0.4 as in b',
  )
  expect(fitMismatch(two, stampOf('b', 2))).toBeUndefined()
  expect(fitMismatch(two, stampOf('b'))).toBeUndefined()
  // A parameter of the same environment may set the range.
  expect(fitMismatch(two, stampOf('a', 0.4))).toBeUndefined()
})

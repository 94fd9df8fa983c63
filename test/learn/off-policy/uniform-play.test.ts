import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { makeActionBatch } from '../../../core/experience/transitions.ts'
import { drawUniformly } from '../../../core/learn/off-policy/uniform-play.ts'
import { Random } from '../../../core/random.ts'

const E = 400
const spec = { ...makeEnvironment('basic').spec, action: { continuous: 1, discrete: [2, 3], masked: true } }
const everybody = Int32Array.from({ length: E }, (_, e) => e)

describe('random play', () => {
  it('takes all of -1 to 1 alike', () => {
    const actions = makeActionBatch(E, 1, 2)
    drawUniformly({ spec, random: new Random(1) }, null, actions, everybody)
    for (const below of [-0.8, -0.5, 0, 0.5, 0.8]) {
      const share = actions.continuous.filter((value) => value < below).length / E
      expect(Math.abs(share - (below + 1) / 2)).toBeLessThan(0.08)
    }
  })

  it('chooses in every branch what its own mask allows, and for those alone who wait', () => {
    const actions = makeActionBatch(E, 1, 2)
    actions.discrete.fill(-1)
    const masks = new Uint8Array(E * 5)
    for (const e of everybody) masks.set(e % 2 === 0 ? [1, 0, 0, 1, 1] : [0, 1, 1, 0, 0], e * 5)
    drawUniformly({ spec, random: new Random(1) }, masks, actions, everybody.slice(0, E / 2))
    const seen = Array.from(everybody, (e) => actions.discrete.slice(2 * e, 2 * e + 2).join())
    expect([...new Set(seen.slice(0, E / 2))].sort()).toEqual(['0,1', '0,2', '1,0'])
    expect(new Set(seen.slice(E / 2))).toEqual(new Set(['-1,-1']))
  })
})

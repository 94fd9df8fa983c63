import { describe, expect, it } from 'vitest'
import { generalizedAdvantages } from '../../../core/learn/on-policy/gae.ts'

const gamma = 0.9
const lambda = 0.8

describe('generalised advantage estimation', () => {
  it('agrees with three steps worked by hand', () => {
    // delta_2 = 3 + 0.9 * 0   - 0.7 = 2.3
    // delta_1 = 2 + 0.9 * 0.7 - 0.6 = 2.03
    // delta_0 = 1 + 0.9 * 0.6 - 0.5 = 1.04
    // A_2 = 2.3;  A_1 = 2.03 + 0.72 * 2.3 = 3.686;  A_0 = 1.04 + 0.72 * 3.686 = 3.69392
    const advantages = new Float32Array(3)
    generalizedAdvantages(
      Float32Array.of(1, 2, 3),
      Float32Array.of(0.5, 0.6, 0.7),
      Float32Array.of(0.6, 0.7, 0),
      Uint8Array.of(0, 0, 1),
      gamma,
      lambda,
      advantages,
    )
    expect(advantages[0]).toBeCloseTo(3.69392, 5)
    expect(advantages[1]).toBeCloseTo(3.686, 5)
    expect(advantages[2]).toBeCloseTo(2.3, 5)
  })

  it('bootstraps through a truncation and lets nothing cross it', () => {
    // the cut after step 0 has V(s_1) = 10 of the episode that was cut, and step 1 begins another
    const advantages = new Float32Array(2)
    generalizedAdvantages(
      Float32Array.of(1, 1),
      Float32Array.of(0, 0),
      Float32Array.of(10, 0),
      Uint8Array.of(1, 1),
      gamma,
      lambda,
      advantages,
    )
    expect(advantages[0]).toBeCloseTo(1 + 0.9 * 10, 5)
    expect(advantages[1]).toBeCloseTo(1, 5)
  })

  it('with lambda 1 is the discounted return less the value', () => {
    const rewards = Float32Array.of(0.3, -1, 2, 0.5)
    const values = Float32Array.of(1, 2, 3, 4)
    const next = Float32Array.of(2, 3, 4, 0)
    const advantages = new Float32Array(4)
    generalizedAdvantages(rewards, values, next, Uint8Array.of(0, 0, 0, 1), gamma, 1, advantages)
    let following = 0
    for (let t = 3; t >= 0; t--) {
      following = rewards[t]! + gamma * following
      expect(advantages[t]! + values[t]!).toBeCloseTo(following, 5)
    }
  })
})

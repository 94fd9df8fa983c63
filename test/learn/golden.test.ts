/** Losses, gradients and three updates of every learner against values computed from the papers (test/golden/make.py). */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  distance,
  type GoldenCase,
  gradientOf,
  type Outcome,
  play,
  type WeightSets,
} from '../golden/golden.ts'

const folder = new URL('../golden/fixtures/', import.meta.url)
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.json') ? file.slice(0, -5) : []))

/** Weights change little: what is compared is how they have changed. */
function change(after: ArrayLike<number>, before: readonly number[]): number[] {
  return before.map((value, i) => after[i]! - value)
}

function expectSets(
  expected: WeightSets,
  tolerance: number,
  pair: (prefix: string, name: string) => [found: ArrayLike<number>, expected: readonly number[]],
): void {
  for (const [prefix, weights] of Object.entries(expected)) {
    for (const name of Object.keys(weights)) {
      expect(distance(...pair(prefix, name)), `${prefix}/${name}`).toBeLessThan(tolerance)
    }
  }
}

describe.each(names)('%s', (name) => {
  const golden = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as GoldenCase
  const { weights: before, expected, tolerance = 1e-4 } = golden

  async function played<T>(once: boolean, look: (outcome: Outcome) => T): Promise<T> {
    const outcome = await play(golden, once)
    try {
      return look(outcome)
    } finally {
      await outcome.release()
    }
  }

  it('has the losses and gradients of the paper', () =>
    played(true, ({ metrics, sets }) => {
      for (const [metric, value] of Object.entries(expected.metrics)) {
        expect(distance([metrics[metric] ?? Number.NaN], [value]), metric).toBeLessThan(tolerance)
      }
      expectSets(expected.gradients, tolerance, (prefix, weight) => [
        gradientOf(sets.get(prefix)!, weight),
        expected.gradients[prefix]![weight]!.values,
      ])
    }))

  it('comes to the weights of the paper', () =>
    played(false, ({ sets, unused, acted }) => {
      expect(unused).toEqual({})
      for (const [t, { continuous = [], discrete }] of (expected.acted ?? []).entries()) {
        expect(distance(acted[t]!.continuous, continuous.flat()), `step ${t}`).toBeLessThan(tolerance)
        if (discrete !== undefined) expect(acted[t]!.discrete, `step ${t}`).toEqual(discrete.flat())
      }
      expectSets(expected.weights, 10 * tolerance, (prefix, weight) => {
        const first = before[prefix]![weight]!.values
        return [
          change(sets.get(prefix)!.view(weight), first),
          change(expected.weights[prefix]![weight]!.values, first),
        ]
      })
    }))
})

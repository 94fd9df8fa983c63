import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOTCHES, notchLean } from '../../core/envs/bubble/aim.ts'
import type { BubbleEnvironment } from '../../core/envs/bubble/index.ts'
import { COLUMNS, columnOf, rowOf } from '../../core/envs/bubble/lattice.ts'
import { observationOffset, observationSize } from '../../core/envs/index.ts'
import { anyGame, anySeed, anyShots, boardCells, makeBubble, occupied, playInto, shot } from './games.ts'

/** What the state of `environment` looks like in a variant. */
function observe(environment: BubbleEnvironment, parameters: Record<string, string> = {}): Float32Array {
  const variant = makeBubble(parameters)
  const observation = new Float32Array(observationSize(variant.spec))
  variant.restore(environment.snapshot())
  variant.observe(observation)
  return observation
}

describe('rays', () => {
  test('tell the truth about what a shot then does', () => {
    fc.assert(
      fc.property(anyGame, fc.nat({ max: 40 }), fc.nat({ max: 1 }), (game, notch, swap) => {
        const environment = playInto(game)
        const observation = observe(environment)
        const ray = observation.subarray(notch * 10, notch * 10 + 10)
        expect(ray.subarray(0, 6).reduce((a, b) => a + b)).toBe(1)
        const before = boardCells(environment)
        environment.step(shot(notch, swap), null)
        const [fired, second] = environment.events()
        if (fired?.kind !== 'shot') throw new Error('a step begins with its shot')

        const corners = fired.path.length / 2
        expect(ray[7]).toBeCloseTo(Math.min(corners - 3, 3) / 3, 6)
        let length = 0
        for (let i = 1; i < corners - 1; i++) {
          length += Math.hypot(
            fired.path[2 * i]! - fired.path[2 * i - 2]!,
            fired.path[2 * i + 1]! - fired.path[2 * i - 1]!,
          )
        }
        expect(ray[6]).toBeCloseTo(length / 14, 5)

        const popped = second?.kind === 'pop' ? second.cells.length : 0
        const size = 1 + 3 * ray[8 + swap]!
        if (popped > 0) expect(size).toBeCloseTo(Math.min(popped, 6), 5)
        else expect(size).toBeLessThan(2.5)
        if (ray[5] === 1) expect(fired.row).toBe(0)
        else expect(occupied(before).some((cell) => ray[before[cell]! - 1] === 1)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  test('without group sizes are the first eight columns', () => {
    fc.assert(
      fc.property(anyGame, (game) => {
        const environment = playInto(game)
        const full = observe(environment)
        const sight = observe(environment, { observation: 'sight' })
        for (let notch = 0; notch < NOTCHES; notch++) {
          expect(sight.subarray(notch * 8, notch * 8 + 8)).toEqual(full.subarray(notch * 10, notch * 10 + 8))
        }
        expect(sight.subarray(NOTCHES * 8)).toEqual(full.subarray(NOTCHES * 10))
      }),
      { numRuns: 50 },
    )
  })
})

test('board shows hand, columns and counts', () => {
  fc.assert(
    fc.property(anyGame, (game) => {
      const environment = playInto(game)
      const { cells, current, next, shots, captives, captivesFreed } = environment.scene({ aims: false })
      const board = observe(environment).subarray(observationOffset(environment.spec, 'board'))
      const oneHot = (colour: number) => [1, 2, 3, 4].map((other) => Number(other === colour))
      const lowest = Array.from({ length: COLUMNS }, (_, column) =>
        Math.max(
          0,
          ...occupied(cells).flatMap((cell) => (columnOf(cell) === column ? [rowOf(cell) + 1] : [])),
        ),
      )
      const bubbles = occupied(cells).filter((cell) => cells[cell]! <= 4).length
      const expected = [
        ...oneHot(current),
        ...oneHot(next),
        ...lowest.map((row) => row / 14),
        bubbles / 100,
        (captives - captivesFreed) / 8,
        shots / 60,
        1,
      ]
      expect(board).toEqual(Float32Array.from(expected))
    }),
  )
})

test('grid shows every cell, and which rows are shifted', () => {
  fc.assert(
    fc.property(anyGame, (game) => {
      const environment = playInto(game)
      const { cells } = environment.scene({ aims: false })
      const grid = observe(environment, { observation: 'grid' })
      for (let cell = 0; cell < cells.length; cell++) {
        const channels = [0, 1, 2, 3, 4, 5].map((channel) => grid[channel * cells.length + cell])
        const shifted = rowOf(cell) % 2 === 1 && columnOf(cell) < 10
        expect(channels).toEqual(
          [1, 2, 3, 4, 5].map((held) => Number(cells[cell] === held)).concat(Number(shifted)),
        )
      }
    }),
    { numRuns: 20 },
  )
})

test('snapshot, restore and replay give every observation again, bit for bit', () => {
  fc.assert(
    fc.property(anySeed, anyShots, fc.nat({ max: 59 }), (seed, shots, at) => {
      const first = makeBubble()
      const seen: Float32Array[] = []
      const observation = new Float32Array(observationSize(first.spec))
      let snapshot: Uint8Array | undefined
      first.reset(seed, observation)
      for (const [notch, swap] of shots) {
        if (seen.length === Math.min(at, shots.length - 1)) snapshot = first.snapshot()
        const { terminated, truncated } = first.step(shot(notch, swap), observation)
        seen.push(observation.slice())
        if (terminated || truncated) break
      }
      if (snapshot === undefined) return
      const second = makeBubble()
      second.restore(snapshot)
      expect(second.snapshot()).toEqual(snapshot)
      const from = Math.min(at, shots.length - 1)
      for (let step = from; step < seen.length; step++) {
        second.step(shot(...shots[step]!), observation)
        expect(observation).toEqual(seen[step])
      }
      expect(second.snapshot()).toEqual(first.snapshot())
    }),
  )
})

test('a level looks the same whichever way it is shown', () => {
  const continuous = makeBubble({ action: 'continuous' })
  const discrete = makeBubble()
  const a = new Float32Array(observationSize(discrete.spec))
  const b = new Float32Array(observationSize(continuous.spec))
  discrete.reset(9, a)
  continuous.reset(9, b)
  expect(b).toEqual(a)
  for (let k = 0; k < 20; k++) {
    discrete.step(shot(k, k % 2), a)
    const lean = Math.fround(notchLean(k) / 78)
    continuous.step(
      { continuous: Float32Array.of(lean, k % 2 === 1 ? 1 : -1), discrete: new Int32Array(0) },
      b,
    )
    expect(b).toEqual(a)
  }
})

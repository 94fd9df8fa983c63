import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  leanX,
  leanY,
  MAX_LEAN,
  NOTCHES,
  nearestNotch,
  notchAngle,
  notchLean,
} from '../../core/envs/bubble/aim.ts'
import { CONTACT_DISTANCE, emptyFlight, fly, flyNotch, pathOf, table } from '../../core/envs/bubble/flight.ts'
import { CEILING_CELL, centreX, centreY, LAUNCHER } from '../../core/envs/bubble/lattice.ts'
import { anyGame, makeBubble, occupied, playInto, shot, touching } from './games.ts'

const anyLean = fc.double({ min: -MAX_LEAN, max: MAX_LEAN, noNaN: true })

describe('aim', () => {
  test('notches run from 12 degrees (far right) to 168 (far left), 3.9 apart', () => {
    expect(notchAngle(0)).toBeCloseTo(12, 12)
    expect(notchAngle(20)).toBe(90)
    expect(notchAngle(40)).toBeCloseTo(168, 12)
    expect(leanX(notchLean(0))).toBeGreaterThan(0)
    expect(leanX(notchLean(20))).toBe(0)
    for (let notch = 0; notch < NOTCHES; notch++) expect(nearestNotch(notchLean(notch))).toBe(notch)
    expect(nearestNotch(500)).toBe(0)
    expect(nearestNotch(-500)).toBe(40)
  })

  test('the direction is the sine and cosine of the lean', () => {
    fc.assert(
      fc.property(anyLean, (lean) => {
        expect(leanX(lean)).toBeCloseTo(Math.sin((lean * Math.PI) / 180), 14)
        expect(leanY(lean)).toBeCloseTo(-Math.cos((lean * Math.PI) / 180), 14)
      }),
    )
  })
})

describe('flight', () => {
  test('a shot at every angle ends: beside what it met, in a free cell', () => {
    fc.assert(
      fc.property(anyGame, anyLean, (game, lean) => {
        const { cells } = playInto(game).board
        const flight = emptyFlight()
        fly(cells, lean, flight)
        expect(cells[flight.landing]).toBe(0)
        if (flight.hit === CEILING_CELL) expect(flight.landing).toBeLessThan(11)
        else expect(touching(flight.hit, flight.landing)).toBe(true)
        expect(
          Math.hypot(flight.x - centreX[flight.landing]!, flight.y - centreY[flight.landing]!),
        ).toBeLessThan(0.51)
      }),
      { numRuns: 500 },
    )
  })

  test('the path stays between the walls and touches nothing before its end', () => {
    fc.assert(
      fc.property(anyGame, anyLean, (game, lean) => {
        const { cells } = playInto(game).board
        const flight = emptyFlight()
        fly(cells, lean, flight)
        const path = pathOf(lean, flight.distance, flight.landing)
        const corners = Array.from({ length: path.length / 2 }, (_, i) => ({
          x: path[2 * i]!,
          y: path[2 * i + 1]!,
        }))
        expect(corners[0]).toEqual(LAUNCHER)
        expect(corners).toHaveLength(flight.bounces + 3)
        expect(corners.at(-2)!.x).toBeCloseTo(flight.x, 9)
        expect(corners.at(-2)!.y).toBeCloseTo(flight.y, 9)
        const obstacles = occupied(cells)
        let length = 0
        const nearest = Number.POSITIVE_INFINITY
        corners.slice(1, -1).forEach((to, i) => {
          const from = corners[i]!
          const part = Math.hypot(to.x - from.x, to.y - from.y)
          length += part
          expect(to.x).toBeGreaterThanOrEqual(0.5 - 1e-9)
          expect(to.x).toBeLessThanOrEqual(10.5 + 1e-9)
          expect(to.y).toBeLessThanOrEqual(from.y)
          for (let s = 0; s < part; s += 0.1) {
            const x = from.x + ((to.x - from.x) * s) / part
            const y = from.y + ((to.y - from.y) * s) / part
            for (const cell of obstacles) {
              expect(Math.hypot(x - centreX[cell]!, y - centreY[cell]!)).toBeGreaterThan(
                CONTACT_DISTANCE - 1e-6,
              )
            }
          }
        })
        expect(length).toBeCloseTo(flight.distance, 9)
        expect(nearest).toBeGreaterThan(CONTACT_DISTANCE - 1e-6)
      }),
      { numRuns: 60 },
    )
  })

  test('the table of the notches says the same as following the shot', () => {
    fc.assert(
      fc.property(anyGame, (game) => {
        const { cells } = playInto(game).board
        const followed = emptyFlight()
        const looked = emptyFlight()
        for (let notch = 0; notch < NOTCHES; notch++) {
          fly(cells, notchLean(notch), followed)
          flyNotch(cells, notch, looked)
          expect(looked.landing).toBe(followed.landing)
          expect(looked.bounces).toBe(followed.bounces)
          expect(looked.distance).toBeCloseTo(followed.distance, 9)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('the table is a mirror image of itself except where a shot is dead level between two cells', () => {
    for (let notch = 0; notch < 20; notch++) {
      const right = table.offsets[notch + 1]! - table.offsets[notch]!
      const left = table.offsets[41 - notch]! - table.offsets[40 - notch]!
      expect(right).toBe(left)
      expect(table.distance[table.offsets[notch]!]).toBe(table.distance[table.offsets[40 - notch]!])
    }
  })
})

describe('the aims of a scene', () => {
  test('are where the shot then goes', () => {
    fc.assert(
      fc.property(anyGame, fc.nat({ max: 40 }), (game, notch) => {
        const environment = playInto(game)
        const aim = environment.scene().aims![notch]!
        environment.step(shot(notch), null)
        const [fired] = environment.events()
        expect(fired).toMatchObject({ kind: 'shot', path: aim.path })
        if (fired?.kind === 'shot' && fired.row >= 0)
          expect(fired).toMatchObject({ row: aim.row, column: aim.column })
      }),
    )
  })

  test('are left out when nobody aims', () => {
    const environment = makeBubble()
    environment.reset(1, null)
    expect(environment.scene({ aims: false }).aims).toBeNull()
    expect(environment.scene().aims).toHaveLength(41)
  })
})

describe('continuous aiming', () => {
  test('leans right for positive values, swaps above 0, and reaches every angle between', () => {
    const environment = makeBubble({ action: 'continuous' })
    expect(environment.spec.action).toEqual({ continuous: 2, discrete: [] })
    environment.reset(5, null)
    const { next } = environment.scene({ aims: false })
    environment.step({ continuous: Float32Array.of(0.5, 1), discrete: new Int32Array(0) }, null)
    const [fired] = environment.events()
    expect(fired).toMatchObject({ kind: 'shot', colour: next, swapped: true })
    const path = (fired as { path: number[] }).path
    const lean = (Math.atan2(path[2]! - path[0]!, path[1]! - path[3]!) * 180) / Math.PI
    expect(lean).toBeCloseTo(39, 6)
  })

  test('refuses values outside [-1, 1]', () => {
    const environment = makeBubble({ action: 'continuous' })
    environment.reset(5, null)
    for (const values of [
      [1.1, 0],
      [0, -2],
      [Number.NaN, 0],
    ]) {
      const action = { continuous: Float32Array.from(values), discrete: new Int32Array(0) }
      expect(() => environment.step(action, null)).toThrow(RangeError)
    }
  })
})

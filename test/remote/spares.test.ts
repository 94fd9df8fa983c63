import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Spares } from '../../core/remote/spares.ts'

let closed: string[]
let spares: Spares<string>

beforeEach(() => {
  vi.useFakeTimers()
  closed = []
  spares = new Spares((thing) => closed.push(thing))
})
afterEach(() => {
  vi.useRealTimers()
})

it('a spare waits for the next who wants the same, and no longer than a while', () => {
  spares.keep('car', 'first')
  spares.keep('pole', 'other')
  expect([spares.has('car'), spares.take('car'), spares.has('car')]).toEqual([true, 'first', false])
  expect(spares.take('car')).toBeUndefined()
  vi.advanceTimersByTime(60_000)
  expect(closed).toEqual(['other'])
  expect(spares.take('pole')).toBeUndefined()
})

it('a second of the same kind is closed, and the first goes on waiting', () => {
  spares.keep('car', 'first')
  spares.keep('car', 'second')
  expect(closed).toEqual(['second'])
  expect(spares.take('car')).toBe('first')
  vi.advanceTimersByTime(60_000)
  expect(closed).toEqual(['second'])
})

it('all are closed at once when they are not to wait any longer', () => {
  spares.keep('car', 'first')
  spares.keep('pole', 'other')
  spares.clear()
  expect(closed).toEqual(['first', 'other'])
  expect(spares.take('car')).toBeUndefined()
  vi.advanceTimersByTime(60_000)
  expect(closed).toEqual(['first', 'other'])
})

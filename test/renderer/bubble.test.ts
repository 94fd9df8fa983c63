import { describe, expect, test } from 'vitest'
import { emptyAction, makeEnvironment } from '../../core/envs/index.ts'
import type { BubbleEvent, BubbleScene, SceneEvent } from '../../core/studio/protocol.ts'
import { aimControl } from '../../renderer/board/bubble/aim-control.ts'
import { aspect, boardPoint } from '../../renderer/board/bubble/layout.ts'
import { pointAlong, timelineOf } from '../../renderer/board/bubble/timeline.ts'
import { bubbleView } from '../../renderer/board/bubble/view.ts'

function level(seed: number) {
  const environment = makeEnvironment('bubble/25')
  environment.reset(seed, null)
  return environment
}

type Scene = Parameters<typeof aimControl.describe>[1]

describe('aiming', () => {
  test('pointing at a path aims along it, at every notch', () => {
    const scene = level(3).scene() as BubbleScene
    // The inverse of boardPoint, from two of its points.
    const [origin, unit] = [boardPoint(0, 0), boardPoint(1, 1)]
    const state = aimControl.initial(scene as unknown as Scene)
    scene.aims!.forEach((aim, notch) => {
      const [x0, y0, x1, y1] = aim.path as [number, number, number, number]
      const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2]
      const pointed = aimControl.point!(
        state,
        scene as unknown as Scene,
        (x - origin.x) / (unit.x - origin.x),
        (y - origin.y) / (unit.y - origin.y),
      )
      expect(pointed.notch).toBe(notch)
    })
  })

  test('keys turn by one and by ten and stay within the notches', () => {
    const scene = level(3).scene() as Scene
    const key = (id: string) => aimControl.keys.find((candidate) => candidate.id === id)!
    let state = aimControl.initial(scene)
    expect(state.notch).toBe(20)
    state = key('aim-left').apply(state, scene).state
    expect(state.notch).toBe(21)
    for (let i = 0; i < 5; i++) state = key('aim-far-left').apply(state, scene).state
    expect(state.notch).toBe(40)
    state = key('swap').apply(state, scene).state
    expect(key('shoot').apply(state, scene).action).toEqual({ continuous: [], discrete: [40, 1] })
    expect(aimControl.afterStep(state, scene)).toEqual({ notch: 40, swapped: false })
  })

  test('a click on the waiting bubble swaps, elsewhere it shoots', () => {
    const scene = level(3).scene() as Scene
    const state = aimControl.initial(scene)
    const { launcher } = scene as unknown as BubbleScene
    const [origin, unit] = [boardPoint(0, 0), boardPoint(1, 1)]
    const at = (x: number, y: number) =>
      aimControl.click!(
        state,
        scene,
        (x - origin.x) / (unit.x - origin.x),
        (y - origin.y) / (unit.y - origin.y),
      )
    expect(at(launcher.x - 1.75, launcher.y + 0.28)).toEqual({ state: { ...state, swapped: true } })
    expect(at(5, 3).action).toEqual({ continuous: [], discrete: [20, 0] })
  })

  test('the state is told in words', () => {
    const scene = level(3).scene() as Scene
    expect(aimControl.describe({ notch: 30, swapped: false }, scene)).toMatch(
      /^\w+ bubble, 39 degrees to the left, lands in row \d+, column \d+$/,
    )
  })
})

describe('the timeline of a step', () => {
  test('everything that leaves the board has its moment, after the flight, and none is told twice', () => {
    const environment = level(11)
    const action = emptyAction(environment.spec)
    let left = 0
    for (let shot = 0; shot < 60; shot++) {
      const before = (environment.scene() as BubbleScene).cells.filter((cell) => cell !== 0).length
      action.discrete[0] = (shot * 7) % 41
      const result = environment.step(action, null)
      const events = [...environment.events()] as SceneEvent[]
      const timeline = timelineOf(events)
      expect(timeline.flightMs).toBeGreaterThanOrEqual(90)
      expect(new Set(timeline.pieces.map(({ row, column }) => `${row}/${column}`)).size).toBe(
        timeline.pieces.length,
      )
      for (const piece of timeline.pieces) {
        expect(piece.start).toBeGreaterThanOrEqual(timeline.flightMs)
        expect(piece.start).toBeLessThan(timeline.totalMs)
      }
      const after = (environment.scene() as BubbleScene).cells.filter((cell) => cell !== 0).length
      const fired = events as unknown as BubbleEvent[]
      const landed = fired.some((event) => event.kind === 'shot' && event.row >= 0) ? 1 : 0
      expect(before + landed - timeline.pieces.length).toBe(after)
      left += timeline.pieces.length
      if (result.terminated || result.truncated) break
    }
    expect(left).toBeGreaterThan(20)
  })

  test('a point along a path with a bounce', () => {
    const path = [0, 10, 3, 6, 0, 2]
    expect(pointAlong(path, 0)).toEqual({ x: 0, y: 10 })
    expect(pointAlong(path, 0.5)).toEqual({ x: 3, y: 6 })
    expect(pointAlong(path, 1)).toEqual({ x: 0, y: 2 })
  })
})

test('what happened is said in words, and what matters is marked', () => {
  const shot = { kind: 'shot', colour: 2, swapped: true, path: [0, 1, 0, 0], row: 3, column: 2 }
  const cells = Array.from({ length: 9 }, (_, column) => ({ row: 0, column, colour: 2 }))
  expect(bubbleView.describe([])).toBe('Start')
  expect(bubbleView.describe([shot])).toBe('Swapped, yellow bubble, stuck')
  expect(bubbleView.describe([{ ...shot, row: -1, swapped: false }])).toBe('yellow bubble, vanished')
  expect(bubbleView.describe([shot, { kind: 'pop', cells }])).toBe('Swapped, yellow bubble, 9 popped')
  expect(bubbleView.moment([shot])).toBeNull()
  expect(bubbleView.moment([shot, { kind: 'pop', cells }])).toEqual({ kind: 'big', label: '9 bubbles fell' })
  expect(bubbleView.moment([shot, { kind: 'free', cells: cells.slice(0, 2) }])?.label).toBe('2 birds freed')
  expect(aspect).toBeCloseTo(0.834, 2)
})

import { describe, expect, test } from 'vitest'
import type { Frame } from '../../core/studio/protocol.ts'
import { boardSource, frameAt } from '../../renderer/replay/board-source.ts'
import { Clock } from '../../renderer/replay/clock.ts'
import { paceByStep, paceByTime } from '../../renderer/replay/pacing.ts'

const starts = [0, 100, 200, 300]

describe('the clock of a replay', () => {
  test('rests at the step it was given, within the replay', () => {
    expect(new Clock(starts).state()).toMatchObject({ step: 0, playing: false })
    expect(new Clock(starts, 99).state().step).toBe(2)
    expect(new Clock(starts, -1).state().step).toBe(0)
  })

  test('plays to the end at its speed and stops there', () => {
    const clock = new Clock(starts)
    clock.setSpeed(2)
    clock.toggle()
    clock.advance(1000)
    expect(clock.state()).toMatchObject({ step: 1, playing: true })
    clock.advance(1049)
    expect(clock.state().step).toBe(1)
    clock.advance(1051)
    expect(clock.state().step).toBe(2)
    clock.advance(2000)
    expect(clock.state()).toMatchObject({ step: 2, playing: false })
    expect(clock.moving).toBe(false)
  })

  test('the same moment twice moves nothing, so many boards may read it', () => {
    const clock = new Clock(starts)
    clock.toggle()
    clock.advance(1000)
    clock.advance(1050)
    const { time } = clock
    clock.advance(1050)
    expect(clock.time).toBe(time)
  })

  test('one step forward is shown as it happens and ends before the next', () => {
    const clock = new Clock(starts)
    clock.stepForward()
    expect(clock.state()).toMatchObject({ step: 1, playing: false })
    expect(clock.time).toBe(100)
    expect(clock.moving).toBe(true)
    clock.advance(0)
    clock.advance(500)
    expect(clock.state().step).toBe(1)
    expect(clock.time).toBeGreaterThan(199)
    expect(clock.moving).toBe(false)
  })

  test('a loop goes round, seeking leaves it standing', () => {
    const clock = new Clock(starts)
    clock.setLoop({ from: 1, to: 1 })
    clock.toggle()
    clock.advance(0)
    clock.advance(150)
    expect(clock.state()).toMatchObject({ step: 1, playing: true })
    clock.seek(2)
    expect(clock.state()).toMatchObject({ step: 2, playing: false, loop: { from: 1, to: 1 } })
    clock.setLoop({ from: 2, to: 1 })
    expect(clock.state().loop).toBeNull()
  })

  test('tells of steps, not of every frame', () => {
    const clock = new Clock(starts)
    clock.toggle()
    clock.advance(0)
    let told = 0
    clock.subscribeState(() => told++)
    for (let now = 1; now < 90; now++) clock.advance(now)
    expect(told).toBe(0)
    clock.advance(150)
    expect(told).toBe(1)
  })
})

function frames(times: readonly number[]): Frame[] {
  return times.map((timeMs) => ({
    scene: { kind: 'unseen' },
    events: [],
    reward: 0,
    action: null,
    timeMs,
  }))
}

describe('pacing', () => {
  test('by step everyone takes a step together and the last picture stays', () => {
    const [long, short] = [frames([0, 1, 2, 3]), frames([0, 1])]
    const pacing = paceByStep([long, short])
    expect(pacing.clock).toHaveLength(5)
    expect(pacing.boards[1]).toEqual(pacing.clock.slice(0, 2))
    const clock = new Clock(pacing.clock)
    clock.seek(3)
    expect(frameAt(clock, pacing.boards[0]!)).toBe(3)
    expect(frameAt(clock, pacing.boards[1]!)).toBe(1)
  })

  test('by time everyone keeps their own, long thoughts shortened', () => {
    const pacing = paceByTime([frames([0, 1000, 62_000]), frames([0, 2000])])
    expect(pacing.boards).toEqual([
      [0, 1000, 6000],
      [0, 2000],
    ])
    expect(pacing.clock.slice(0, -1)).toEqual([0, 1000, 2000, 6000])
  })

  test('a board shows how far its step has come', () => {
    const pacing = paceByStep([frames([0, 1, 2])])
    const clock = new Clock(pacing.clock)
    Object.assign(globalThis, { matchMedia: () => ({ matches: false }) })
    const source = boardSource(clock, frames([0, 1, 2]), pacing.boards[0]!)
    clock.stepForward()
    source.read(1000)
    expect(source.read(1100)).toMatchObject({ elapsed: 100, moving: true })
  })
})

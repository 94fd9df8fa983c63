import { describe, expect, it } from 'vitest'
import type { GymScene, Scene } from '../../core/studio/protocol.ts'
import { actionOf, type Hands, liveControl } from '../../renderer/board/live-control.ts'

const discrete = (index: number) => ({ continuous: [], discrete: [index] })
const cart: GymScene = {
  kind: 'gym',
  width: 600,
  height: 400,
  png: '',
  stepsPerSecond: 50,
  keys: [
    { shortcut: 'ArrowLeft', name: 'Action 0', action: discrete(0) },
    { shortcut: 'ArrowRight', name: 'Action 1', action: discrete(1) },
  ],
  idle: null,
}
const car: GymScene = {
  ...cart,
  keys: [
    { shortcut: 'ArrowLeft', name: 'Value 1 down', action: { continuous: [-1, 0], discrete: [] } },
    { shortcut: 'ArrowRight', name: 'Value 1 up', action: { continuous: [1, 0], discrete: [] } },
    { shortcut: 'ArrowUp', name: 'Value 2 up', action: { continuous: [0, 1], discrete: [] } },
  ],
  idle: { continuous: [0, 0], discrete: [] },
}
const asScene = (scene: GymScene) => scene as unknown as Scene
const start = liveControl.initial(asScene(cart))
const press = (hands: Hands, scene: GymScene, shortcut: string) =>
  liveControl.keysOf!(asScene(scene))
    .find(({ shortcuts }) => shortcuts[0] === shortcut)!
    .apply(hands, asScene(scene))
const live = liveControl.live!

describe('a game that goes on by itself', () => {
  it('waits for the first key, and again when its player turns away', () => {
    expect(live.running(start)).toBe(false)
    const { state, action } = press(start, cart, 'ArrowRight')
    expect(action).toBeUndefined()
    expect(live.running(state)).toBe(true)
    expect(live.rest(state)).toEqual({ held: [], last: null, running: false })
  })

  it('does what the newest key says, and what was done last where nothing means nothing', () => {
    const left = press(start, cart, 'ArrowLeft').state
    const both = press(left, cart, 'ArrowRight').state
    expect(press(both, cart, 'ArrowRight').state.held).toEqual(['ArrowLeft', 'ArrowRight'])
    expect(actionOf(both, cart)).toEqual(discrete(1))
    const stepped = live.next(both, asScene(cart))
    expect(stepped.action).toEqual(discrete(1))
    const free = live.release(live.release(stepped.state, 'ArrowLeft'), 'ArrowRight')
    expect(actionOf(free, cart)).toEqual(discrete(1))
  })

  it('adds up the values of keys that are held together', () => {
    const up = press(press(start, car, 'ArrowUp').state, car, 'ArrowRight').state
    expect(actionOf(up, car).continuous).toEqual([1, 1])
    expect(actionOf(press(up, car, 'ArrowLeft').state, car).continuous).toEqual([0, 1])
    expect(actionOf(start, car).continuous).toEqual([0, 0])
  })
})

it('a game that waits for its player makes one step for each key', () => {
  const lake = { ...cart, stepsPerSecond: null }
  const { state, action } = press(start, lake, 'ArrowRight')
  expect(action).toEqual(discrete(1))
  expect(live.stepsPerSecond(asScene(lake))).toBeNull()
  expect(live.running(state)).toBe(false)
})

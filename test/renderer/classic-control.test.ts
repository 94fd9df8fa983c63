import { describe, expect, it } from 'vitest'
import { type Environment, emptyAction, makeEnvironment } from '../../core/envs/index.ts'
import type { Scene, SceneEvent } from '../../core/studio/protocol.ts'
import { cartPoleView } from '../../renderer/board/cart-pole/view.ts'
import { pendulumView } from '../../renderer/board/pendulum/view.ts'

const cases = [
  { id: 'cart-pole', view: cartPoleView, left: [0], right: [1], idle: [1] },
  { id: 'pendulum', view: pendulumView, left: [1], right: [-1], idle: [0] },
] as const

const sceneOf = (environment: Environment) => environment.scene() as Scene

describe.each(cases)('the view of $id', ({ id, view, left, right, idle }) => {
  const environment = makeEnvironment(id)
  const { control } = view
  const live = control.live!

  it('lets a person hold keys while the game goes on at its own pace', () => {
    environment.reset(0, null)
    const scene = sceneOf(environment)
    let hands = control.initial(scene)
    expect(control.describe(hands, scene)).toBe('Waiting for a key')
    const done = () => {
      const { state, action } = live.next(hands, scene)
      hands = state
      environment.step(
        { continuous: Float32Array.from(action.continuous), discrete: Int32Array.from(action.discrete) },
        null,
      )
      return [...action.continuous, ...action.discrete]
    }
    const press = (shortcut: string) => {
      hands = control.keysOf!(scene)
        .find(({ shortcuts }) => shortcuts[0] === shortcut)!
        .apply(hands, scene).state
    }
    press('ArrowLeft')
    expect(live.running(hands)).toBe(true)
    expect(done()).toEqual(left)
    hands = live.release(hands, 'ArrowLeft')
    press('ArrowRight')
    expect(done()).toEqual(right)
    hands = live.release(hands, 'ArrowRight')
    expect(done()).toEqual(idle)
    expect(live.stepsPerSecond(scene)! * environment.animationSeconds!()).toBeCloseTo(1)
  })

  it('says how it ended, and nothing before', () => {
    environment.reset(0, null)
    expect(view.describe(environment.events() as SceneEvent[])).toBe('')
    const action = emptyAction(environment.spec)
    let ended = false
    while (!ended) {
      expect(view.moment(environment.events() as SceneEvent[])).toBeNull()
      const { terminated, truncated } = environment.step(action, null)
      ended = terminated || truncated
    }
    const events = environment.events() as SceneEvent[]
    const told = { 'cart-pole': 'The pole fell', pendulum: 'Time is up, and it is not upright' }[id]
    expect(view.describe(events)).toBe(told)
    expect(view.moment(events)).toMatchObject({ kind: 'end' })
  })
})

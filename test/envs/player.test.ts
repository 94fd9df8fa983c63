import { describe, expect, it } from 'vitest'
import { emptyAction, makeEnvironment, randomPlayer } from '../../core/envs/index.ts'

describe('the random player', () => {
  it('takes every action that is allowed and no other', () => {
    const environment = makeEnvironment('grid')
    const player = randomPlayer(environment.spec)
    const action = emptyAction(environment.spec)
    const mask = new Uint8Array(5)
    const taken = new Set<number>()
    let forbidden = 0
    for (let seed = 0; seed < 20; seed++) {
      environment.reset(seed, null)
      player.begin(seed)
      for (let over = false; !over; ) {
        environment.writeActionMask!(mask)
        player.act(environment, new Float32Array(0), action)
        expect(mask[action.discrete[0]!]).toBe(1)
        taken.add(action.discrete[0]!)
        forbidden += mask.filter((allowed) => allowed === 0).length
        const { terminated, truncated } = environment.step(action, null)
        over = terminated || truncated
      }
    }
    expect(taken.size).toBe(5)
    expect(forbidden).toBeGreaterThan(100)
  })
})

import { describe, expect, test } from 'vitest'
import {
  checkEnvironment,
  type Drawing,
  emptyAction,
  makeEnvironment,
  scriptedPlayer,
} from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { evaluatePlayer, heldOutSeeds } from '../../core/evaluate/index.ts'

const door = (index: number) => ({ continuous: new Float32Array(0), discrete: Int32Array.of(index) })

describe('recall', () => {
  test('shows the sign once and pays for its door after length + 2 steps', async () => {
    const environment = makeEnvironment('recall', { length: 3 })
    const view = new Float32Array(4)
    const seen: number[] = []
    environment.reset(5, view)
    const sign = view.indexOf(1)
    expect(sign).toBeLessThan(2)
    expect((environment.scene() as Drawing).describe).toBe(`the sign says: ${['upper', 'lower'][sign]} door`)
    for (let t = 0; t < 4; t++) {
      expect(environment.step(door(t % 2), view)).toMatchObject({ reward: 0, terminated: false })
      seen.push(view.indexOf(1))
      expect((environment.scene() as Drawing).describe).not.toContain('sign')
    }
    expect(seen).toEqual([2, 2, 2, 3])
    const between = environment.snapshot()
    expect(environment.step(door(sign), view)).toMatchObject({ reward: 1, terminated: true })
    expect(environment.succeeded).toBe(true)
    expect(environment.events()).toEqual([
      { text: `Took the ${['upper', 'lower'][sign]} door, which was right`, mark: 'goal' },
    ])
    expect(() => environment.step(door(0), view)).toThrow('the episode is over')
    environment.restore(between)
    expect(environment.step(door(1 - sign), view)).toMatchObject({ reward: -1, terminated: true })
  })

  test('pays 0 on average to whoever decides by what is seen alone', () => {
    // Between the doors the view is always the same, so such a player takes the same door always, or draws it by a
    // chance that is the same always: the mean is that of two fixed doors, and those pay the opposite of each other.
    const environment = makeEnvironment('recall', { length: 1 })
    const totals = [0, 0]
    const views = new Set<string>()
    const view = new Float32Array(4)
    for (let seed = 0; seed < 2000; seed++) {
      for (const fixed of [0, 1]) {
        environment.reset(seed, view)
        environment.step(door(fixed), view)
        environment.step(door(fixed), view)
        views.add(view.join())
        totals[fixed]! += environment.step(door(fixed), view).reward
      }
    }
    expect(views.size).toBe(1)
    expect(totals[0]! + totals[1]!).toBe(0)
    expect(Math.abs(totals[0]! / 2000)).toBeLessThan(0.07) // three standard errors of a fair sign
  })

  test('is mastered by a player that remembers', async () => {
    const environment = makeEnvironment('recall')
    const { score, winRate } = await evaluatePlayer(
      environment,
      scriptedPlayer(environment.spec)!,
      heldOutSeeds(50),
    )
    expect(score.mean).toBe(1)
    expect(winRate).toBe(1)
  })

  test('keeps the contract, and refuses other lengths, actions and snapshots', () => {
    checkEnvironment(makeEnvironment('recall'))
    expect(() => makeEnvironment('recall', { length: 0 })).toThrow(UserError)
    const environment = makeEnvironment('recall')
    environment.reset(0, null)
    expect(() => environment.step(door(2), null)).toThrow(RangeError)
    expect(() => environment.step(emptyAction(environment.spec), null)).not.toThrow()
    const snapshot = environment.snapshot()
    for (const broken of [
      snapshot.with(3, 9),
      snapshot.slice(1),
      snapshot.with(5, 99),
      snapshot.with(7, 0),
    ]) {
      expect(() => environment.restore(broken)).toThrow(DataError)
    }
    expect(() => makeEnvironment('recall', { length: 2 }).restore(snapshot)).toThrow(DataError)
  })
})

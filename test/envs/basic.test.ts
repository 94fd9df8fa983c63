import { describe, expect, test } from 'vitest'
import { type Drawing, makeEnvironment } from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'

const action = (index: number) => ({ continuous: new Float32Array(0), discrete: Int32Array.of(index) })
const [STAY, LEFT, RIGHT] = [action(0), action(1), action(2)]

function walk(moves: readonly (typeof STAY)[]) {
  const environment = makeEnvironment('basic')
  environment.reset(0, null)
  let total = 0
  let last = { terminated: false, truncated: false }
  for (const move of moves) {
    const { reward, terminated, truncated } = environment.step(move, null)
    total += reward
    last = { terminated, truncated }
  }
  return { environment, total, ...last }
}

describe('basic', () => {
  test('pays 0.93 for seven steps to the large goal', () => {
    const { environment, total, terminated } = walk(Array(7).fill(RIGHT))
    expect(total).toBeCloseTo(0.93, 12)
    expect(terminated).toBe(true)
    expect(environment.succeeded).toBe(true)
    expect(environment.events()).toEqual([{ text: 'Reached the large goal', mark: 'end' }])
    expect(() => environment.step(STAY, null)).toThrow('the episode is over')
  })

  test('pays 0.07 for three steps to the small goal, which is not the aim', () => {
    const { environment, total, terminated } = walk(Array(3).fill(LEFT))
    expect(total).toBeCloseTo(0.07, 12)
    expect(terminated).toBe(true)
    expect(environment.succeeded).toBe(false)
  })

  test('shows the position one-hot in twenty numbers', () => {
    const environment = makeEnvironment('basic')
    const observation = new Float32Array(20).fill(9)
    environment.reset(0, observation)
    expect([...observation]).toEqual(Array.from({ length: 20 }, (_, i) => Number(i === 10)))
    environment.step(RIGHT, observation)
    expect([...observation]).toEqual(Array.from({ length: 20 }, (_, i) => Number(i === 11)))
    expect((environment.scene() as Drawing).progress).toBe(11)
  })

  test('has no step limit of its own, as in ML-Agents', () => {
    const { environment, terminated, truncated } = walk(Array(5000).fill(STAY))
    expect([terminated, truncated]).toEqual([false, false])
    expect(environment.spec.maxEpisodeSteps).toBeUndefined()
  })

  test('max_steps sets one', () => {
    const environment = makeEnvironment('basic', { max_steps: 2 })
    expect(environment.spec.maxEpisodeSteps).toBe(2)
    environment.reset(0, null)
    expect(environment.step(STAY, null).truncated).toBe(false)
    expect(environment.step(STAY, null)).toMatchObject({ terminated: false, truncated: true })
    expect(() => makeEnvironment('basic', { max_steps: -1 })).toThrow(UserError)
    expect(() => makeEnvironment('basic', { max_steps: 1.5 })).toThrow(UserError)
  })

  test('a goal reached with the last step is an end by the rules', () => {
    const environment = makeEnvironment('basic', { max_steps: 7 })
    environment.reset(0, null)
    for (let k = 0; k < 6; k++) environment.step(RIGHT, null)
    expect(environment.step(RIGHT, null)).toMatchObject({ terminated: true, truncated: false })
  })

  test('refuses other actions and foreign snapshots', () => {
    const environment = makeEnvironment('basic')
    environment.reset(0, null)
    expect(() => environment.step(action(3), null)).toThrow(RangeError)
    const snapshot = environment.snapshot()
    expect(() => environment.restore(snapshot.with(3, 9))).toThrow(DataError)
    expect(() => environment.restore(snapshot.slice(1))).toThrow(DataError)
    expect(() => environment.restore(snapshot.with(4, 21))).toThrow(DataError)
  })
})

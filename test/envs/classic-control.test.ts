/** Cart-pole and Pendulum: their steps beside Gymnasium's (classic-control.json, by test/interop/python/classic-control.py). */
import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { checkEnvironment, emptyAction, makeEnvironment, scriptedPlayer } from '../../core/envs/index.ts'
import { cosine, sine } from '../../core/envs/trigonometry.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { evaluatePlayer, heldOutSeeds } from '../../core/evaluate/index.ts'
import {
  type After,
  afterEach,
  type Case,
  type ClassicId,
  playedCases,
  readState,
} from './classic-control.ts'

const ids: ClassicId[] = ['cart-pole', 'pendulum']
const golden = JSON.parse(readFileSync(new URL('classic-control.json', import.meta.url), 'utf8')) as Record<
  ClassicId,
  (Case & { after: After })[]
>

test.each(ids)('%s steps as Gymnasium does, to the last bit of every observation', (id) => {
  expect(golden[id].length).toBeGreaterThan(40)
  for (const [i, ours] of afterEach(id, golden[id]).entries()) {
    const { after } = golden[id][i]!
    expect(ours.observation, `${i}`).toEqual(after.observation)
    expect(ours.terminated).toBe(after.terminated)
    expect(Math.abs(ours.reward - after.reward)).toBeLessThan(1e-9)
    for (const [k, value] of ours.state.entries()) expect(value).toBeCloseTo(after.state[k]!, 13)
  }
})

describe.each(ids)('%s', (id) => {
  const environment = makeEnvironment(id)
  const action = emptyAction(environment.spec)

  it('keeps the contract, and refuses other actions, parameters and snapshots', () => {
    checkEnvironment(environment)
    expect(() => makeEnvironment(id, { g: 3 })).toThrow(UserError)
    environment.reset(0, null)
    environment.step(action, null)
    const snapshot = environment.snapshot()
    const unending = snapshot.slice()
    new DataView(unending.buffer).setFloat64(8, Number.NaN, true)
    for (const broken of [
      snapshot.with(3, 9),
      snapshot.slice(1),
      new Uint8Array(0),
      snapshot.with(5, 99),
      snapshot.with(6, 2),
      unending,
    ]) {
      expect(() => environment.restore(broken)).toThrow(DataError)
    }
    environment.restore(snapshot)
    expect(environment.snapshot()).toEqual(snapshot)
  })

  it('is mastered by its scripted player, up to the limit of steps', async () => {
    const { winRate, episodes } = await evaluatePlayer(
      environment,
      scriptedPlayer(environment.spec)!,
      heldOutSeeds(20),
    )
    expect(winRate).toBe(1)
    expect(new Set(episodes.map(({ steps }) => steps))).toEqual(new Set([environment.spec.maxEpisodeSteps]))
  })

  it('draws its start within the limits of the task, another for each seed', () => {
    const [most, middle] = id === 'cart-pole' ? [0.05, 0.02] : [Math.PI, 1]
    const starts = Array.from({ length: 200 }, (_, seed) => {
      environment.reset(seed, null)
      return readState(id, environment.snapshot())
    })
    const first = starts.map(([x]) => x!)
    expect(Math.max(...first.map(Math.abs))).toBeLessThan(most)
    expect(Math.min(...first)).toBeLessThan(-middle)
    expect(Math.max(...first)).toBeGreaterThan(middle)
    expect(new Set(first).size).toBe(200)
  })
})

it('says how an episode of cart-pole ended', async () => {
  const environment = makeEnvironment('cart-pole')
  const action = emptyAction(environment.spec)
  environment.reset(1, null)
  let over = false
  while (!over) over = environment.step(action, null).terminated
  expect(environment.events()).toEqual([{ text: 'The pole fell', mark: 'end' }])
  expect(environment.succeeded).toBe(false)
})

it('pays a pendulum less the further it is from upright, turns included', async () => {
  const at = (angle: number) => afterEach('pendulum', [{ state: [angle, 0], action: [0] }])[0]!.reward
  expect(at(0)).toBeCloseTo(0, 12)
  expect(at(1)).toBeCloseTo(-1, 12)
  expect(at(2 * Math.PI * 5 + 1)).toBeCloseTo(-1, 12)
  expect(at(-2 * Math.PI * 5 - 1)).toBeCloseTo(-1, 12)
  expect((await playedCases('pendulum', 3)).map(({ action }) => (action as number[]).length)).toEqual([
    1, 1, 1,
  ])
})

it('has a sine and a cosine within the last bit, far from 0 too', () => {
  for (let i = -5000; i < 5000; i++) {
    const angle = i * 0.0317 + i ** 3 * 1e-9
    for (const [ours, other] of [
      [sine(angle), Math.sin(angle)],
      [cosine(angle), Math.cos(angle)],
    ] as const) {
      expect(Math.abs(ours - other)).toBeLessThanOrEqual(2.3e-16 * Math.abs(other))
    }
  }
})

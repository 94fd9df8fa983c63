import { describe, expect, test } from 'vitest'
import { greedyPlayer, referencePlayer } from '../../core/envs/bubble/index.ts'
import {
  emptyAction,
  makeEnvironment,
  observationSize,
  randomPlayer,
  scriptedPlayer,
} from '../../core/envs/index.ts'
import { makeBubble, playMany } from './games.ts'

describe('bubbles needed', () => {
  // Bounds are three standard errors; demos/calibrate.ts measures the same over 10,000 plays.
  test('by the reference player: the published 25.14', () => {
    const { mean, deviation, won } = playMany(referencePlayer(), 1000)
    expect(Math.abs(mean - 25.14)).toBeLessThan((3 * 9.5) / Math.sqrt(1000))
    expect(deviation).toBeCloseTo(9.5, 0)
    expect(won).toBeGreaterThan(0.99)
  })

  test('by random shots: nearly all sixty', () => {
    const { mean, won } = playMany(randomPlayer(makeEnvironment('bubble/25').spec), 400)
    expect(Math.abs(mean - 59.9)).toBeLessThan((3 * 1.8) / Math.sqrt(400))
    expect(won).toBeLessThan(0.02)
  })

  test('by one shot of foresight without a flaw: about sixteen', () => {
    const { mean, won } = playMany(greedyPlayer(), 400)
    expect(Math.abs(mean - 16.2)).toBeLessThan((3 * 5.9) / Math.sqrt(400))
    expect(won).toBe(1)
  })
})

test('the reference player is what the registry gives, and says that it is a script', () => {
  const player = scriptedPlayer(makeEnvironment('bubble/25').spec)
  expect(player).toMatchObject({ name: 'scripted reference player', kind: 'scripted' })
  expect(scriptedPlayer(makeEnvironment('basic').spec)).toBeUndefined()
})

test('a scripted player plays the same seed the same way and leaves the environment as it found it', () => {
  const environment = makeBubble()
  const observation = new Float32Array(observationSize(environment.spec))
  const play = () => {
    const player = referencePlayer()
    const action = emptyAction(environment.spec)
    const actions: number[] = []
    environment.reset(12, observation)
    player.begin(12)
    for (let k = 0; k < 8; k++) {
      const before = environment.snapshot()
      player.act(environment, observation, action)
      expect(environment.snapshot()).toEqual(before)
      actions.push(...action.discrete)
      environment.step(action, observation)
    }
    return actions
  }
  expect(play()).toEqual(play())
})

test('it plays the continuous variant shot for shot alike', () => {
  const trajectories = ['discrete', 'continuous'].map((kind) => {
    const environment = makeBubble({ action: kind })
    const player = referencePlayer()
    const action = emptyAction(environment.spec)
    environment.reset(30, null)
    player.begin(30)
    return Array.from({ length: 6 }, () => {
      player.act(environment, new Float32Array(0), action)
      environment.step(action, null)
      return environment.scene({ aims: false })
    })
  })
  expect(trajectories[1]).toEqual(trajectories[0])
})

test('a bubble player refuses another environment', () => {
  const environment = makeEnvironment('basic')
  const act = () => referencePlayer().act(environment, new Float32Array(20), emptyAction(environment.spec))
  expect(act).toThrow('cannot play basic')
})

import { describe, expect, test } from 'vitest'
import { boardOf, type GridBoard } from '../../core/envs/grid/board.ts'
import { firstStep } from '../../core/envs/grid/players.ts'
import {
  checkEnvironment,
  emptyAction,
  makeEnvironment,
  observationSize,
  scriptedPlayer,
} from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'

const action = (index: number) => ({ continuous: new Float32Array(0), discrete: Int32Array.of(index) })
const [STAY, UP, DOWN, LEFT, RIGHT] = [0, 1, 2, 3, 4].map(action)

function reset(seed: number, parameters?: Record<string, number | string>) {
  const environment = makeEnvironment('grid', parameters)
  const observation = new Float32Array(observationSize(environment.spec))
  environment.reset(seed, observation)
  return { environment, observation, scene: boardOf(environment.spec, observation) }
}

/** The first seed of a board for which `wanted` holds. */
function findBoard(wanted: (scene: GridBoard) => boolean, parameters?: Record<string, number | string>) {
  for (let seed = 0; seed < 10_000; seed++) {
    const board = reset(seed, parameters)
    if (wanted(board.scene)) return board
  }
  throw new Error('no such board')
}

const above = (a: { row: number; column: number }, b: { row: number; column: number }) =>
  a.column === b.column && a.row === b.row - 1

describe('grid', () => {
  test.each([
    {},
    { goal: 'either' },
    { gridSize: 3, numPlusGoals: 4, numExGoals: 4, cell_pixels: 5, max_steps: 7 },
  ])('keeps the contract with %o', (parameters) => {
    checkEnvironment(makeEnvironment('grid', parameters as Record<string, number | string>))
  })

  test('pays 1 for the goal and -1 for the other, and 0.01 less for every other step', () => {
    for (const [wanted, reward] of [
      [true, 1],
      [false, -1],
    ] as const) {
      const { environment } = findBoard(
        ({ agent, objects, goal }) =>
          objects.some((object) => above(object, agent) && (object.goal === goal) === wanted),
        { goal: 'either' },
      )
      expect(environment.step(STAY!, null)).toEqual({ reward: -0.01, terminated: false, truncated: false })
      expect(environment.succeeded).toBe(false)
      expect(environment.step(UP!, null)).toEqual({ reward, terminated: true, truncated: false })
      expect(environment.succeeded).toBe(wanted)
      expect(environment.events()).toMatchObject([
        { text: expect.stringMatching(wanted ? /, the goal$/ : /, which is not the goal$/), mark: 'end' },
      ])
      expect(() => environment.step(STAY!, null)).toThrow('the episode is over')
    }
  })

  test('moves up, down, left and right, and forbids the wall', () => {
    const free = { gridSize: 8 }
    const { environment, observation } = findBoard(
      ({ agent, objects }) =>
        agent.row === 0 && agent.column === 0 && objects.every(({ row, column }) => row > 1 || column > 1),
      free,
    )
    const agent = () => boardOf(environment.spec, observation).agent
    const mask = new Uint8Array(5)
    environment.writeActionMask!(mask)
    expect([...mask]).toEqual([1, 0, 1, 0, 1])
    environment.step(UP!, observation)
    expect(agent()).toEqual({ row: 0, column: 0 })
    expect(environment.events()).toEqual([{ text: 'The wall is in the way, up' }])
    environment.step(RIGHT!, observation)
    environment.step(DOWN!, observation)
    expect(agent()).toEqual({ row: 1, column: 1 })
    environment.writeActionMask!(mask)
    expect([...mask]).toEqual([1, 1, 1, 1, 1])
    environment.step(LEFT!, observation)
    environment.step(UP!, observation)
    expect(agent()).toEqual({ row: 0, column: 0 })
    expect(() => environment.step(action(5), null)).toThrow(RangeError)
  })

  test('shows the agent blue, pluses green and exes red, each in its cell, and the goal one-hot', () => {
    const { environment, observation, scene } = reset(4, { goal: 'either' })
    expect(environment.spec.observations.map(({ shape }) => shape)).toEqual([[3, 28, 28], [2]])
    const lit = (channel: number, { row, column }: { row: number; column: number }) => {
      let count = 0
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 4; x++) {
          count += observation[channel * 784 + ((row + 1) * 4 + y) * 28 + (column + 1) * 4 + x]!
        }
      }
      return count
    }
    const plus = scene.objects.find(({ goal }) => goal === 'plus')!
    const ex = scene.objects.find(({ goal }) => goal === 'ex')!
    expect([lit(0, plus), lit(1, plus), lit(2, plus)]).toEqual([0, 12, 0])
    expect([lit(0, ex), lit(1, ex), lit(2, ex)]).toEqual([8, 0, 0])
    expect([lit(0, scene.agent), lit(1, scene.agent), lit(2, scene.agent)]).toEqual([0, 0, 16])
    expect([...observation.subarray(3 * 784)]).toEqual(scene.goal === 'plus' ? [1, 0] : [0, 1])
    // the four sides of the wall, a cell thick
    expect(observation.subarray(0, 784).filter((value) => value > 0.3 && value < 0.5).length).toBe(784 - 400)
  })

  test('asks for either goal, or always for the plus', () => {
    const goals = (parameters: Record<string, string>) =>
      new Set(Array.from({ length: 40 }, (_, seed) => reset(seed, parameters).scene.goal))
    expect(goals({ goal: 'either' })).toEqual(new Set(['plus', 'ex']))
    expect(goals({})).toEqual(new Set(['plus']))
    expect(makeEnvironment('grid').spec.observations).toHaveLength(1)
  })

  test('puts everything on cells of its own', () => {
    const parameters = { gridSize: 3, numPlusGoals: 4, numExGoals: 4 }
    for (let seed = 0; seed < 50; seed++) {
      const { agent, objects } = reset(seed, parameters).scene
      expect(new Set([agent, ...objects].map(({ row, column }) => 3 * row + column)).size).toBe(9)
    }
    expect(() => makeEnvironment('grid', { ...parameters, numExGoals: 5 })).toThrow(UserError)
  })

  test('truncates at max_steps', () => {
    const { environment } = reset(0, { max_steps: 2 })
    expect(environment.step(STAY!, null).truncated).toBe(false)
    expect(environment.step(STAY!, null)).toMatchObject({ terminated: false, truncated: true })
  })

  test('remembers the outcome in a snapshot and refuses a foreign one', () => {
    const { environment } = findBoard(({ agent, objects, goal }) =>
      objects.some((object) => above(object, agent) && object.goal === goal),
    )
    environment.step(UP!, null)
    const snapshot = environment.snapshot()
    environment.reset(1, null)
    environment.restore(snapshot)
    expect(environment.succeeded).toBe(true)
    expect(environment.events()).toEqual([])
    expect(() => environment.restore(snapshot.with(3, 9))).toThrow(DataError)
    expect(() => environment.restore(snapshot.slice(1))).toThrow(DataError)
    expect(() => environment.restore(snapshot.with(4, 25))).toThrow(DataError)
    expect(() => makeEnvironment('grid', { numExGoals: 2 }).restore(snapshot)).toThrow(DataError)
  })
})

describe('the scripted player', () => {
  test('walks a shortest way and wins every board', () => {
    const environment = makeEnvironment('grid', { goal: 'either' })
    const player = scriptedPlayer(environment.spec)!
    const chosen = emptyAction(environment.spec)
    const observation = new Float32Array(observationSize(environment.spec))
    for (let seed = 0; seed < 200; seed++) {
      environment.reset(seed, observation)
      const { agent, objects, goal } = boardOf(environment.spec, observation)
      const target = objects.find((object) => object.goal === goal)!
      const distance = Math.abs(target.row - agent.row) + Math.abs(target.column - agent.column)
      let steps = 0
      for (let over = false; !over; steps++) {
        void player.act(environment, observation, chosen)
        over = environment.step(chosen, observation).terminated
      }
      expect(environment.succeeded).toBe(true)
      expect(steps - distance).toBeOneOf([0, 2]) // two more where the other goal stands in a straight way
    }
  })

  test('stays where there is no way', () => {
    const corner = { size: 3, agent: { row: 0, column: 0 }, goal: 'plus' } as const
    const exes = [
      { row: 0, column: 1, goal: 'ex' },
      { row: 1, column: 0, goal: 'ex' },
    ] as const
    expect(firstStep({ ...corner, objects: [...exes, { row: 2, column: 2, goal: 'plus' }] })).toBe(0)
    expect(firstStep({ ...corner, objects: [exes[0], { row: 2, column: 2, goal: 'plus' }] })).toBe(2)
  })
})

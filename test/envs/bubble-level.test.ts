import { describe, expect, test } from 'vitest'
import type { BubbleEnvironment } from '../../core/envs/bubble/index.ts'
import { level25 } from '../../core/envs/bubble/levels/25.ts'
import {
  checkEnvironment,
  environmentIds,
  makeEnvironment,
  registerBubbleLevel,
} from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { makeBubble, shot } from './games.ts'

describe('a further level', () => {
  test('is its numbers and one call', () => {
    registerBubbleLevel({
      ...level25,
      name: 'test',
      filledRows: 4,
      colours: 2,
      captives: 2,
      captiveRows: 2,
      maxShots: 20,
    })
    expect(environmentIds()).toContain('bubble/test')
    const environment = makeEnvironment('bubble/test')
    checkEnvironment(environment)
    expect(environment.spec).toMatchObject({ title: 'Bubble, level test', maxEpisodeSteps: 20 })
    environment.reset(1, null)
    const { cells, captives } = environment.scene() as { cells: number[]; captives: number }
    expect(captives).toBe(2)
    expect(cells.filter((held) => held === 5)).toHaveLength(2)
    expect(cells.every((held) => [0, 1, 2, 5].includes(held))).toBe(true)
    expect(cells.filter((held) => held > 0)).toHaveLength(42)
  })

  test.each([
    [{ filledRows: 13 }, 'filledRows must be 1 to 12, not 13'],
    [{ colours: 5 }, 'colours must be 1 to 4, not 5'],
    [{ captiveRows: 9 }, 'captiveRows must be 1 to 8, not 9'],
    [{ captives: 20 }, 'captives must be 1 to 10, not 20'],
    [{ maxShots: 300 }, 'maxShots must be 1 to 255, not 300'],
    [{ copyProbability: Number.NaN }, 'copyProbability must be 0 to 1, not NaN'],
  ])('with %o is refused', (change, message) => {
    expect(() => registerBubbleLevel({ ...level25, name: 'broken', ...change })).toThrow(message)
  })

  test('cannot take the name of another', () => {
    expect(() => registerBubbleLevel(level25)).toThrow('registered twice')
  })
})

describe('parameters', () => {
  test('choose observation and action', () => {
    expect(makeBubble().spec.parameters).toEqual({ observation: 'rays', action: 'discrete' })
    expect(makeBubble().spec.action.aligned).toEqual({ branch: 0, observation: 'rays' })
    const grid = makeBubble({ observation: 'grid' }).spec
    expect(grid.observations.map(({ name, shape }) => [name, shape])).toEqual([
      ['grid', [6, 14, 11]],
      ['board', [23]],
    ])
    expect(grid.action.aligned).toBeUndefined()
    expect(grid.parameters).toEqual({ observation: 'grid', action: 'discrete' })
  })

  test('that do not exist are refused with what was meant', () => {
    const wrong = (parameters: Record<string, string | number>): UserError => {
      try {
        makeEnvironment('bubble/25', parameters)
      } catch (error) {
        if (error instanceof UserError) return error
        throw error
      }
      throw new Error('was accepted')
    }
    expect(wrong({ observations: 'rays' })).toMatchObject({
      exitCode: 2,
      remedy: 'did you mean "observation"?',
    })
    expect(wrong({ gravity: 9 })).toMatchObject({
      remedy: 'its parameters are observation, action, colours, captives, rows and copy_chance',
    })
    expect(wrong({ observation: 'raise' })).toMatchObject({ remedy: 'choose one of rays, sight, grid' })
    expect(wrong({ action: 3 }).message).toBe('bubble/25: parameter "action" cannot be 3')
    expect(wrong({ colours: 5 })).toMatchObject({ remedy: 'give a whole number from 1 to 4' })
    expect(wrong({ rows: 3 })).toMatchObject({ remedy: 'give a whole number from 4 to 12' })
    expect(wrong({ captives: 2.5 })).toMatchObject({ remedy: 'give a whole number from 1 to 10' })
    expect(wrong({ copy_chance: -0.1 })).toMatchObject({ remedy: 'give a number from 0 to 1' })
  })

  test('that are numbers change the level, which then has no human average', () => {
    const spec = (parameters: Record<string, number>) => makeEnvironment('bubble/25', parameters).spec
    const easy = makeEnvironment('bubble/25', { colours: 2, captives: 3, rows: 5 }) as BubbleEnvironment
    expect(easy.spec.parameters).toEqual({
      observation: 'rays',
      action: 'discrete',
      colours: 2,
      captives: 3,
      rows: 5,
    })
    expect(easy.spec.score.human).toBeUndefined()
    easy.reset(4, null)
    expect(easy.board.captives).toBe(3)
    expect([...easy.board.counts.slice(1, 5)].map(Boolean)).toEqual([true, true, false, false])
    expect(spec({ colours: 4, captives: 8, rows: 8, copy_chance: 0.1 })).toEqual(spec({}))
    expect(spec({}).score.human).toBeDefined()
  })
})

describe('a snapshot', () => {
  const taken = (): Uint8Array => {
    const environment = makeBubble()
    environment.reset(1, null)
    environment.step(shot(3), null)
    return environment.snapshot()
  }

  test.each([
    ['cut off', (bytes: Uint8Array) => bytes.slice(0, 100), 'length'],
    ['of something else', (bytes: Uint8Array) => bytes.with(0, 7), 'byte 0'],
    ['of another version', (bytes: Uint8Array) => bytes.with(3, 9), 'version'],
    ['of another level', (bytes: Uint8Array) => bytes.with(bytes.length - 1, 54), 'level'],
    ['with a colour that is none', (bytes: Uint8Array) => bytes.with(4, 5), 'colours in hand'],
    ['with too many shots', (bytes: Uint8Array) => bytes.with(6, 61), 'shots'],
    ['with a cell that holds nonsense', (bytes: Uint8Array) => bytes.with(24 + 3, 6), 'cell 3'],
    ['with a bubble beside the board', (bytes: Uint8Array) => bytes.with(24 + 21, 1), 'cell 21'],
  ])('%s is refused', (_what, damage, place) => {
    const environment = makeBubble()
    environment.reset(2, null)
    const before = environment.snapshot()
    const restore = () => environment.restore(damage(taken()))
    expect(restore).toThrow(DataError)
    expect(restore).toThrow(place)
    expect(environment.snapshot()).toEqual(before)
  })

  test('of an ended level stays ended', () => {
    const environment = makeBubble()
    environment.reset(3, null)
    for (let k = 0; k < 60; k++) environment.step(shot(0), null)
    const other = makeBubble()
    other.restore(environment.snapshot())
    expect(() => other.step(shot(0), null)).toThrow('the episode is over')
    expect(other.events()).toEqual([])
  })
})

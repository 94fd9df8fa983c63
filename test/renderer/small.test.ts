import { expect, test } from 'vitest'
import type { Board, EnvironmentSpec, Scene } from '../../core/studio/protocol.ts'
import { shortcutKeys } from '../../renderer/actions/shortcuts.ts'
import '../../renderer/board/views.ts'
import { smooth } from '../../renderer/charts/smooth.ts'
import { duration, interval, oneScore, score } from '../../renderer/components/format.ts'
import { leaders } from '../../renderer/views/compare/ahead.ts'
import { formatContenders, forTable, parseContenders } from '../../renderer/views/compare/contenders.ts'

test('numbers as people read them', () => {
  expect(score(22.84)).toBe('22.8')
  expect(score(0.93)).toBe('0.93')
  expect(oneScore(1200)).toBe('1,200')
  expect([41, 725, 3729].map(duration)).toEqual(['0:41', '12:05', '1:02:09'])
  expect(interval({ n: 21, mean: 25.14, low: 21.5, high: 28.9 })).toBe('25.1 (21.5 to 28.9)')
  expect(interval({ n: 1, mean: 19, low: null, high: null })).toBe('19.0 (n = 1)')
})

test('smoothing starts without bias and leaves gaps alone', () => {
  expect(smooth([4, 4, 4], 0.9)).toEqual([4, 4, 4])
  expect(smooth([0, 1], 0.5)[1]).toBeCloseTo(2 / 3, 12)
  expect(smooth([1, 2, 3], 0)).toEqual([1, 2, 3])
  expect(smooth([1, Number.NaN, 1], 0.5)).toEqual([1, Number.NaN, 1])
})

test('contenders in an address come back as they went', () => {
  const all = parseContenders(
    'scripted,agent:a-run.2,imported:walker,agent:a-run.2@5000,episode:12,player:Ada%2C%20L.',
  )
  expect(all).toEqual([
    { kind: 'scripted' },
    { kind: 'agent', runId: 'a-run.2' },
    { kind: 'imported', id: 'walker' },
    { kind: 'agent', runId: 'a-run.2', checkpoint: '5000' },
    { kind: 'episode', id: 12 },
    { kind: 'player', playerName: 'Ada, L.' },
  ])
  expect(parseContenders(formatContenders(all))).toEqual(all)
  expect(parseContenders('agent:,episode:x,nobody')).toEqual([])
})

test('for statistics all plays of a person stand for one, and a person is counted once', () => {
  const episode = (id: number) => ({ id, playerName: 'me', seed: id }) as never
  const known = { agents: [], imported: [], episodes: [episode(1), episode(2)], scriptedPlayer: null }
  const table = forTable(
    [{ kind: 'episode', id: 1 }, { kind: 'episode', id: 2 }, { kind: 'scripted' }],
    known,
  )
  expect(table).toEqual([{ kind: 'player', playerName: 'me' }, { kind: 'scripted' }])
})

test('whoever has freed more leads; of those who won, whoever needed less', () => {
  const spec = { score: { measure: 'length' } } as EnvironmentSpec
  const scene = (captivesFreed: number, left: number) =>
    ({ kind: 'bubble', captivesFreed, cells: new Array(left).fill(1) }) as unknown as Scene
  const board = (scenes: Scene[]) =>
    ({
      frames: scenes.map((shown) => ({ scene: shown })),
      success: true,
      score: scenes.length - 1,
    }) as unknown as Board
  const a = board([scene(0, 9), scene(1, 9), scene(8, 2)])
  const b = board([scene(0, 9), scene(1, 5), scene(2, 5), scene(8, 1)])
  expect([...leaders([a, b], [0, 0], spec)]).toEqual([])
  expect([...leaders([a, b], [1, 1], spec)]).toEqual([1])
  expect([...leaders([a, b], [2, 2], spec)]).toEqual([0])
  expect([...leaders([a, b], [2, 3], spec)]).toEqual([0])
  expect([...leaders([a], [2], spec)]).toEqual([])
})

test('shortcuts as key caps', () => {
  expect(shortcutKeys('g p')).toEqual([['G'], ['P']])
  expect(shortcutKeys('shift+ArrowLeft')).toEqual([['Shift', '←']])
  expect(shortcutKeys('+')).toEqual([['+']])
})

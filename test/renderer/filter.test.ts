import { describe, expect, test } from 'vitest'
import type { Demonstration } from '../../core/studio/protocol.ts'
import { parseFilter } from '../../renderer/views/demonstrations/filter.ts'
import { formatIds, parseIds } from '../../renderer/views/demonstrations/id-list.ts'
import { formatSort, parseSort, sortRows } from '../../renderer/views/demonstrations/sort.ts'

const base: Demonstration = {
  id: 1,
  environmentId: 'bubble/25',
  environmentVersion: 1,
  parameters: {},
  seed: 7,
  playerName: 'me',
  playerKind: 'human',
  startedAtUs: 1e15,
  length: 19,
  return: 1.2,
  score: 19,
  success: true,
  terminated: true,
  truncated: false,
  tags: ['good'],
  note: 'a lucky bounce',
  rating: 4,
  state: 'complete',
  bundled: false,
  hash: '',
  deletedAtUs: null,
  damage: null,
}
const scripted: Demonstration = {
  ...base,
  id: 2,
  playerName: 'scripted reference player',
  playerKind: 'scripted',
  score: 60,
  success: false,
  tags: ['reference'],
  note: '',
  rating: 0,
}
const imported: Demonstration = {
  ...base,
  id: 3,
  playerName: 'unknown',
  playerKind: 'unknown',
  score: 25,
  success: null,
  tags: [],
  note: '',
  rating: 0,
}
const rows = [base, scripted, imported]

/** What environments call their score. */
const words = new Set(['bubble', 'bubbles', 'point', 'points'])

function ids(text: string): number[] {
  return rows.filter(parseFilter(text, 'me', words).test).map(({ id }) => id)
}

describe('the filter box', () => {
  test.each([
    ['', [1, 2, 3]],
    ['player:me', [1]],
    ['player:reference', [2]],
    ['kind:person', [1]],
    ['bubbles<20', [1]],
    ['bubbles>=60', [2]],
    ['score=19', [1]],
    ['bubble<20', [1]],
    ['points>=60', [2]],
    ['rating:4', [1]],
    ['tag:good', [1]],
    ['tag:goo', []],
    ['-tag:good', [2, 3]],
    ['won:no', [2]],
    ['won:yes', [1]],
    ['won:unknown', [3]],
    ['kind:unknown', [3]],
    ['env:bubble seed:7', [1, 2, 3]],
    ['lucky', [1]],
    ['"lucky bounce"', [1]],
    ['player:me bubbles<20 tag:good', [1]],
    ['player:me bubbles<10', []],
  ])('%s', (text, expected) => {
    expect(ids(text)).toEqual(expected)
  })

  test('names what it does not understand and goes by the rest', () => {
    const filter = parseFilter('colour:red bubbles<20 flies<3 rating>many', 'me', words)
    expect(filter.unknown).toEqual(['colour:red', 'flies<3', 'rating>many'])
    expect(rows.filter(filter.test)).toEqual([base])
    const half = ['kind:robot', 'won:perhaps', 'player:', 'tag:', 'env:']
    expect(parseFilter(half.join(' '), 'me', words).unknown).toEqual(half)
  })

  test('"me" is whoever plays here, not an agent of that name', () => {
    const { test: accepts } = parseFilter('player:me', 'Ada', words)
    expect(accepts(base)).toBe(false)
    expect(accepts({ ...base, playerName: 'Ada' })).toBe(true)
    expect(accepts({ ...base, playerName: 'Ada', playerKind: 'agent' })).toBe(false)
  })
})

test('ids in an address come back as they went', () => {
  expect(formatIds([25, 3, 1, 2])).toBe('1-3,25')
  for (const list of [[], [4], [1, 2, 3], [1, 3, 5], [1, 2, 9, 10, 11]]) {
    expect(parseIds(formatIds(list))).toEqual(list)
  }
  expect(parseIds('7-3,x,2')).toEqual([2])
})

test('rows are sorted either way, equal ones by their id', () => {
  const order = (text: string) => sortRows([scripted, base], parseSort(text)).map(({ id }) => id)
  expect(order('score')).toEqual([1, 2])
  expect(order('-score')).toEqual([2, 1])
  expect(order('when')).toEqual([1, 2])
  expect(order('no such column')).toEqual([2, 1])
  const won = (text: string) => sortRows([imported, base, scripted], parseSort(text)).map(({ id }) => id)
  expect(won('won')).toEqual([2, 3, 1])
  expect(formatSort(parseSort('-rating'))).toBe('-rating')
})

import { describe, expect, test } from 'vitest'
import type { Contender, Demonstration } from '../../core/studio/protocol.ts'
import { momentOfFrame } from '../../renderer/replay/pacing.ts'
import {
  boardOf,
  describeContenders,
  formatContenders,
  type Known,
  parseContenders,
} from '../../renderer/views/compare/contenders.ts'
import { standOf } from '../../renderer/views/compare/stored-comparisons.ts'

const play = (id: number, seed: number | null, playerName = 'me') =>
  ({
    id,
    seed,
    playerName,
    playerKind: 'human',
    state: 'complete',
    startedAtUs: 1e15 + id * 6e7,
  }) as Demonstration

const agent = (steps: readonly number[]) =>
  ({
    runId: 'first',
    name: 'First',
    checkpoints: steps.map((step) => ({ id: String(step), step, score: null })),
  }) as unknown as Known['agents'][number]

const known: Known = {
  agents: [agent([0, 5000])],
  imported: [],
  episodes: [play(3, null), play(2, 12), play(1, 12), play(4, 99, 'Ada')],
  scriptedPlayer: null,
}

describe('contenders', () => {
  test('come back from the address as they went, nobody too', () => {
    const all: Contender[] = [
      { kind: 'scripted' },
      { kind: 'agent', runId: 'first', checkpoint: '0' },
      { kind: 'episode', id: 4 },
      { kind: 'player', playerName: 'a, b' },
    ]
    for (const some of [all, [], all.slice(1, 2)])
      expect(parseContenders(formatContenders(some))).toEqual(some)
  })

  test('bring their board along, where they have one that is known', () => {
    expect(boardOf([{ kind: 'episode', id: 2 }], known)).toBe(12)
    expect(boardOf([{ kind: 'episode', id: 3 }], known)).toBeNull()
    expect(boardOf([{ kind: 'player', playerName: 'me' }], known)).toBe(12)
    expect(boardOf([{ kind: 'scripted' }, { kind: 'episode', id: 4 }], known)).toBe(99)
  })

  test('are told apart where a player has played one board twice', () => {
    const twice: Contender[] = [
      { kind: 'episode', id: 1 },
      { kind: 'episode', id: 2 },
      { kind: 'episode', id: 4 },
    ]
    const labels = describeContenders(twice, known).map(({ label }) => label)
    expect(new Set(labels).size).toBe(3)
    expect(labels[2]).toBe('Ada, board 99')
    expect(labels[0]).toMatch(/^me, board 12, /)
  })

  test('stand elsewhere once one has learned or played more', () => {
    const some: Contender[] = [
      { kind: 'agent', runId: 'first' },
      { kind: 'player', playerName: 'me' },
    ]
    const stand = standOf(some, known)
    expect(standOf(some, { ...known, agents: [agent([0, 5000, 10_000])] })).not.toBe(stand)
    expect(standOf(some, { ...known, episodes: [...known.episodes, play(5, 7)] })).not.toBe(stand)
    expect(standOf(some, { ...known, episodes: [...known.episodes, play(5, 7, 'Ada')] })).toBe(stand)
    const fixed: Contender[] = [{ kind: 'agent', runId: 'first', checkpoint: '5000' }]
    expect(standOf(fixed, { ...known, agents: [agent([5000, 10_000])] })).toBe(standOf(fixed, known))
  })
})

test('a difference is shown once every board has come to it, on either clock', () => {
  const quick = [0, 420, 840]
  const slow = [0, 2000, 5000, 9000]
  const clock = [0, 420, 840, 2000, 5000, 9000, 10_200]
  const moment = (frame: number) => clock[momentOfFrame({ clock, boards: [quick, slow] }, frame)]
  expect([0, 1, 2, 3].map(moment)).toEqual([0, 2000, 5000, 9000])
})

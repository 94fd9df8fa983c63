import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CAPTIVE, COLUMNS, realCells, rowOf } from '../../core/envs/bubble/lattice.ts'
import type { BubbleEvent } from '../../core/envs/bubble/scene.ts'
import {
  anyGame,
  anySeed,
  anyShots,
  boardCells,
  draw,
  makeBubble,
  occupied,
  playInto,
  reachable,
  shot,
  touching,
} from './games.ts'

type Event<Kind> = Extract<BubbleEvent, { kind: Kind }>

/** Everything about one shot, seen from outside. */
interface Seen {
  before: Uint8Array
  after: Uint8Array
  fired: Event<'shot'>
  popped: number[]
  dropped: number[]
  freed: number[]
  reward: number
  terminated: boolean
}

function eachShot(
  seed: number,
  shots: readonly (readonly [number, number])[],
  look: (seen: Seen) => void,
): void {
  const environment = makeBubble()
  environment.reset(seed, null)
  for (const [notch, swap] of shots) {
    const before = boardCells(environment)
    const { reward, terminated, truncated } = environment.step(shot(notch, swap), null)
    const events = environment.events()
    const list = (kind: 'pop' | 'drop' | 'free'): number[] => {
      const event = events.find((candidate) => candidate.kind === kind) as
        | Event<'pop' | 'drop' | 'free'>
        | undefined
      return (event?.cells ?? []).map(({ row, column }) => row * COLUMNS + column)
    }
    look({
      before,
      after: boardCells(environment),
      fired: events[0] as Event<'shot'>,
      popped: list('pop'),
      dropped: list('drop'),
      freed: list('free'),
      reward,
      terminated,
    })
    if (terminated || truncated) return
  }
}

const settled = (property: (seen: Seen) => void) =>
  fc.assert(
    fc.property(anySeed, anyShots, (seed, shots) => eachShot(seed, shots, property)),
    { numRuns: 150 },
  )

describe('the start of a level', () => {
  test('has eight full rows and eight captives in the first four, none beside another', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const environment = makeBubble()
        environment.reset(seed, null)
        const cells = boardCells(environment)
        const filled = occupied(cells)
        expect(filled).toHaveLength(84)
        expect(filled.every((cell) => rowOf(cell) < 8)).toBe(true)
        const captives = filled.filter((cell) => cells[cell] === CAPTIVE)
        expect(captives).toHaveLength(8)
        expect(captives.every((cell) => rowOf(cell) < 4)).toBe(true)
        expect(captives.some((a) => captives.some((b) => touching(a, b)))).toBe(false)
      }),
    )
  })

  test('draws the colours about equally, neighbours alike a little more often than by chance', () => {
    const counts = [0, 0, 0, 0, 0]
    let pairs = 0
    let alike = 0
    for (let seed = 0; seed < 400; seed++) {
      const environment = makeBubble()
      environment.reset(seed, null)
      const cells = boardCells(environment)
      const coloured = occupied(cells).filter((cell) => cells[cell] !== CAPTIVE)
      for (const cell of coloured) {
        counts[cells[cell]!]!++
        const right = cell + 1
        if (!touching(cell, right) || cells[right] === CAPTIVE) continue
        pairs++
        if (cells[cell] === cells[right]) alike++
      }
    }
    for (const count of counts.slice(1)) expect(count / (400 * 76)).toBeCloseTo(0.25, 1)
    // By chance 25%; one in ten copies one of up to three neighbours, the left one among them.
    expect(alike / pairs).toBeGreaterThan(0.265)
    expect(alike / pairs).toBeLessThan(0.33)
  })
})

describe('after every shot', () => {
  test('the bubble came to rest in a free cell beside another or at the ceiling', () => {
    settled(({ before, fired }) => {
      if (fired.row < 0) return
      const cell = fired.row * COLUMNS + fired.column
      expect(before[cell]).toBe(0)
      expect(fired.row === 0 || occupied(before).some((other) => touching(cell, other))).toBe(true)
    })
  })

  test('what popped was one connected cluster of one colour, three or more, and all of it', () => {
    settled(({ before, fired, popped }) => {
      if (fired.row < 0) return
      const cell = fired.row * COLUMNS + fired.column
      const alike = new Set(occupied(before).filter((other) => before[other] === fired.colour)).add(cell)
      const cluster = reachable([cell], alike)
      expect(new Set(popped)).toEqual(cluster.size >= 3 ? cluster : new Set())
    })
  })

  test('captives beside a pop are free', () => {
    settled(({ before, popped, freed }) => {
      const beside = occupied(before).filter(
        (cell) => before[cell] === CAPTIVE && popped.some((other) => touching(cell, other)),
      )
      expect(new Set(freed)).toEqual(new Set(beside))
    })
  })

  test('nothing floats, and only what floated dropped', () => {
    settled(({ before, after, fired, popped, freed, dropped }) => {
      const ceiling = Array.from({ length: COLUMNS }, (_, column) => column)
      const left = new Set(occupied(after))
      expect(reachable(ceiling, left).size).toBe(left.size)
      const rested = fired.row < 0 ? [] : [fired.row * COLUMNS + fired.column]
      const gone = new Set([...popped, ...freed])
      const standing = new Set([...occupied(before), ...rested].filter((cell) => !gone.has(cell)))
      const held = reachable(ceiling, standing)
      expect(new Set(dropped)).toEqual(new Set([...standing].filter((cell) => !held.has(cell))))
    })
  })

  test('no bubble appears or is lost, and none rests in the last row', () => {
    settled(({ before, after, fired, popped, freed, dropped }) => {
      const gone = popped.length + freed.length + dropped.length
      expect(occupied(after).length).toBe(occupied(before).length + (fired.row < 0 ? 0 : 1) - gone)
      expect(occupied(after).every((cell) => rowOf(cell) < 13)).toBe(true)
    })
  })

  test('the reward counts what was cleared and freed', () => {
    settled(({ before, fired, popped, freed, dropped, reward, terminated }) => {
      const captives = dropped.filter((cell) => before[cell] === CAPTIVE).length
      const cleared = popped.length + dropped.length - captives
      const expected =
        -0.03 + 0.003 * Math.min(cleared, 30) + 0.08 * (freed.length + captives) + (terminated ? 0.5 : 0)
      expect(reward).toBeCloseTo(expected, 12)
      expect(fired.colour).toBeGreaterThan(0)
    })
  })
})

describe('the hand', () => {
  test('holds only colours that are on the board', () => {
    fc.assert(
      fc.property(anySeed, anyShots, (seed, shots) => {
        const environment = makeBubble()
        environment.reset(seed, null)
        for (const [notch, swap] of shots) {
          const { current, next, cells } = environment.scene({ aims: false })
          expect(cells).toContain(current)
          expect(cells).toContain(next)
          const { terminated, truncated } = environment.step(shot(notch, swap), null)
          if (terminated || truncated || environment.board.bubbles === 0) return
        }
      }),
    )
  })

  test('fires the next bubble on a swap and keeps the current one', () => {
    const environment = makeBubble()
    for (let seed = 0; seed < 50; seed++) {
      environment.reset(seed, null)
      const { current, next } = environment.scene({ aims: false })
      environment.step(shot(20, 1), null)
      expect(environment.events()[0]).toMatchObject({ kind: 'shot', colour: next, swapped: true })
      expect(environment.scene({ aims: false }).current).toBe(current)
    }
  })
})

test('the group that a bubble would join is everything connected through its colour', () => {
  fc.assert(
    fc.property(anyGame, (game) => {
      const { board } = playInto(game)
      for (const cell of realCells) {
        if (board.cells[cell] !== 0) continue
        for (let colour = 1; colour <= 4; colour++) {
          const alike = new Set(occupied(board.cells).filter((other) => board.cells[other] === colour)).add(
            cell,
          )
          expect(board.joinedSize(cell, colour)).toBe(reachable([cell], alike).size)
        }
      }
    }),
    { numRuns: 60 },
  )
})

describe('a drawn board', () => {
  test('a captive that loses its support is free, falls after the pop, and is paid for', () => {
    const environment = draw(
      [
        '. . . . 1 1 . . . . c', //
        ' . . . . 2 . . . . . ',
        '. . . . c . . . . . .',
      ],
      3,
      1,
    )
    const notch = environment.scene().aims!.findIndex(({ row, column }) => row === 0 && column === 6)
    expect(notch).toBeGreaterThanOrEqual(0)
    const { reward, terminated } = environment.step(shot(notch, 1), null)
    expect(environment.events().map(({ kind }) => kind)).toEqual(['shot', 'pop', 'drop'])
    expect(environment.events()[2]).toEqual({
      kind: 'drop',
      cells: [
        { row: 1, column: 4, colour: 2 },
        { row: 2, column: 4, colour: 5 },
      ],
    })
    expect(reward).toBeCloseTo(-0.03 + 0.003 * 4 + 0.08, 12)
    expect(terminated).toBe(false)
    expect(environment.scene({ aims: false }).captivesFreed).toBe(7)
  })

  test('freeing the last captive wins, whatever bubbles are left', () => {
    const environment = draw(['. . . . . 1 1 c . 2 2'], 1, 3)
    const notch = environment.scene().aims!.findIndex(({ row, column }) => row === 0 && column === 4)
    expect(environment.step(shot(notch), null)).toMatchObject({ terminated: true, truncated: false })
    expect(environment.events().map(({ kind }) => kind)).toEqual(['shot', 'pop', 'free', 'won'])
    expect(environment.succeeded).toBe(true)
  })

  test('a bubble in the hand whose colour has left the board is drawn again', () => {
    for (let seed = 0; seed < 5; seed++) {
      const environment = draw(['. . . . . 1 1 . . 2 c'], 1, 1, seed)
      const notch = environment.scene().aims!.findIndex(({ row, column }) => row === 0 && column === 4)
      environment.step(shot(notch, 1), null)
      expect(environment.scene({ aims: false })).toMatchObject({ current: 2, next: 2 })
    }
  })

  test('with captives alone every colour of the level is drawn', () => {
    const drawn = new Set<number>()
    for (let seed = 0; seed < 20; seed++) {
      const environment = draw(['. . . . . 3 3 . . . c'], 3, 3, seed)
      const notch = environment.scene().aims!.findIndex(({ row, column }) => row === 0 && column === 4)
      environment.step(shot(notch), null)
      expect(environment.scene({ aims: false }).cells.filter((held) => held > 0)).toEqual([5])
      drawn.add(environment.scene({ aims: false }).next)
    }
    expect([...drawn].sort()).toEqual([1, 2, 3, 4])
  })
})

test('sixty shots truncate the level; it goes on no further', () => {
  const environment = makeBubble()
  environment.reset(3, null)
  const results = Array.from({ length: 60 }, () => ({ ...environment.step(shot(0), null) }))
  expect(results.slice(0, 59).every(({ truncated }) => !truncated)).toBe(true)
  expect(results[59]).toMatchObject({ terminated: false, truncated: true })
  expect(environment.succeeded).toBe(false)
  expect(() => environment.step(shot(0), null)).toThrow('the episode is over')
})

test('a bubble that would rest in the last row without popping vanishes', () => {
  const environment = makeBubble()
  let vanished = 0
  for (let seed = 0; seed < 20; seed++) {
    environment.reset(seed, null)
    for (let k = 0; k < 60; k++) {
      environment.step(shot(20, k % 2), null)
      const fired = environment.events()[0] as Event<'shot'>
      if (fired.row !== -1) continue
      vanished++
      expect(fired.column).toBe(-1)
      expect(fired.path.at(-1)).toBeCloseTo(0.5 + 13 * 0.866)
    }
  }
  expect(vanished).toBeGreaterThan(20)
})

test('an action outside the spec is refused and changes nothing', () => {
  const environment = makeBubble()
  environment.reset(1, null)
  const before = environment.snapshot()
  for (const [notch, swap] of [
    [-1, 0],
    [41, 0],
    [0, 2],
    [0, -1],
  ] as const) {
    expect(() => environment.step(shot(notch, swap), null)).toThrow(RangeError)
  }
  expect(environment.snapshot()).toEqual(before)
})

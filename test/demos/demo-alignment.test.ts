/** Which action a record of a `.demo` holds, in files of both kinds of which it is known. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { demo } from '../../core/demos/formats/demo/index.ts'
import type { ActionAlignment, ReadOptions } from '../../core/demos/formats/format.ts'
import { Random } from '../../core/random.ts'
import { demoFile, oneBranch, type Played, recorded, vector } from './demo-files.ts'

function read(bytes: Uint8Array, options: ReadOptions = {}) {
  const notes: string[] = []
  const episodes = demo.read(bytes, 'a.demo', { ...options, note: (text) => notes.push(text) })
  return { episodes, note: notes.find((text) => text.includes('each record holds')) ?? '', notes }
}

/** What was found, told by the note, and how sure that is. */
function found(bytes: Uint8Array): { actions: ActionAlignment; sure: string; note: string } {
  const { note } = read(bytes)
  const actions = note.includes('taken at its observation') ? 'same' : 'previous'
  return { actions, sure: note.split(' each record')[0]!, note }
}

/** A cart that is pushed to the middle, seen with its speed: each play is what was seen [N+1], pushed [N] and earned [N]. */
interface Drive {
  readonly seen: number[][]
  readonly pushed: number[]
  readonly earned: number[]
}

function drives(
  count: number,
  steps: number,
  { noise = 0, restless = 0.3, seed = 1 }: { noise?: number; restless?: number; seed?: number } = {},
): Drive[] {
  const random = new Random(seed)
  return Array.from({ length: count }, () => {
    let [at, speed] = [random.normal(), 0]
    const look = (): number[] => [at + noise * random.normal(), speed + noise * random.normal()]
    const drive: Drive = { seen: [look()], pushed: [], earned: [] }
    for (let step = 0; step < steps; step++) {
      const push = Math.max(-1, Math.min(1, -at - 1.5 * speed + restless * random.normal()))
      speed += 0.2 * push
      at += 0.2 * speed
      drive.pushed.push(push)
      drive.earned.push(-at * at - 0.1 * push * push)
      drive.seen.push(look())
    }
    return drive
  })
}

/** @param first  the action that the first record of a play has where it is the one before */
function file(
  all: readonly Drive[],
  actions: ActionAlignment,
  { first = () => 0, ending = true }: { first?: (play: number) => number; ending?: boolean } = {},
): Uint8Array {
  const records = all.flatMap(({ seen, pushed, earned }, play) =>
    seen.map((values, step) => {
      const done = ending && step === pushed.length
      const push = actions === 'same' ? (pushed[step] ?? 0) : step === 0 ? first(play) : pushed[step - 1]!
      const observations = [vector(values)]
      return {
        info: { id: play, reward: step === 0 ? 0 : earned[step - 1]!, done, observations },
        action: { continuous: [push] },
      }
    }),
  )
  return demoFile({ brain: { name: 'Cart', actionSpec: { continuous: 1 } }, records })
}

describe.each(['same', 'previous'] as const)('a file whose records hold the action "%s"', (actions) => {
  it.each([0, 0.02, 0.05])('is told by what actions do, seen with a noise of %f', (noise) => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const result = found(file(drives(6, 60, { noise, seed }), actions))
      expect(result).toMatchObject({ actions, sure: 'almost certainly' })
      expect(result.note).toMatch(
        /: what is seen next changes with the action \(correlation [01]\.\d\d against/,
      )
    }
  })

  it('is told against beginnings that say otherwise, all of them', () => {
    // A player who waits before each game looks as if there were no action yet; a recorder that clears none, as if there were.
    const all = drives(20, 40).map((drive) => ({ ...drive, pushed: [...drive.pushed] }))
    const misleading =
      actions === 'previous'
        ? file(all, actions, { first: () => 0.5 })
        : file(
            all.map(({ seen, pushed, earned }) => ({
              seen: [seen[0]!, ...seen],
              pushed: [0, ...pushed],
              earned: [0, ...earned],
            })),
            actions,
          )
    const result = found(misleading)
    expect(result.actions).toBe(actions)
    expect(result.note).toContain('; in favour of the other way: the first record of an episode')
  })

  it('is told by what beginnings show, where nothing that is done can be seen', () => {
    const blind = drives(6, 10).map((drive) => ({
      ...drive,
      seen: drive.seen.map((_, i) => [i % 2, 0]),
      earned: drive.pushed.map(() => 0),
    }))
    const { actions: told, note } = found(file(blind, actions))
    expect(told).toBe(actions)
    expect(note).toContain('the first record of an episode')
    expect(note).not.toContain('correlation')
  })
})

it('a recording that began in the middle of a game is told by all of it, not by its first record', () => {
  const bytes = readFileSync(new URL('./fixtures/unity/midplay.demo', import.meta.url))
  expect(found(bytes)).toMatchObject({ actions: 'previous', sure: 'almost certainly' })
  const { note, episodes } = read(bytes)
  expect(note).toContain('(correlation 1.00 against 0.00)')
  expect(note).toContain(
    'in favour of the other way: the first record of an episode has an action, in 1 of 1',
  )
  const [{ observations, continuous } = { observations: [], continuous: [] }] = episodes
  for (let step = 0; step < 299; step++) {
    const expected = Math.fround(observations[2 * step]! + continuous[step]!)
    expect(observations[2 * step + 2]).toBeCloseTo(expected, 4)
  }
})

it('one record outvotes nothing: an action where there should be none, or a forbidden one', () => {
  const one = file(drives(30, 8, { restless: 1 }), 'previous', { first: (play) => (play === 7 ? 0.4 : 0) })
  expect(found(one)).toMatchObject({ actions: 'previous', sure: 'almost certainly' })
  const random = new Random(4)
  const choices = Array.from({ length: 300 }, () => random.below(3))
  const walk: Played = {
    observations: Array.from({ length: 301 }, () => [1, 0]),
    actions: choices,
    rewards: choices.map(() => 0),
  }
  for (const actions of ['same', 'previous'] as const) {
    const records = recorded([walk], { actions }).map((record, step) => {
      const allowed = (choices[step] ?? 0) + (step === 100 ? 1 : 0)
      const actionMask = [0, 1, 2].map((choice) => choice !== allowed % 3)
      return { ...record, info: { ...record.info, actionMask } }
    })
    const result = found(demoFile({ brain: oneBranch(3), records }))
    expect(result.actions).toBe(actions)
    expect(result.note).toMatch(/fewer forbidden actions were taken \(1 against \d+\)/)
  }
})

it('what few records say is not certain', () => {
  const { actions, sure, note } = found(file(drives(1, 1), 'previous', { first: () => 0.3 }))
  expect({ actions, sure }).toEqual({ actions: 'previous', sure: 'probably' })
  expect(note).toContain("Unity's recorder writes it that way")
})

it('equal plays say what one of them says', () => {
  // Always to the right: the cleared first action alone differs, and only where the cart still stands.
  const [one] = drives(1, 8)
  const right = {
    seen: one!.seen.map((_, step) => [step, 0]),
    pushed: Array(8).fill(1),
    earned: Array(8).fill(0),
  }
  const result = found(file(Array(12).fill(right), 'previous'))
  expect(result).toMatchObject({ actions: 'previous', sure: 'almost certainly' })
  expect(result.note).not.toContain('against it')
})

it('which action is held decides where an episode ends, where the id of the agent does not', () => {
  // A game that pays for starting, from where the last one ended: as if a step lay between the records.
  const walk = (start: number): Played => ({
    observations: Array.from({ length: 6 }, (_, step) => [start + step, 1]),
    actions: [2, 2, 2, 2, 2],
    rewards: [0, 0, 0, 0, 1],
  })
  const records = recorded([walk(0), walk(5), walk(10)], { sameId: true }).map((record, i) =>
    i % 6 === 0 ? { ...record, info: { ...record.info, reward: 0.1 } } : record,
  )
  const bytes = demoFile({ brain: oneBranch(3), records })
  const lengths = (options: ReadOptions) => read(bytes, options).episodes.map(({ rewards }) => rewards.length)
  expect(lengths({ actions: 'previous' })).toEqual([5, 5, 5])
  expect(lengths({})).toEqual([5, 5, 5])
  expect(lengths({ actions: 'same' })).toEqual([5, 6, 6])
})

import { describe, expect, it } from 'vitest'
import type { AgentGroupOptions } from '../../core/envs/index.ts'
import { UserError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { FinishedEpisode } from '../../core/rollout/episodes.ts'
import { GroupRollout, type GroupRolloutOptions } from '../../core/rollout/group-rollout.ts'
import { ClockWorld, type Lived } from './clock-world.ts'

const UNLIMITED = { maxLifetimeRestarts: -1, rateLimit: -1, ratePeriodSeconds: 60 }

/** @param dies  the tick at which the n-th world that is made dies; none at all: undefined */
async function open(
  seats: number[],
  options: Partial<GroupRolloutOptions> = {},
  dies: (number | undefined)[] = [],
) {
  const worlds: ClockWorld[] = []
  const make = async (given: AgentGroupOptions) => {
    const n = worlds.length
    const atTick = dies[n]
    const world = new ClockWorld(
      given.seats ?? seats[n]!,
      given,
      atTick === undefined ? null : { atTick, error: new UserError(`world ${n} ended`) },
    )
    worlds.push(world)
    return world
  }
  const rollout = await GroupRollout.create({
    make,
    groups: seats.length,
    samplers: {},
    restarts: UNLIMITED,
    seed: 4,
    ...options,
  })
  return { rollout, worlds }
}

interface Seen {
  readonly steps: (Lived & { readonly environment: number; readonly mask: readonly number[] })[]
  readonly dropped: number[]
  readonly finished: FinishedEpisode[]
}

/** As a trainer goes on, with actions drawn from `random`. */
async function play(rollout: GroupRollout, random: Random, batches: number): Promise<Seen> {
  const seen: Seen = { steps: [], dropped: [], finished: [] }
  const decide = () => {
    if (rollout.waiting?.length === 0) return
    const rows = rollout.waiting ?? Int32Array.from({ length: rollout.count }, (_, e) => e)
    for (const e of rows) {
      do rollout.actions.discrete[e] = random.below(4)
      while (rollout.masks![4 * e + rollout.actions.discrete[e]!] === 0)
    }
    rollout.send()
  }
  for (let i = 0; i < batches && rollout.failure === null; i++) {
    if (rollout.settled) decide()
    const batch = await rollout.receive()
    expect(batch.environments).toEqual(batch.environments!.toSorted())
    for (const e of batch.environments!) {
      const row = (array: Float32Array) => [...array.subarray(3 * e, 3 * e + 3)]
      seen.steps.push({
        environment: e,
        seat: e,
        before: row(batch.observations),
        action: batch.actions.discrete[e]!,
        reward: batch.rewards[e]!,
        after: row(batch.nextObservations),
        end: batch.terminated[e] === 1 ? 'terminated' : batch.truncated[e] === 1 ? 'truncated' : null,
        mask: [...batch.masks!.subarray(4 * e, 4 * e + 4)],
      })
    }
    seen.dropped.push(...rollout.dropped)
    seen.finished.push(...rollout.finished)
    decide()
  }
  return seen
}

const plain = ({ before, action, reward, after, end }: Lived) => ({ before, action, reward, after, end })

describe('GroupRollout', () => {
  it('reports the steps that agents of several worlds live through, each at its own moments', async () => {
    const { rollout, worlds } = await open([3, 4])
    expect(rollout.count).toBe(7)
    expect(worlds.map(({ options }) => options.seed)).toEqual([4, 5])
    const { steps, finished, dropped } = await play(rollout, new Random(1), 400)
    expect(dropped).toEqual([])
    for (let e = 0; e < 7; e++) {
      const [world, seat] = e < 3 ? [worlds[0]!, e] : [worlds[1]!, e - 3]
      const own = steps.filter(({ environment }) => environment === e)
      const lived = world.lived.filter((step) => step.seat === seat)
      expect(own.length).toBeGreaterThan(20)
      // What the world did last may not have been received.
      expect(own.map(plain)).toEqual(lived.slice(0, own.length).map(plain))
      expect(lived.length - own.length).toBeLessThan(2)
      // The mask is that of the decision, not that of the next one.
      for (const { before, mask } of own)
        expect(mask).toEqual(before[2]! % 2 === 0 ? [1, 1, 1, 1] : [1, 1, 0, 1])
      const episodes = finished.filter(({ environment }) => environment === e)
      expect(episodes.length).toBe(own.filter(({ end }) => end !== null).length)
      expect(new Set(episodes.map(({ length }) => length))).toEqual(new Set([3 + seat]))
      const first = own.slice(0, 3 + seat).reduce((sum, { reward }) => sum + reward, 0)
      expect(episodes[0]!.return).toBe(first)
      // The world ends its episodes in turn by its rules, won and lost, and by a limit, of which it says nothing.
      expect(episodes.slice(0, 4).map(({ success }) => success)).toEqual([true, null, false, null])
    }
    await rollout.close()
    expect(worlds.every(({ closed }) => closed)).toBe(true)
  })

  it('lets no agent go on for longer than the limit, though the world knows nothing of it', async () => {
    const { rollout, worlds } = await open([3], { maxEpisodeSteps: 2 })
    const { steps, finished } = await play(rollout, new Random(1), 100)
    expect(Math.max(...finished.map(({ length }) => length))).toBe(2)
    const own = steps.filter(({ environment }) => environment === 2)
    // Five decisions of the world: two, two, and the last one.
    expect(own.slice(0, 5).map(({ end }) => end)).toEqual([
      null,
      'truncated',
      null,
      'truncated',
      'terminated',
    ])
    expect(own.map(({ before }) => before)).toEqual(
      worlds[0]!.lived
        .filter(({ seat }) => seat === 2)
        .slice(0, own.length)
        .map(({ before }) => before),
    )
    await rollout.close()
  })

  it('makes a world that has ended anew and drops what was under way in it alone', async () => {
    const { rollout, worlds } = await open([2, 2], {}, [10])
    const samplers = { wind: { kind: 'constant', value: 3 } } as const
    await rollout.vary(samplers)
    const { steps, dropped } = await play(rollout, new Random(2), 200)
    expect(worlds).toHaveLength(3)
    expect(worlds[0]!.closed).toBe(true)
    expect(worlds[1]!.varied).toEqual([samplers])
    expect(worlds[2]!.options).toEqual({ seed: 4, samplers, seats: 2 })
    expect(dropped.length).toBeGreaterThan(0)
    expect(dropped.every((e) => e < 2)).toBe(true)
    const own = steps.filter(({ environment }) => environment === 0)
    const [before, after] = [worlds[0]!, worlds[2]!].map(({ lived }) =>
      lived.filter(({ seat }) => seat === 0),
    )
    expect(own.map(plain)).toEqual([...before!, ...after!].slice(0, own.length).map(plain))
    expect(own.length).toBeGreaterThan(before!.length + 10)
    await rollout.close()
  })

  it('drops nothing of an agent that is between two episodes when its world ends', async () => {
    const { rollout, worlds } = await open([2], {}, [9])
    const { dropped } = await play(rollout, new Random(2), 100)
    expect(worlds).toHaveLength(2)
    // The agent in seat 1 has made its four decisions by tick 8, and begins anew at tick 10.
    expect(dropped).toEqual([0])
    await rollout.close()
  })

  it('makes a world anew that gives what no learner can take, and says what that was', async () => {
    const { rollout, worlds } = await open([2, 2])
    const { advance } = worlds[1]!
    let messages = 0
    worlds[1]!.advance = async (actions) => {
      const [first, ...others] = await advance.call(worlds[1]!, actions)
      return [{ ...first!, ...(++messages === 5 ? { reward: Number.NaN } : {}) }, ...others]
    }
    const troubles: string[] = []
    for (let i = 0; i < 40; i++) {
      await play(rollout, new Random(i), 1)
      troubles.push(...rollout.troubles)
    }
    expect(troubles).toEqual(['test/clock gave NaN as reward'])
    expect(worlds).toHaveLength(3)
    expect(worlds[1]!.closed).toBe(true)
    await rollout.close()
  })

  it('gives up when a world ends more often than it may be made anew', async () => {
    const restarts = { maxLifetimeRestarts: 1, rateLimit: -1, ratePeriodSeconds: 60 }
    const { rollout, worlds } = await open([2, 2], { restarts }, [10, undefined, 5])
    await play(rollout, new Random(2), 1000)
    expect(rollout.failure).toBeInstanceOf(UserError)
    expect(rollout.failure!.message).toBe('world 2 ended')
    expect(worlds).toHaveLength(3)
    expect((await rollout.save()).snapshots).toEqual([null, null, null, null])
    await rollout.close()
  })

  it('throws what is no fault of a world', async () => {
    const make = async (options: AgentGroupOptions) =>
      new ClockWorld(1, options, { atTick: 5, error: new TypeError('a bug') })
    const rollout = await GroupRollout.create({ make, groups: 1, samplers: {}, restarts: UNLIMITED, seed: 1 })
    await expect(play(rollout, new Random(1), 50)).rejects.toThrow('a bug')
  })

  it('closes the worlds it could start when one cannot be started', async () => {
    const worlds: ClockWorld[] = []
    const make = async (options: AgentGroupOptions) => {
      if (worlds.length === 2) throw new UserError('no licence')
      worlds.push(new ClockWorld(1, options))
      return worlds.at(-1)!
    }
    const opened = GroupRollout.create({ make, groups: 3, samplers: {}, restarts: UNLIMITED, seed: 1 })
    await expect(opened).rejects.toThrow('no licence')
    expect(worlds.map(({ closed }) => closed)).toEqual([true, true])
  })

  it('goes on from what was saved in other episodes, and says so', async () => {
    const first = await open([3])
    await play(first.rollout, new Random(1), 50)
    await first.rollout.settle()
    expect(first.rollout.settled).toBe(true)
    const saved = await first.rollout.save()
    const { rollout, worlds } = await open([3])
    await rollout.load(saved)
    expect(rollout.settled).toBe(false)
    const { steps, dropped, finished } = await play(rollout, new Random(2), 60)
    expect(dropped).toEqual([0, 1, 2])
    const own = steps.filter(({ environment }) => environment === 0)
    expect(own.map(plain)).toEqual(
      worlds[0]!.lived
        .filter(({ seat }) => seat === 0)
        .slice(0, own.length)
        .map(plain),
    )
    expect(finished.find(({ environment }) => environment === 2)!.length).toBe(5)
    await expect((await open([2])).rollout.load(saved)).rejects.toThrow(
      /the run had 3 agents, and now there are 2/,
    )
  })
})

import { describe, expect, it } from 'vitest'
import { makeSampledBatch } from '../../../core/learn/off-policy/replay-buffer.ts'
import { makeSequenceBatch, SequenceReplay } from '../../../core/learn/off-policy/sequence-replay.ts'
import { Random } from '../../../core/random.ts'

const shape = { observation: 1, continuous: 0, branches: 1, mask: 2 }
const W = 4

/** Environment e counts up from 1000 e; every episode has three steps; the reward is what is seen before the step. */
class Counting {
  readonly replay: SequenceReplay
  readonly #at: number[]
  #t = 0

  constructor(capacity: number, environments: number) {
    this.replay = new SequenceReplay(capacity, environments, shape, W)
    this.#at = Array.from({ length: environments }, (_, e) => 1000 * e)
  }

  step(count: number, ends: 'terminated' | 'truncated' = 'terminated'): void {
    for (let k = 0; k < count; k++) {
      const now = this.#at
      const ended = new Uint8Array(now.length).fill(++this.#t % 3 === 0 ? 1 : 0)
      this.replay.add({
        observations: Float32Array.from(now),
        nextObservations: Float32Array.from(now, (x) => x + 1),
        actions: { continuous: new Float32Array(0), discrete: Int32Array.from(now, (x) => x % 2) },
        rewards: Float32Array.from(now),
        terminated: ends === 'terminated' ? ended : new Uint8Array(now.length),
        truncated: ends === 'truncated' ? ended : new Uint8Array(now.length),
        masks: Uint8Array.from(now.flatMap((x) => [1, x % 2])),
      })
      // an episode that ends leaves one number between its last observation and the next episode's first
      this.#at.forEach((x, e) => {
        this.#at[e] = x + (ended[e] === 1 ? 2 : 1)
      })
    }
  }

  sample(seed: number) {
    const batch = makeSequenceBatch(W, shape)
    this.replay.sample(new Random(seed), batch, 1)
    return batch
  }
}

describe('SequenceReplay', () => {
  it.each(['terminated', 'truncated'] as const)(
    'draws every window of a stream, with rows in which nothing was done where episodes were %s',
    (ends) => {
      const counting = new Counting(100, 1)
      counting.step(7, ends)
      // rows 0 1 2 3 | 4 5 6 7 | 8 9
      expect(counting.replay.sequences).toBe(7)
      const starts = new Set<number>()
      for (let seed = 0; seed < 200; seed++) {
        const { observations, acted, kept, rewards, terminated, discrete, masks } = counting.sample(seed)
        const first = observations[0]!
        starts.add(first)
        expect([...observations]).toEqual([0, 1, 2, 3].map((t) => first + t))
        observations.forEach((x, t) => {
          const last = x % 4 === 3 || x === 9
          expect([acted[t], kept[t]]).toEqual([Number(!last), Number(x % 4 !== 0)])
          expect(terminated[t]).toBe(Number(ends === 'terminated' && x % 4 === 2))
          if (last) return
          expect([rewards[t], discrete[t]]).toEqual([x, x % 2])
          expect([...masks.subarray(2 * t, 2 * t + 2)]).toEqual([1, x % 2])
        })
      }
      expect([...starts].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6])
    },
  )

  it('forgets the oldest rows, and goes on the same after saving and loading', () => {
    const counting = new Counting(24, 2)
    counting.step(50, 'truncated')
    const copy = new SequenceReplay(24, 2, shape, W)
    copy.load(structuredClone(counting.replay.save()))
    expect(copy.sequences).toBe(2 * (12 - W + 1))
    for (let seed = 0; seed < 50; seed++) {
      const [a, b] = [counting.sample(seed), makeSequenceBatch(W, shape)]
      copy.sample(new Random(seed), b, 1)
      expect(b).toEqual(a)
      expect(a.observations[0]! % 1000).toBeGreaterThan(50)
      expect([...a.terminated]).toEqual([0, 0, 0, 0])
    }
    expect(() => new SequenceReplay(24, 3, shape, W).load(counting.replay.save())).toThrow('environments')
    expect(() => new SequenceReplay(8, 2, shape, W).load(counting.replay.save())).toThrow('capacity')
  })

  it('gives single transitions too, and begins an episode after one that was lost', () => {
    const counting = new Counting(100, 1)
    counting.step(2)
    counting.replay.drop(0)
    counting.step(5)
    const batch = makeSampledBatch(300, shape)
    counting.replay.sampleTransitions(new Random(1), batch, 300)
    const pairs = new Set(Array.from(batch.observations, (x, i) => `${x} ${batch.nextObservations[i]}`))
    expect([...pairs].sort()).toEqual(['0 1', '1 2', '2 3', '4 5', '5 6', '6 7', '8 9'])
    const begun = new Set<number>()
    for (let seed = 0; seed < 100; seed++) {
      const { observations, kept, acted } = counting.sample(seed)
      observations.forEach((x, t) => {
        if (kept[t] === 0) begun.add(x)
        // 2 stands twice: as the last thing seen of the lost episode, and as what the next one began with
        if (x === 2 && kept[t] === 1) expect(acted[t]).toBe(0)
      })
    }
    expect([...begun].sort()).toEqual([0, 2, 4, 8])
  })
})

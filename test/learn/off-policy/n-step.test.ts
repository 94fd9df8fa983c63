import { describe, expect, it } from 'vitest'
import type { DemonstrationData, StepBatch } from '../../../core/experience/transitions.ts'
import {
  makeWindowBatch,
  sampleDemonstrationWindows,
  Windows,
} from '../../../core/learn/off-policy/n-step.ts'
import { ReplayBuffer, type ReplayShape } from '../../../core/learn/off-policy/replay-buffer.ts'
import { Update } from '../../../core/learn/update.ts'
import { Random } from '../../../core/random.ts'
import { loadRuntime } from '../../../core/tensor/index.ts'

const shape: ReplayShape = { observation: 2, continuous: 0, branches: 1, mask: 0 }

/** Environment e shows [100 e + episode, step]; its episodes last `lengths[e]` steps and end or are cut in turn. */
class Source {
  readonly lengths: readonly number[]
  readonly #at: { episode: number; step: number }[]

  constructor(lengths: readonly number[]) {
    this.lengths = lengths
    this.#at = lengths.map(() => ({ episode: 0, step: 0 }))
  }

  step(): StepBatch {
    const now = this.#at.map(({ episode, step }, e) => [100 * e + episode, step] as const)
    const ended = this.#at.map(({ step }, e) => step + 1 === this.lengths[e])
    const cut = this.#at.map(({ episode }) => episode % 2 === 1)
    this.#at.forEach((at, e) => {
      if (ended[e]) Object.assign(at, { episode: at.episode + 1, step: 0 })
      else at.step++
    })
    return {
      observations: Float32Array.from(now.flat()),
      nextObservations: Float32Array.from(now.flatMap(([episode, step]) => [episode, step + 1])),
      actions: {
        continuous: new Float32Array(0),
        discrete: Int32Array.from(now.map(([, step]) => step)),
      },
      rewards: Float32Array.from(now.map(([episode, step]) => 1000 * episode + step)),
      terminated: Uint8Array.from(ended.map((end, e) => Number(end && !cut[e]))),
      truncated: Uint8Array.from(ended.map((end, e) => Number(end && cut[e]))),
      masks: null,
    }
  }
}

const B = 400
const N = 3

describe('windows of the replay buffer', () => {
  it.each([
    { lengths: [7, 5], capacity: 1000, steps: 90 },
    { lengths: [7, 5], capacity: 64, steps: 240 },
    { lengths: [1, 40], capacity: 35, steps: 60 },
  ])('stay in one episode: lengths $lengths, capacity $capacity, $steps steps', (options) => {
    const source = new Source(options.lengths)
    const buffer = new ReplayBuffer(options.capacity, 2, shape)
    for (let i = 0; i < options.steps; i++) buffer.add(source.step())
    const batch = makeWindowBatch(B, N, shape)
    buffer.sampleWindows(new Random(1), batch, 0, B)
    const seen = new Set<number>()
    for (let i = 0; i < B; i++) {
      const [episode, first] = [batch.observations[2 * i]!, batch.observations[2 * i + 1]!]
      const e = Math.floor(episode / 100)
      const made = options.steps - (episode % 100) * options.lengths[e]! // steps of this episode and later ones
      const expected = Math.min(N, options.lengths[e]! - first, made - first)
      expect(batch.lengths[i]).toBe(expected)
      seen.add(expected)
      for (let k = 0; k < N; k++) {
        const row = k * B + i
        const step = first + Math.min(k, expected - 1) // after its end the last transition is repeated
        expect([...batch.observations.subarray(2 * row, 2 * row + 2)]).toEqual([episode, step])
        expect([...batch.nextObservations.subarray(2 * row, 2 * row + 2)]).toEqual([episode, step + 1])
        expect(batch.rewards[row]).toBe(1000 * episode + step)
        expect(batch.discrete[row]).toBe(step)
        const isEnd = step + 1 === options.lengths[e]
        expect(batch.terminated[row]).toBe(isEnd && episode % 2 === 0 ? 1 : 0)
      }
    }
    expect([...seen].sort()).toEqual([1, 2, 3])
  })

  it('are the same after saving and loading, in the episode that was under way too', () => {
    const source = new Source([9, 4])
    const buffer = new ReplayBuffer(64, 2, shape)
    for (let i = 0; i < 101; i++) buffer.add(source.step())
    const copy = new ReplayBuffer(64, 2, shape)
    copy.load(structuredClone(buffer.save()))
    const [a, b] = [makeWindowBatch(B, N, shape), makeWindowBatch(B, N, shape)]
    for (let i = 0; i < 3; i++) {
      buffer.sampleWindows(new Random(i), a, 0, B)
      copy.sampleWindows(new Random(i), b, 0, B)
      expect(b).toEqual(a)
      const step = source.step()
      buffer.add(step)
      copy.add(step)
    }
  })
})

describe('windows of demonstrations', () => {
  it('stop where an episode ended or was cut', () => {
    const M = 9 // steps 0-3 ended, 4-6 cut, 7-8 the last of the data
    const data: DemonstrationData = {
      length: M,
      observations: Float32Array.from({ length: 2 * M }, (_, i) => Math.floor(i / 2)),
      nextObservations: Float32Array.from({ length: 2 * M }, (_, i) => Math.floor(i / 2) + 1),
      continuous: new Float32Array(0),
      discrete: Int32Array.from({ length: M }, (_, i) => i),
      rewards: Float32Array.from({ length: M }, (_, i) => i),
      terminated: Uint8Array.from({ length: M }, (_, i) => (i === 3 ? 1 : 0)),
      truncated: Uint8Array.from({ length: M }, (_, i) => (i === 6 ? 1 : 0)),
    }
    const batch = makeWindowBatch(B, N, shape)
    sampleDemonstrationWindows(new Random(2), data, shape, batch, 0, B)
    const lengths = [3, 3, 2, 1, 3, 2, 1, 2, 1]
    const drawn = new Set<number>()
    for (let i = 0; i < B; i++) {
      const first = batch.rewards[i]!
      drawn.add(first)
      expect(batch.lengths[i]).toBe(lengths[first])
      for (let k = 0; k < N; k++) {
        expect(batch.rewards[k * B + i]).toBe(first + Math.min(k, lengths[first]! - 1))
        expect(batch.nextObservations[2 * (k * B + i)]).toBe(batch.rewards[k * B + i]! + 1)
      }
    }
    expect(drawn.size).toBe(M)
  })
})

describe('n-step return', () => {
  it.each([1, N])('is the discounted sum and the value of the state after it, n = %i', async (n) => {
    const lengths = Int32Array.of(1, Math.min(2, n), n)
    const [gammas, b] = [[0.9, 0], lengths.length]
    const rewards = Float32Array.from({ length: n * b }, (_, i) => i + 1)
    const next = [10, 20, 30]
    const windows = new Windows(b, n)
    const update = new Update()
    const { graph } = update
    const returns = gammas.map((gamma, k) => {
      const r = graph.constant(rewards, [n * b])
      return update.read(windows.return(update, k, gamma, r, graph.constant(next, [b]), lengths))
    })
    await update.compile(await loadRuntime('onnxruntime'), 1, [])
    await update.run()
    gammas.forEach((gamma, k) => {
      lengths.forEach((length, i) => {
        let expected = next[i]! * gamma ** length
        for (let step = 0; step < length; step++) expected += gamma ** step * rewards[step * b + i]!
        expect(returns[k]!()[i]).toBeCloseTo(expected, 4)
      })
    })
    await update.release()
  })
})

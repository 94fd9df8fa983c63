import { describe, expect, it } from 'vitest'
import type { StepBatch } from '../../../core/experience/transitions.ts'
import {
  makeSampledBatch,
  ReplayBuffer,
  type ReplayShape,
} from '../../../core/learn/off-policy/replay-buffer.ts'
import { Random } from '../../../core/random.ts'

const shape: ReplayShape = { observation: 2, continuous: 1, branches: 1, mask: 3 }
const E = 2

/** Environment e at its own time t shows [e, t]; an episode lasts `length` steps, and a new one begins at t + 100. */
class Source {
  readonly times = [0, 0]
  readonly length: number
  constructor(length: number) {
    this.length = length
  }
  step(): StepBatch {
    const now = [...this.times]
    const next = now.map((t) => t + 1)
    const ended = next.map((t) => (t % 100 === this.length ? 1 : 0))
    for (let e = 0; e < E; e++) this.times[e] = ended[e] === 1 ? next[e]! - this.length + 100 : next[e]!
    return {
      observations: Float32Array.of(0, now[0]!, 1, now[1]!),
      nextObservations: Float32Array.of(0, next[0]!, 1, next[1]!),
      actions: {
        continuous: Float32Array.of(now[0]! / 2, now[1]! / 2),
        discrete: Int32Array.of(now[0]! % 3, now[1]! % 3),
      },
      rewards: Float32Array.from(now),
      terminated: Uint8Array.from(ended),
      truncated: new Uint8Array(E),
      masks: Uint8Array.from(now.flatMap((t) => [t % 2, 1, 0])),
    }
  }
}

function fill(capacity: number, steps: number, length: number): ReplayBuffer {
  const buffer = new ReplayBuffer(capacity, E, shape)
  const source = new Source(length)
  for (let i = 0; i < steps; i++) buffer.add(source.step())
  return buffer
}

describe('replay buffer', () => {
  it.each([
    { capacity: 1000, steps: 300, length: 7 },
    { capacity: 64, steps: 5000, length: 7 },
    { capacity: 64, steps: 5000, length: 1 },
    { capacity: 5000, steps: 9000, length: 60 },
  ])('returns whole transitions, capacity $capacity after $steps steps of episodes of $length', (options) => {
    const { capacity, steps, length } = options
    const buffer = fill(capacity, steps, length)
    const batch = makeSampledBatch(500, shape)
    buffer.sample(new Random(1), batch, 0, 500)
    for (let i = 0; i < 500; i++) {
      const [e, t] = [batch.observations[i * 2]!, batch.observations[i * 2 + 1]!]
      expect(batch.nextObservations[i * 2]).toBe(e)
      expect(batch.nextObservations[i * 2 + 1]).toBe(t + 1)
      expect(batch.rewards[i]).toBe(t)
      expect(batch.continuous[i]).toBe(t / 2)
      expect(batch.discrete[i]).toBe(t % 3)
      expect(batch.terminated[i]).toBe((t + 1) % 100 === length ? 1 : 0)
      expect([...batch.masks.subarray(i * 3, i * 3 + 3)]).toEqual([t % 2, 1, 0])
    }
  })

  it('holds as much as it may and no more', () => {
    expect(fill(1000, 300, 7).size).toBe(600)
    expect(fill(64, 5000, 7).size).toBe(64)
    // episodes of one step need two rows each, so the memory is shorter than the capacity but never wrong
    const short = fill(64, 5000, 1).size
    expect(short).toBeGreaterThan(32)
    expect(short).toBeLessThan(64)
  })

  it('draws everything that it holds, from the oldest to the newest', () => {
    const batch = makeSampledBatch(400, shape)
    fill(8, 20, 60).sample(new Random(1), batch, 0, 400)
    expect([...new Set(batch.rewards)].sort()).toEqual([16, 17, 18, 19])
    const pairs = new Set(
      Array.from({ length: 400 }, (_, i) => batch.observations.slice(2 * i, 2 * i + 2).join()),
    )
    expect(pairs.size).toBe(8)
  })

  it('joins a step to none that it has forgotten', () => {
    const buffer = new ReplayBuffer(1, E, shape)
    const source = new Source(60)
    for (let i = 0; i < 4; i++) buffer.add(source.step())
    const batch = { ...makeSampledBatch(3, shape), size: 1, steps: 3, lengths: new Int32Array(1) }
    buffer.sampleWindows(new Random(1), batch, 0, 1)
    expect(batch.lengths[0]).toBe(1)
  })

  it('goes on as it was after saving and loading', () => {
    const source = new Source(9)
    const buffer = new ReplayBuffer(128, E, shape)
    for (let i = 0; i < 333; i++) buffer.add(source.step())
    const copy = new ReplayBuffer(128, E, shape)
    copy.load(structuredClone(buffer.save()))
    for (let i = 0; i < 50; i++) {
      const step = source.step()
      buffer.add(step)
      copy.add(step)
    }
    const [a, b] = [makeSampledBatch(99, shape), makeSampledBatch(99, shape)]
    buffer.sample(new Random(3), a, 0, 99)
    copy.sample(new Random(3), b, 0, 99)
    expect(b).toEqual(a)
  })
})

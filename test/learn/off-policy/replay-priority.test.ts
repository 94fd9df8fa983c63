import { describe, expect, it } from 'vitest'
import type { StepBatch } from '../../../core/experience/transitions.ts'
import { makeWindowBatch } from '../../../core/learn/off-policy/n-step.ts'
import { PrioritizedReplay } from '../../../core/learn/off-policy/prioritized-replay.ts'
import type { ReplayShape } from '../../../core/learn/off-policy/replay-buffer.ts'
import { SumTree } from '../../../core/learn/off-policy/sum-tree.ts'
import { Random } from '../../../core/random.ts'

const shape: ReplayShape = { observation: 1, continuous: 0, branches: 1, mask: 0 }

/** Step t of one environment that never ends, paid t. */
function step(t: number, terminated = 0): StepBatch {
  return {
    observations: Float32Array.of(t),
    nextObservations: Float32Array.of(t + 1),
    actions: { continuous: new Float32Array(0), discrete: Int32Array.of(0) },
    rewards: Float32Array.of(t),
    terminated: Uint8Array.of(terminated),
    truncated: Uint8Array.of(0),
    masks: null,
  }
}

describe('sum tree', () => {
  it('finds where a mass lies, as laying the weights end to end does', () => {
    const random = new Random(1)
    for (const slots of [1, 2, 3, 7, 64, 100]) {
      const tree = new SumTree(slots)
      const weights = Array.from({ length: slots }, () => (random.uniform() < 0.3 ? 0 : random.uniform()))
      weights[slots >> 1] = 0.5
      for (const [slot, weight] of weights.entries()) tree.set(slot, weight)
      expect(tree.total).toBeCloseTo(
        weights.reduce((sum, weight) => sum + weight, 0),
        12,
      )
      for (let i = 0; i < 200; i++) {
        const mass = random.uniform() * tree.total
        const slot = tree.find(mass)
        const before = weights.slice(0, slot).reduce((sum, weight) => sum + weight, 0)
        expect(weights[slot]).toBeGreaterThan(0)
        expect(mass).toBeGreaterThanOrEqual(before - 1e-9)
        expect(mass).toBeLessThan(before + weights[slot]! + 1e-9)
      }
      expect(weights[tree.find(tree.total)]).toBeGreaterThan(0) // rounding may reach the end
    }
  })

  it('finds at an edge what begins there, and never what weighs nothing', () => {
    const tree = new SumTree(4)
    for (const [slot, weight] of [0, 1, 2, 0].entries()) tree.set(slot, weight)
    expect([0, 0.5, 1, 2.5, 3].map((mass) => tree.find(mass))).toEqual([1, 1, 2, 2, 2])
  })

  it('changes a weight in as many writes as the tree is high', () => {
    expect(new SumTree(1024).set(17, 1)).toBe(11)
    expect(new SumTree(1_000_000).set(999_999, 1)).toBe(21)
  })
})

describe('prioritised replay', () => {
  it('draws in proportion to |error|^alpha and weighs by the inverse, as its equations say', () => {
    const [capacity, alpha, beta] = [50, 0.6, 0.4]
    const replay = new PrioritizedReplay(capacity, 1, shape, alpha, 1000)
    for (let t = 0; t < 120; t++) replay.add(step(t, t % 9 === 8 ? 1 : 0))
    const B = 1000
    const batch = makeWindowBatch(B, 1, shape)
    const { ids, weights } = replay
    replay.beta = () => beta
    const random = new Random(3)
    const errorOf = (t: number) => (t % 2 === 0 ? 1 : -1) * (t % 7) // one in seven has none
    for (let round = 0; round < 5; round++) {
      replay.sampleWindows(random, batch, 0, B)
      replay.learn(Float32Array.from(ids, errorOf))
    }
    const counts = new Map<number, number>()
    const weightOf = new Map<number, number>()
    const rounds = 200
    for (let round = 0; round < rounds; round++) {
      replay.sampleWindows(random, batch, 0, B)
      for (let i = 0; i < B; i++) {
        const t = batch.rewards[i]!
        if (ids[i] !== t) throw new Error('a row is not the transition of its id')
        counts.set(t, (counts.get(t) ?? 0) + 1)
        weightOf.set(t, weights[i]!)
      }
    }
    const stored = Array.from({ length: replay.size }, (_, i) => 120 - replay.size + i)
    const priority = (t: number) => (Math.abs(errorOf(t)) + 1e-6) ** alpha
    const total = stored.reduce((sum, t) => sum + priority(t), 0)
    expect([...counts.keys()].every((t) => stored.includes(t))).toBe(true)
    for (const t of stored) {
      const expected = (B * rounds * priority(t)) / total
      expect(Math.abs((counts.get(t) ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected) + 1)
    }
    const raw = (t: number) => ((stored.length * priority(t)) / total) ** -beta
    const [a, b] = [stored.find((t) => t % 7 === 6)!, stored.find((t) => t % 7 === 1)!]
    expect(weightOf.get(a)! / weightOf.get(b)!).toBeCloseTo(raw(a) / raw(b), 4)
    expect(Math.max(...weights)).toBe(1)
  })

  it('shows what is new with the greatest priority so far', () => {
    const replay = new PrioritizedReplay(64, 1, shape, 1, 500)
    for (let t = 0; t < 10; t++) replay.add(step(t))
    const batch = makeWindowBatch(500, 1, shape)
    const { ids } = replay
    replay.sampleWindows(new Random(1), batch, 0, 500)
    replay.learn(Float32Array.from(ids, (t) => (t === 4 ? 9 : 0)))
    replay.add(step(10))
    replay.sampleWindows(new Random(2), batch, 0, 500)
    const drawn = (t: number) => ids.filter((id) => id === t).length / 500
    expect(drawn(4)).toBeCloseTo(0.5, 1)
    expect(drawn(10)).toBeCloseTo(0.5, 1)
  })

  it('goes on as it was after saving and loading', () => {
    const B = 64
    const make = () => Object.assign(new PrioritizedReplay(40, 1, shape, 0.6, B), { beta: () => 0.5 })
    const replay = make()
    const [a, b] = [makeWindowBatch(B, 3, shape), makeWindowBatch(B, 3, shape)]
    for (let t = 0; t < 60; t++) {
      replay.add(step(t, t % 11 === 10 ? 1 : 0))
      if (t < 5) continue
      replay.sampleWindows(new Random(t), a, 0, B)
      replay.learn(Float32Array.from(replay.ids, Math.sin))
    }
    const copy = make()
    copy.load(structuredClone(replay.save()))
    for (let t = 60; t < 90; t++) {
      for (const one of [replay, copy]) one.add(step(t))
      replay.sampleWindows(new Random(t), a, 0, B)
      copy.sampleWindows(new Random(t), b, 0, B)
      expect(b).toEqual(a)
      expect(copy.weights).toEqual(replay.weights)
      for (const one of [replay, copy]) one.learn(Float32Array.from(one.ids, Math.cos))
    }
  })
})

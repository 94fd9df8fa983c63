/** Environments that answer at their own pace, and episodes that are lost. */
import { describe, expect, it } from 'vitest'
import type { StepBatch } from '../../core/experience/transitions.ts'
import { makeSampledBatch, ReplayBuffer } from '../../core/learn/off-policy/replay-buffer.ts'
import { RolloutBuffer } from '../../core/learn/on-policy/rollout-buffer.ts'
import { Random } from '../../core/random.ts'

const shape = { observation: 1, continuous: 0, branches: 0, mask: 0 }

/** A step of `environments` among three; environment e counts up from 100 e. Rows of the others are 9999. */
function stepOf(environments: number[], at: number[], ends: number[] = []): StepBatch {
  const row = (e: number, offset: number) => (environments.includes(e) ? at[e]! + offset : 9999)
  const batch: StepBatch = {
    observations: Float32Array.from([0, 1, 2], (e) => row(e, 0)),
    nextObservations: Float32Array.from([0, 1, 2], (e) => row(e, 1)),
    actions: { continuous: new Float32Array(0), discrete: new Int32Array(0) },
    rewards: new Float32Array(3),
    terminated: Uint8Array.from([0, 1, 2], (e) => Number(ends.includes(e))),
    truncated: new Uint8Array(3),
    masks: null,
    environments: Int32Array.from(environments),
  }
  for (const e of environments) at[e] = at[e]! + 1
  return batch
}

describe('RolloutBuffer', () => {
  it('keeps the trajectories of environments that made unequal numbers of steps', () => {
    const buffer = new RolloutBuffer(2, 3, shape, 1)
    const at = [0, 100, 200]
    const add = (environments: number[], ends: number[] = []) => {
      const step = stepOf(environments, at, ends)
      for (const e of environments) buffer.addRow(step, e, ends.includes(e))
    }
    add([0, 2])
    add([0], [0])
    at[0] = 50
    add([0])
    add([1, 2])
    expect(buffer.full).toBe(true)
    add([1])
    buffer.close()
    expect([0, 1, 2].map((e) => buffer.rowsOf(e))).toEqual([[0, 2, 3], [4], [1, 5]])
    const pairs = Array.from(buffer.observations, (o, row) => [o, buffer.nextObservation(row)[0]])
    expect(pairs).toEqual([0, 200, 1, 50, 100, 201].map((o) => [o, o + 1]))
    expect([...buffer.cut]).toEqual([0, 0, 1, 1, 1, 1])
    expect([...buffer.terminated]).toEqual([0, 0, 1, 0, 0, 0])
  })

  it('cuts the trajectory of a lost episode where it was last seen, and no ended one', () => {
    const buffer = new RolloutBuffer(2, 3, shape, 1)
    const at = [0, 100, 200]
    const step = stepOf([0, 1], at, [1])
    buffer.addRow(step, 0, false)
    buffer.addRow(step, 1, true)
    for (const e of [0, 1, 2]) buffer.cutAfterNewest(e)
    expect(buffer.cuts.map(({ row, observation }) => [row, observation[0]])).toEqual([
      [1, 101],
      [0, 1],
    ])
    expect([...buffer.terminated.subarray(0, 2)]).toEqual([0, 1])
  })

  it('cuts nothing of an environment that has made no step since it was emptied', () => {
    const buffer = new RolloutBuffer(1, 3, shape, 1)
    const at = [0, 100, 200]
    const first = stepOf([0, 1, 2], at)
    for (const e of [0, 1, 2]) buffer.addRow(first, e, false)
    buffer.clear()
    const second = stepOf([0], at)
    buffer.addRow(second, 0, false)
    buffer.cutAfterNewest(1)
    expect(buffer.cuts).toEqual([])
  })
})

describe('ReplayBuffer', () => {
  it('joins the steps of an environment over those of others, and none over a lost episode', () => {
    const buffer = new ReplayBuffer(100, 3, shape)
    const at = [0, 100, 200]
    buffer.add(stepOf([0, 2], at))
    buffer.add(stepOf([2], at))
    buffer.add(stepOf([0, 1], at))
    buffer.drop(2)
    at[2] = 500
    buffer.add(stepOf([2], at))
    expect(buffer.size).toBe(6)
    const size = 200
    const rows = makeSampledBatch(size * 3, shape)
    const batch = { ...rows, size, steps: 3, lengths: new Int32Array(size) }
    buffer.sampleWindows(new Random(1), batch, 0, size)
    const windows = new Set<string>()
    for (let i = 0; i < size; i++) {
      const from = batch.observations[i]!
      const to = batch.nextObservations[2 * size + i]!
      windows.add(`${from} ${batch.lengths[i]} ${to}`)
    }
    expect([...windows].sort()).toEqual(
      ['0 2 2', '1 1 2', '100 1 101', '200 2 202', '201 1 202', '500 1 501'].sort(),
    )
  })
})

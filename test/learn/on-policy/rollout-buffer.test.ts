import { expect, it } from 'vitest'
import type { StepBatch } from '../../../core/experience/transitions.ts'
import { RolloutBuffer } from '../../../core/learn/on-policy/rollout-buffer.ts'

const shape = { observation: 1, continuous: 0, branches: 0, mask: 0 }

/** Two environments whose observations count up by 1 and by 10; environment 0 ends after its second step. */
function filled(): RolloutBuffer {
  const buffer = new RolloutBuffer(4, 2, shape, 1)
  const before = [0, 100]
  for (let t = 0; t < 4; t++) {
    const after = [before[0]! + 1, before[1]! + 10]
    const ends = t === 1
    const step: StepBatch = {
      observations: Float32Array.from(before),
      nextObservations: Float32Array.from(after),
      actions: { continuous: new Float32Array(0), discrete: new Int32Array(0) },
      rewards: new Float32Array(2),
      terminated: Uint8Array.of(ends ? 1 : 0, 0),
      truncated: new Uint8Array(2),
      masks: null,
    }
    for (const e of [0, 1]) buffer.addRow(step, e, ends && e === 0)
    before[0] = ends ? 50 : after[0]!
    before[1] = after[1]!
  }
  buffer.close()
  return buffer
}

it('knows what followed every step: the next row, or the last observation where the episode ended', () => {
  const buffer = filled()
  const followed = Array.from({ length: 8 }, (_, row) => buffer.nextObservation(row)[0])
  expect(followed).toEqual([1, 110, 2, 120, 51, 130, 52, 140])
  const restored = new RolloutBuffer(4, 2, shape, 1)
  restored.load(structuredClone(buffer.save()))
  expect(Array.from({ length: 8 }, (_, row) => restored.nextObservation(row)[0])).toEqual(followed)
})

import { describe, expect, it } from 'vitest'
import type { EnvironmentSpec } from '../../../core/envs/environment.ts'
import { ActionLayout } from '../../../core/learn/networks/action-layout.ts'

function spec(discrete: number[], aligned?: { branch: number; observation: string }): EnvironmentSpec {
  return {
    id: 'test',
    title: 'test',
    description: '',
    version: 1,
    parameters: {},
    observations: [{ name: 'rows', shape: [4, 2], description: '' }],
    action: { continuous: 0, discrete, ...(aligned === undefined ? {} : { aligned }) },
    score: { unit: 'step', units: 'steps', measure: 'length' },
  }
}

describe('action layout', () => {
  it('chooses few combinations jointly, and each encodes to itself', () => {
    const layout = new ActionLayout(spec([3, 4, 2]))
    expect(layout.groups.map((group) => group.size)).toEqual([24])
    const seen = new Set<string>()
    const row = new Int32Array(3)
    for (let index = 0; index < 24; index++) {
      layout.decode(0, index, row, 0)
      expect(layout.encode(0, row, 0)).toBe(index)
      seen.add(row.join())
    }
    expect(seen.size).toBe(24)
  })

  it('puts the aligned branch first, so that rows of the observation become rows of the output', () => {
    const layout = new ActionLayout(spec([2, 4], { branch: 1, observation: 'rows' }))
    expect(layout.groups[0]!.branches).toEqual([1, 0])
    expect(layout.encode(0, Int32Array.of(1, 3), 0)).toBe(3 * 2 + 1)
  })

  it('treats many combinations branch by branch', () => {
    const layout = new ActionLayout(spec([20, 20]))
    expect(layout.groups.map((group) => group.size)).toEqual([20, 20])
  })

  it('allows a combination only when each of its branches is allowed', () => {
    const layout = new ActionLayout(spec([2, 3]))
    const joint = new Float32Array(6)
    layout.jointMask(0, Uint8Array.of(1, 0, 1, 1, 0), 0, joint, 0)
    expect([...joint]).toEqual([1, 1, 0, 0, 0, 0])
  })
})

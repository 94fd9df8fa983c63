import { describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import type { Scene, SceneEvent } from '../../core/studio/protocol.ts'
import { recallView } from '../../renderer/board/recall/view.ts'

const environment = makeEnvironment('recall', { length: 1 })
const scene = () => environment.scene() as Scene
const key = (id: string) => recallView.control.keys.find((one) => one.id === id)!
const state = recallView.control.initial({ kind: 'recall' })
const act = (id: string) => key(id).apply(state, scene()).action

describe('the view of recall', () => {
  it('lets a person walk on with one key, and take a door only on purpose', () => {
    environment.reset(0, null)
    expect(recallView.control.describe(state, scene())).toMatch(/^the sign says: (upper|lower) door$/)
    for (let t = 0; t < 2; t++) {
      const { continuous, discrete } = act('walk')!
      environment.step(
        { continuous: Float32Array.from(continuous), discrete: Int32Array.from(discrete) },
        null,
      )
    }
    expect(recallView.control.describe(state, scene())).toBe('between the doors')
    expect(act('walk')).toBeUndefined()
    expect([act('upper'), act('lower')]).toEqual([
      { continuous: [], discrete: [0] },
      { continuous: [], discrete: [1] },
    ])
    expect(recallView.progress(scene())).toBe(2)
  })

  it('says what happened', () => {
    const door = (right: boolean): SceneEvent[] => [{ kind: 'door', which: 'lower', right }]
    expect(recallView.describe([{ kind: 'walk', from: 0, to: 1 }])).toBe('Walked on')
    expect(recallView.describe(door(true))).toBe('Took the lower door, which was right')
    expect(recallView.moment(door(false))).toEqual({ kind: 'end', label: 'lower door, wrong' })
    expect(recallView.moment([])).toBeNull()
  })
})

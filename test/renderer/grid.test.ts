import { expect, test } from 'vitest'
import { type GridScene, makeEnvironment } from '../../core/envs/index.ts'
import type { Scene } from '../../core/studio/protocol.ts'
import { sceneView } from '../../renderer/board/views.ts'

const view = sceneView('grid')!
const environment = makeEnvironment('grid')
const sceneNow = () => environment.scene() as Scene
const press = (id: string) => view.control.keys.find((key) => key.id === id)!.apply(null, sceneNow()).action

test('the arrows walk and never into the wall', () => {
  for (let seed = 0; seed < 40; seed++) {
    environment.reset(seed, null)
    const mask = new Uint8Array(5)
    environment.writeActionMask!(mask)
    const chosen = ['stay', 'up', 'down', 'left', 'right'].map(press)
    expect(chosen.map((action) => Number(action !== undefined))).toEqual([...mask])
    chosen.forEach((action, index) => {
      if (action !== undefined) expect(action).toEqual({ continuous: [], discrete: [index] })
    })
  }
})

test('words say where things are and what happened', () => {
  environment.reset(7, null)
  expect((environment.scene() as GridScene).agent).toEqual({ row: 2, column: 1 })
  expect(view.control.describe(null, sceneNow())).toBe(
    'Reach the green plus. green plus 1 up and 1 left, red cross 1 right',
  )
  const said = ['up', 'left'].map((way) => {
    const { discrete } = press(way)!
    environment.step({ continuous: new Float32Array(0), discrete: Int32Array.from(discrete) }, null)
    return view.describe(environment.events() as never)
  })
  expect(said).toEqual(['Moved up', 'Reached the green plus, the goal'])
  expect(view.moment(environment.events() as never)).toEqual({ kind: 'end', label: 'reached the green plus' })
  expect(view.progress(sceneNow())).toBe(10)
})

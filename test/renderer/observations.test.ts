import { expect, test } from 'vitest'
import {
  type Environment,
  environmentIds,
  makeEnvironment,
  observationSize,
  SCENE_KINDS,
  viewOf,
} from '../../core/envs/index.ts'
import type { ObservationScene, Scene } from '../../core/studio/protocol.ts'
import { type Choice, choiceControl } from '../../renderer/board/observations/control.ts'
import { sceneView } from '../../renderer/board/views.ts'

/** An environment without a drawing, at its start. */
function undrawn(id: string): {
  environment: Environment
  scene: ObservationScene
  observation: Float32Array
} {
  const environment = makeEnvironment(id)
  environment.scene = () => null
  const observation = new Float32Array(observationSize(environment.spec))
  environment.reset(7, observation)
  const { scene } = viewOf(environment, observation)
  return { environment, scene: scene as ObservationScene, observation }
}

const press = (id: string, choice: Choice, scene: ObservationScene) =>
  choiceControl.keys.find((key) => key.id === id)!.apply(choice, scene as unknown as Scene)

test('what the studio draws has a view, and every environment in the box is drawn', () => {
  for (const kind of SCENE_KINDS) expect(sceneView(kind), kind).toBeDefined()
  for (const id of environmentIds()) {
    const environment = makeEnvironment(id)
    const observation = new Float32Array(observationSize(environment.spec))
    environment.reset(1, observation)
    const { scene } = viewOf(environment, observation)
    expect((scene as Scene).kind, id).toBe(id.startsWith('bubble/') ? 'bubble' : 'drawing')
  }
})

test('an environment without a drawing is shown by its observations, and has no events', () => {
  const { environment, scene, observation } = undrawn('bubble/25')
  expect(scene.kind).toBe('observations')
  expect(scene.observations.map(({ name, shape }) => [name, shape])).toEqual([
    ['rays', [41, 10]],
    ['board', [23]],
  ])
  expect(scene.observations.flatMap(({ values }) => values)).toEqual([...observation])
  environment.step({ continuous: new Float32Array(0), discrete: Int32Array.of(20, 0) }, observation)
  expect(viewOf(environment, observation).events).toEqual([])
})

test('the mask is shown to whoever is about to act, and to nobody else', () => {
  const { environment, scene, observation } = undrawn('grid')
  expect(scene.mask).toEqual([1, 1, 1, 1, 1])
  expect((viewOf(environment, observation, { aims: false }).scene as ObservationScene).mask).toBeNull()
})

test('an action is put together part by part', () => {
  const { scene } = undrawn('bubble/25')
  let choice = choiceControl.initial(scene as unknown as Scene)
  expect(choice).toEqual({ part: 0, discrete: [0, 0], continuous: [] })
  for (const id of ['more', 'more', 'next', 'less', 'next']) choice = press(id, choice, scene).state
  expect(choice).toEqual({ part: 0, discrete: [2, 1], continuous: [] })
  expect(press('act', choice, scene).action).toEqual({ continuous: [], discrete: [2, 1] })
  expect(choiceControl.describe(choice, scene as unknown as Scene)).toBe('choice 1 is 2, choice 2 is 1')
})

test('continuous values move by tenths within -1 to 1', () => {
  const scene = { ...undrawn('grid').scene, action: { continuous: 1, discrete: [] }, mask: null }
  let choice = choiceControl.initial(scene as unknown as Scene)
  for (let i = 0; i < 3; i++) choice = press('more', choice, scene).state
  expect(choice.continuous).toEqual([0.3])
  for (let i = 0; i < 20; i++) choice = press('less', choice, scene).state
  expect(choice.continuous).toEqual([-1])
})

test('what is forbidden cannot be chosen', () => {
  const scene = { ...undrawn('grid').scene, mask: [0, 1, 0, 1, 0] }
  const choice = choiceControl.initial(scene as unknown as Scene)
  expect(choice.discrete).toEqual([1])
  expect(press('more', choice, scene).state.discrete).toEqual([3])
  expect(press('less', choice, scene).state.discrete).toEqual([3])
  const later = { ...scene, mask: [1, 0, 0, 0, 0] } as unknown as Scene
  expect(choiceControl.afterStep({ ...choice, discrete: [3] }, later).discrete).toEqual([0])
})

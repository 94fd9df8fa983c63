/** An action put together part by part: any environment can be played so, if not fast. */
import type { Action, ObservationScene, Scene } from '../../../core/studio/protocol.ts'
import type { Control, ControlKey } from '../scene-view.ts'

const CONTINUOUS_STEP = 0.1

/** What will be done, and which part of it the arrows change: the branches come first, then the continuous values. */
export interface Choice {
  readonly part: number
  readonly discrete: readonly number[]
  readonly continuous: readonly number[]
}

export function observationsOf(scene: Scene): ObservationScene {
  return scene as unknown as ObservationScene
}

/** The indices of a branch that may be chosen now; all where the mask is not known. */
export function allowed({ action, mask }: ObservationScene, branch: number): number[] {
  const from = action.discrete.slice(0, branch).reduce((sum, size) => sum + size, 0)
  return Array.from({ length: action.discrete[branch]! }, (_, index) => index).filter(
    (index) => mask === null || mask[from + index] === 1,
  )
}

/** What is forbidden now gives way to the first that is not. */
function legal(choice: Choice, scene: ObservationScene): Choice {
  const discrete = choice.discrete.map((index, branch) => {
    const may = allowed(scene, branch)
    return may.includes(index) ? index : (may[0] ?? 0)
  })
  return { ...choice, discrete }
}

function change(choice: Choice, scene: ObservationScene, by: 1 | -1): Choice {
  const { part, discrete, continuous } = choice
  if (part >= discrete.length) {
    const at = part - discrete.length
    const value = Math.round((continuous[at]! + by * CONTINUOUS_STEP) * 10) / 10
    return { ...choice, continuous: continuous.with(at, Math.min(1, Math.max(-1, value))) }
  }
  const may = allowed(scene, part)
  const next = may[(may.indexOf(discrete[part]!) + by + may.length) % may.length]
  return next === undefined ? choice : { ...choice, discrete: discrete.with(part, next) }
}

function select(choice: Choice, by: 1 | -1): Choice {
  const parts = choice.discrete.length + choice.continuous.length
  return { ...choice, part: (choice.part + by + parts) % parts }
}

function key(
  id: string,
  name: string,
  legend: string,
  shortcut: string,
  set: (choice: Choice, scene: ObservationScene) => Choice,
): ControlKey<Choice> {
  return {
    id,
    name,
    legend,
    shortcuts: [shortcut],
    apply: (state, scene) => ({ state: set(state, observationsOf(scene)) }),
  }
}

function actionOf({ continuous, discrete }: Choice): Action {
  return { continuous: [...continuous], discrete: [...discrete] }
}

export const choiceControl: Control<Choice> = {
  initial: (scene) => {
    const { action } = observationsOf(scene)
    const zero = {
      part: 0,
      discrete: action.discrete.map(() => 0),
      continuous: Array.from({ length: action.continuous }, () => 0),
    }
    return legal(zero, observationsOf(scene))
  },
  afterStep: (choice, scene) => legal(choice, observationsOf(scene)),
  keys: [
    key('less', 'Previous choice', 'Choose', 'ArrowLeft', (choice, scene) => change(choice, scene, -1)),
    key('more', 'Next choice', 'Choose', 'ArrowRight', (choice, scene) => change(choice, scene, 1)),
    key('previous', 'Previous part of the action', 'Part of the action', 'ArrowUp', (choice) =>
      select(choice, -1),
    ),
    key('next', 'Next part of the action', 'Part of the action', 'ArrowDown', (choice) => select(choice, 1)),
    {
      id: 'act',
      name: 'Do it',
      shortcuts: ['Space'],
      apply: (state) => ({ state, action: actionOf(state) }),
    },
  ],
  describe: (choice, scene) =>
    [
      ...(observationsOf(scene).problem === null ? [] : [observationsOf(scene).problem]),
      ...choice.discrete.map((index, branch) => `choice ${branch + 1} is ${index}`),
      ...choice.continuous.map((value, i) => `value ${i + 1} is ${value}`),
    ].join(', '),
}

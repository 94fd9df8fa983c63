/** A game of another program on the keyboard: while it goes on by itself, the keys that are held say what is done. */
import type { Action, GymAction, GymScene, Scene } from '../../../core/studio/protocol.ts'
import type { Control, ControlKey } from '../scene-view.ts'

export interface Hands {
  /** Shortcuts, in the order in which they were pressed. */
  readonly held: readonly string[]
  /** What was done last; null before the first key. */
  readonly last: GymAction | null
  /** Whether the game goes on; it waits for a key at first, and whenever the board has lost the focus. */
  readonly running: boolean
}

const atRest: Hands = { held: [], last: null, running: false }

export function gymOf(scene: Scene): GymScene {
  return scene as unknown as GymScene
}

function plain({ continuous, discrete }: GymAction): Action {
  return { continuous: [...continuous], discrete: [...discrete] }
}

/** The newest key decides between choices; values of keys held together add up. */
export function actionOf({ held, last }: Hands, { keys, idle }: GymScene): GymAction {
  const actions = held.flatMap((shortcut) => keys.find((key) => key.shortcut === shortcut)?.action ?? [])
  const newest = actions.at(-1)
  if (newest === undefined) return idle ?? last ?? keys[0]!.action
  return {
    discrete: newest.discrete,
    continuous: newest.continuous.map((_, i) => {
      const sum = actions.reduce((total, action) => total + action.continuous[i]!, 0)
      return Math.min(1, Math.max(-1, sum))
    }),
  }
}

function keysOf(scene: Scene): ControlKey<Hands>[] {
  const gym = gymOf(scene)
  return gym.keys.map(({ shortcut, name, action }) => ({
    id: `gym-${shortcut}`,
    name,
    shortcuts: [shortcut],
    apply: (hands) => {
      if (gym.stepsPerSecond === null) return { state: { ...hands, last: action }, action: plain(action) }
      const held = hands.held.includes(shortcut) ? hands.held : [...hands.held, shortcut]
      return { state: { ...hands, held, running: true } }
    },
  }))
}

export const gymControl: Control<Hands> = {
  initial: () => atRest,
  afterStep: (hands) => hands,
  keys: [],
  keysOf,
  live: {
    stepsPerSecond: (scene) => gymOf(scene).stepsPerSecond,
    running: ({ running }) => running,
    next: (hands, scene) => {
      const action = actionOf(hands, gymOf(scene))
      return { state: { ...hands, last: action }, action: plain(action) }
    },
    release: (hands, shortcut) => ({ ...hands, held: hands.held.filter((other) => other !== shortcut) }),
    rest: (hands) => ({ ...hands, held: [], running: false }),
  },
  describe: (hands, scene) =>
    gymOf(scene).stepsPerSecond !== null && !hands.running ? 'Waiting for a key' : '',
}

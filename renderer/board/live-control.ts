/** A game whose scene names its keys: while it goes on by itself, the keys that are held say what is done. */
import type { Action, LiveAction, LiveScene, Scene } from '../../core/studio/protocol.ts'
import type { Control, ControlKey } from './scene-view.ts'

export interface Hands {
  /** Shortcuts, in the order in which they were pressed. */
  readonly held: readonly string[]
  /** What was done last; null before the first key. */
  readonly last: LiveAction | null
  /** Whether the game goes on; it waits for a key at first, and whenever the board has lost the focus. */
  readonly running: boolean
}

const nothing: LiveAction = { continuous: [], discrete: [] }
const atRest: Hands = { held: [], last: null, running: false }

function liveOf(scene: Scene): LiveScene {
  return scene as unknown as LiveScene
}

function plain({ continuous, discrete }: LiveAction): Action {
  return { continuous: [...continuous], discrete: [...discrete] }
}

/** The newest key decides between choices; values of keys held together add up. */
export function actionOf({ held, last }: Hands, { keys, idle }: LiveScene): LiveAction {
  const actions = held.flatMap((shortcut) => keys.find((key) => key.shortcut === shortcut)?.action ?? [])
  const newest = actions.at(-1)
  if (newest === undefined)
    return idle ?? last ?? keys.find(({ action }) => action !== null)?.action ?? nothing
  return {
    discrete: newest.discrete,
    continuous: newest.continuous.map((_, i) => {
      const sum = actions.reduce((total, action) => total + action.continuous[i]!, 0)
      return Math.min(1, Math.max(-1, sum))
    }),
  }
}

function keysOf(scene: Scene): ControlKey<Hands>[] {
  const game = liveOf(scene)
  return game.keys.map(({ shortcut, name, legend, action }) => ({
    id: `live-${shortcut}`,
    name,
    ...(legend !== undefined && { legend }),
    shortcuts: [shortcut],
    apply: (hands) => {
      if (game.stepsPerSecond === null)
        return action === null
          ? { state: hands }
          : { state: { ...hands, last: action }, action: plain(action) }
      const held = hands.held.includes(shortcut) ? hands.held : [...hands.held, shortcut]
      return { state: { ...hands, held, running: true } }
    },
  }))
}

export const liveControl: Control<Hands> = {
  initial: () => atRest,
  afterStep: (hands) => hands,
  keys: [],
  keysOf,
  live: {
    stepsPerSecond: (scene) => liveOf(scene).stepsPerSecond,
    running: ({ running }) => running,
    next: (hands, scene) => {
      const action = actionOf(hands, liveOf(scene))
      return { state: { ...hands, last: action }, action: plain(action) }
    },
    release: (hands, shortcut) => ({ ...hands, held: hands.held.filter((other) => other !== shortcut) }),
    rest: (hands) => ({ ...hands, held: [], running: false }),
  },
  describe: (hands, scene) =>
    liveOf(scene).stepsPerSecond !== null && !hands.running ? 'Waiting for a key' : '',
}

/** How a person plays bubble: an aim in 41 notches and a swap, by keys or by pointing. */
import type { Action, BubbleScene } from '../../../core/studio/protocol.ts'
import type { Control, ControlKey } from '../scene-view.ts'
import { boardPoint, nextPlace } from './layout.ts'
import { hueOf } from './sprites.ts'

export interface AimState {
  readonly notch: number
  readonly swapped: boolean
}

const NOTCHES = 41
const LAST = NOTCHES - 1

function fire(state: AimState): Action {
  return { continuous: [], discrete: [state.notch, state.swapped ? 1 : 0] }
}

/** Notch 0 points far right, so aiming to the left raises it. */
function turn(state: AimState, notches: number): AimState {
  return { ...state, notch: Math.min(Math.max(state.notch + notches, 0), LAST) }
}

const keys: readonly ControlKey<AimState>[] = [
  {
    id: 'aim-left',
    name: 'Aim one notch to the left',
    legend: 'Aim',
    shortcuts: ['ArrowLeft'],
    apply: (state) => ({ state: turn(state, 1) }),
  },
  {
    id: 'aim-right',
    name: 'Aim one notch to the right',
    legend: 'Aim',
    shortcuts: ['ArrowRight'],
    apply: (state) => ({ state: turn(state, -1) }),
  },
  {
    id: 'aim-far-left',
    name: 'Aim ten notches to the left',
    legend: 'Ten notches',
    shortcuts: ['shift+ArrowLeft'],
    apply: (state) => ({ state: turn(state, 10) }),
  },
  {
    id: 'aim-far-right',
    name: 'Aim ten notches to the right',
    legend: 'Ten notches',
    shortcuts: ['shift+ArrowRight'],
    apply: (state) => ({ state: turn(state, -10) }),
  },
  {
    id: 'swap',
    name: 'Swap with the next bubble',
    legend: 'Swap',
    shortcuts: ['s', 'ArrowDown'],
    apply: (state) => ({ state: { ...state, swapped: !state.swapped } }),
  },
  {
    id: 'shoot',
    name: 'Shoot',
    shortcuts: ['Space', 'ArrowUp'],
    apply: (state) => ({ state, action: fire(state) }),
  },
]

export const aimControl: Control<AimState> = {
  initial: () => ({ notch: (NOTCHES - 1) / 2, swapped: false }),
  afterStep: (state) => ({ ...state, swapped: false }),
  keys,
  point: (state, scene, x, y) => ({ ...state, notch: nearestNotch(scene as unknown as BubbleScene, x, y) }),
  click: (state, scene, x, y) =>
    onNext(scene as unknown as BubbleScene, x, y)
      ? { state: { ...state, swapped: !state.swapped } }
      : { state, action: fire(state) },
  describe: (state, scene) => describe(state, scene as unknown as BubbleScene),
}

/** Whether the pointer is on the waiting bubble, which swaps instead of shooting. */
function onNext(scene: BubbleScene, x: number, y: number): boolean {
  const at = boardPoint(x, y)
  const place = nextPlace(scene)
  return Math.hypot(at.x - place.x, at.y - place.y) < 0.55
}

function nearestNotch(scene: BubbleScene, x: number, y: number): number {
  const at = boardPoint(x, y)
  const degrees = (Math.atan2(scene.launcher.y - at.y, at.x - scene.launcher.x) * 180) / Math.PI
  // Below the launcher the arctangent turns negative: left of it is far left, not far right.
  const angle = degrees < -90 ? degrees + 360 : degrees
  return Math.min(Math.max(Math.round((angle - 12) / 3.9), 0), LAST)
}

function describe(state: AimState, scene: BubbleScene): string {
  const lean = Math.round(3.9 * (state.notch - LAST / 2))
  const side = lean === 0 ? 'straight up' : `${Math.abs(lean)} degrees to the ${lean > 0 ? 'left' : 'right'}`
  const colour = hueOf(state.swapped ? scene.next : scene.current).name
  const aim = scene.aims?.[state.notch]
  const landing = aim === undefined ? '' : `, lands in row ${aim.row + 1}, column ${aim.column + 1}`
  return `${colour} bubble, ${side}${landing}`
}

/**
 * Keys for a person. Gymnasium has no keys of its own but for Atari, so these follow the meaning of the actions where the
 * environment is a well-known one, else the size of the action space: arrows where they say something, digits elsewhere.
 */
import type { Description } from './protocol.ts'
import type { GymAction, GymKey, GymScene } from './scene.ts'

/** Slower ones (FrozenLake and its like, 4 frames a second) are games in which one thinks before each move. */
const SLOWEST_LIVE = 10
const DIGITS = 10

const [LEFT, DOWN, RIGHT, UP] = ['ArrowLeft', 'ArrowDown', 'ArrowRight', 'ArrowUp'] as const
type Arrow = typeof LEFT | typeof DOWN | typeof RIGHT | typeof UP

/** Discrete actions by arrow, which one is to do nothing, and what they are called, as Gymnasium documents them. */
interface Layout {
  readonly arrows: Readonly<Partial<Record<Arrow, number>>>
  readonly idle: number | null
  /** By action; empty where nothing is known. */
  readonly names: readonly string[]
}

const PUSHED = ['Push left', 'Push right']
const WALKED = {
  arrows: { [LEFT]: 0, [DOWN]: 1, [RIGHT]: 2, [UP]: 3 },
  idle: null,
  names: ['Left', 'Down', 'Right', 'Up'],
}

/** By the id without namespace and version. */
const KNOWN = new Map<string, Layout>([
  ['CartPole', { arrows: { [LEFT]: 0, [RIGHT]: 1 }, idle: null, names: PUSHED }],
  [
    'MountainCar',
    {
      arrows: { [LEFT]: 0, [RIGHT]: 2 },
      idle: 1,
      names: [PUSHED[0]!, 'Do nothing', PUSHED[1]!],
    },
  ],
  [
    'LunarLander',
    {
      arrows: { [LEFT]: 1, [UP]: 2, [RIGHT]: 3 },
      idle: 0,
      names: ['Do nothing', 'Fire the left engine', 'Fire the main engine', 'Fire the right engine'],
    },
  ],
  ['FrozenLake', WALKED],
  ['FrozenLake8x8', WALKED],
  [
    'CliffWalking',
    {
      arrows: { [UP]: 0, [RIGHT]: 1, [DOWN]: 2, [LEFT]: 3 },
      idle: null,
      names: ['Up', 'Right', 'Down', 'Left'],
    },
  ],
  [
    'Taxi',
    {
      arrows: { [DOWN]: 0, [UP]: 1, [RIGHT]: 2, [LEFT]: 3 },
      idle: null,
      names: ['South', 'North', 'East', 'West', 'Pick up', 'Drop off'],
    },
  ],
])

/** By the number of actions. */
const BY_SIZE = new Map<number, Layout>([
  [2, { arrows: { [LEFT]: 0, [RIGHT]: 1 }, idle: null, names: [] }],
  [3, { arrows: { [LEFT]: 0, [RIGHT]: 2 }, idle: 1, names: [] }],
])

export function controlsOf(
  id: string,
  description: Description,
): Pick<GymScene, 'stepsPerSecond' | 'keys' | 'idle'> {
  const { continuous, discrete, framesPerSecond: speed } = description
  const stepsPerSecond = speed !== null && speed >= SLOWEST_LIVE ? speed : null
  if (continuous > 0) {
    return { stepsPerSecond, keys: continuousKeys(continuous), idle: action({ continuous }, []) }
  }
  if (discrete.length > 1)
    return { stepsPerSecond, keys: branchKeys(discrete), idle: action(description, []) }
  const name = /^(?:.*[/:])?(.+?)(?:-v\d+)?$/.exec(id)?.[1] ?? id
  const layout = KNOWN.get(name) ?? BY_SIZE.get(discrete[0]!) ?? { arrows: {}, idle: null, names: [] }
  const discreteKey = (shortcut: string, index: number): GymKey => ({
    shortcut,
    name: layout.names[index] ?? `Action ${index}`,
    action: { continuous: [], discrete: [index] },
  })
  const arrows = Object.entries(layout.arrows).map(([shortcut, index]) => discreteKey(shortcut, index))
  const named = new Set([...Object.values(layout.arrows), layout.idle])
  const digits = Array.from({ length: Math.min(DIGITS, discrete[0]!) }, (_, index) => index)
    .filter((index) => !named.has(index))
    .map((index) => discreteKey(String(index), index))
  const idle = layout.idle === null ? null : { continuous: [], discrete: [layout.idle] }
  return { stepsPerSecond, keys: [...arrows, ...digits], idle }
}

/** Two keys for each value: all the way down and all the way up. */
function continuousKeys(continuous: number): GymKey[] {
  const pairs = [
    [LEFT, RIGHT],
    [DOWN, UP],
    ['a', 's'],
    ['x', 'c'],
  ] as const
  return pairs.slice(0, continuous).flatMap((pair, i) =>
    pair.map((shortcut, end) => ({
      shortcut,
      name: `Value ${i + 1} ${end === 0 ? 'down' : 'up'}`,
      action: action({ continuous }, [[i, end === 0 ? -1 : 1]]),
    })),
  )
}

/** A key sets one branch and leaves the others at their first choice. */
function branchKeys(discrete: readonly number[]): GymKey[] {
  const choices = discrete.flatMap((size, branch) =>
    Array.from({ length: size - 1 }, (_, index) => ({ branch, index: index + 1 })),
  )
  return choices.slice(0, DIGITS - 1).map(({ branch, index }, i) => ({
    shortcut: String(i + 1),
    name: `Choice ${branch + 1} is ${index}`,
    action: { continuous: [], discrete: discrete.map((_, b) => (b === branch ? index : 0)) },
  }))
}

function action(
  { continuous, discrete = [] }: { readonly continuous: number; readonly discrete?: readonly number[] },
  values: readonly (readonly [number, number])[],
): GymAction {
  const all = new Array<number>(continuous).fill(0)
  for (const [i, value] of values) all[i] = value
  return { continuous: all, discrete: discrete.map(() => 0) }
}

import { describe, expect, it } from 'vitest'
import {
  type Drawing,
  draw,
  type Environment,
  emptyAction,
  makeEnvironment,
  observationSize,
  viewOf,
} from '../../core/envs/index.ts'
import type { DrawingScene, DrawnShape, Scene, SceneEvent } from '../../core/studio/protocol.ts'
import { between } from '../../renderer/board/drawing/motion.ts'
import { drawingView } from '../../renderer/board/drawing/view.ts'

const { control } = drawingView

/** What a page gets to see, as the host looked at it. */
function shown(environment: Environment): { scene: Scene; events: SceneEvent[] } {
  const observation = new Float32Array(observationSize(environment.spec))
  return viewOf(environment, observation) as { scene: Scene; events: SceneEvent[] }
}

function step(environment: Environment, { continuous = [0], discrete = [0] }) {
  return environment.step(
    { continuous: Float32Array.from(continuous), discrete: Int32Array.from(discrete) },
    null,
  )
}

function press(environment: Environment, shortcut: string) {
  const { scene } = shown(environment)
  const key = control.keysOf!(scene).find(({ shortcuts }) => shortcuts[0] === shortcut)!
  return key.apply(control.initial(scene), scene).action
}

/** As a plugin's author would give it. */
function drawn(parts: Partial<Drawing>): Scene {
  const environment = makeEnvironment('basic')
  environment.reset(0, null)
  const scene = draw.scene({ width: 200, height: 100, shapes: [], ...parts })
  environment.scene = () => scene
  return shown(environment).scene
}

describe('a game that waits for its player', () => {
  it('lets a person walk on with one key in recall, and take a door only on purpose', () => {
    const environment = makeEnvironment('recall', { length: 1 })
    environment.reset(0, null)
    const said = () => control.describe(control.initial(shown(environment).scene), shown(environment).scene)
    expect(said()).toMatch(/^the sign says: (upper|lower) door$/)
    for (let t = 0; t < 2; t++) step(environment, press(environment, 'Space')!)
    expect(said()).toBe('between the doors')
    expect(['Space', 'ArrowUp', 'ArrowDown'].map((key) => press(environment, key)?.discrete)).toEqual([
      undefined,
      [0],
      [1],
    ])
    expect(drawingView.progress(shown(environment).scene)).toBe(2)
  })

  it('gives no key to what the mask forbids: in grid the arrows never walk into the wall', () => {
    const environment = makeEnvironment('grid')
    const mask = new Uint8Array(5)
    for (let seed = 0; seed < 40; seed++) {
      environment.reset(seed, null)
      environment.writeActionMask!(mask)
      const chosen = ['Space', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'].map((key) =>
        press(environment, key),
      )
      expect(chosen.map((action) => Number(action !== undefined))).toEqual([...mask])
    }
  })

  it('says where things are and what happened', () => {
    const environment = makeEnvironment('grid')
    environment.reset(7, null)
    const { scene } = shown(environment)
    expect(control.describe(control.initial(scene), scene)).toBe(
      'Reach the green plus. green plus 1 up and 1 left, red cross 1 right',
    )
    const said = ['ArrowUp', 'ArrowLeft'].map((key) => {
      step(environment, press(environment, key)!)
      return drawingView.describe(shown(environment).events)
    })
    expect(said).toEqual(['Moved up', 'Reached the green plus, the goal'])
    expect(drawingView.moment(shown(environment).events)).toEqual({ kind: 'end', label: said[1] })
    expect(drawingView.progress(shown(environment).scene)).toBe(10)
  })
})

describe.each([
  { id: 'cart-pole', left: [0], right: [1], idle: [1], told: 'The pole fell' },
  { id: 'pendulum', left: [1], right: [-1], idle: [0], told: 'Time is up, and it is not upright' },
] as const)('the game with a clock: $id', ({ id, left, right, idle, told }) => {
  const environment = makeEnvironment(id)
  const live = control.live!

  it('lets a person hold keys while it goes on at its own pace', () => {
    environment.reset(0, null)
    const { scene } = shown(environment)
    let hands = control.initial(scene)
    expect(control.describe(hands, scene)).toBe('Waiting for a key')
    const done = () => {
      const { state, action } = live.next(hands, scene)
      hands = state
      step(environment, action)
      return [...action.continuous, ...action.discrete]
    }
    const hold = (shortcut: string) => {
      const key = control.keysOf!(scene).find(({ shortcuts }) => shortcuts[0] === shortcut)!
      hands = key.apply(hands, scene).state
    }
    hold('ArrowLeft')
    expect(live.running(hands)).toBe(true)
    expect(done()).toEqual(left)
    hands = live.release(hands, 'ArrowLeft')
    hold('ArrowRight')
    expect(done()).toEqual(right)
    hands = live.release(hands, 'ArrowRight')
    expect(done()).toEqual(idle)
    expect(live.stepsPerSecond(scene)! * environment.animationSeconds!()).toBeCloseTo(1)
    expect(drawingView.duration([], scene)).toBeCloseTo(1000 * environment.animationSeconds!())
  })

  it('says how it ended, and nothing before', () => {
    environment.reset(0, null)
    const action = emptyAction(environment.spec)
    for (let ended = false; !ended; ) {
      expect(drawingView.describe(shown(environment).events)).toBe('')
      expect(drawingView.moment(shown(environment).events)).toBeNull()
      const { terminated, truncated } = environment.step(action, null)
      ended = terminated || truncated
    }
    const { events } = shown(environment)
    expect(drawingView.describe(events)).toBe(told)
    expect(drawingView.moment(events)).toMatchObject({ kind: 'end' })
  })
})

describe('between two steps', () => {
  const ball = (x: number, rest = {}) => ({ shape: 'circle', x, y: 10, radius: 2, ...rest }) as DrawnShape

  it('moves what carries the same id, points and all, and nothing else', () => {
    const line = (x: number): DrawnShape => ({ shape: 'line', id: 'rod', points: [[x, 0]] })
    expect(between([ball(0, { id: 'a' }), line(0)], [ball(4, { id: 'a' }), line(8)], 0.25)).toEqual([
      ball(1, { id: 'a' }),
      line(2),
    ])
    expect(between([ball(0)], [ball(4)], 0.25)).toEqual([ball(4)])
    expect(between([ball(0, { id: 'a' })], [ball(4, { id: 'a' })], 1)).toEqual([ball(4, { id: 'a' })])
  })

  it('hops half-way, and only what moves', () => {
    const hop = { id: 'a', hop: 3 }
    expect(between([ball(0, hop)], [ball(4, hop)], 0.5)).toEqual([{ ...ball(2, hop), y: 7 }])
    expect(between([ball(4, hop)], [ball(4, hop)], 0.5)).toEqual([ball(4, hop)])
  })

  it('fades in what is new, and lets grow and fade what has gone', () => {
    const [gone, come] = between([ball(0, { id: 'old' })], [ball(4, { id: 'new' })], 0.5)
    expect(gone).toEqual(ball(0, { id: 'old', radius: 2.6, opacity: 0.5 }))
    expect(come).toEqual(ball(4, { id: 'new', opacity: 0.5 }))
  })
})

describe('a click', () => {
  const [first, second] = [{ discrete: [1] }, { discrete: [2] }]
  const scene = drawn({
    shapes: [
      draw.rectangle(0, 0, 100, 100, { fill: 'ink', action: first }),
      draw.circle(50, 50, 10, { fill: 'bad', action: second }),
      draw.rectangle(45, 45, 10, 10, { fill: 'good' }),
      draw.polygon(
        [
          [120, 20],
          [180, 20],
          [150, 80],
        ],
        { fill: 'good', action: second },
      ),
      draw.line(
        [
          [110, 95],
          [190, 95],
        ],
        { stroke: 'ink', action: first },
      ),
    ],
  })
  const at = (x: number, y: number) =>
    control.click!(control.initial(scene), scene, x / 200, y / 100).action?.discrete

  it('does what the topmost shape under it does', () => {
    expect([at(5, 5), at(50, 50), at(61, 50), at(150, 40), at(125, 60), at(150, 94)]).toEqual([
      [1],
      [2],
      [1],
      [2],
      undefined,
      [1],
    ])
  })
})

it('keeps its shape on a board that is too wide or too high for it', () => {
  const aspects = [{ width: 1000, height: 10 }, { width: 10, height: 1000 }, { width: 30 }].map((size) =>
    drawingView.aspect(drawn(size)),
  )
  expect(aspects).toEqual([4, 0.5, 0.5])
  const wide = drawn({
    width: 1000,
    height: 10,
    shapes: [draw.circle(500, 5, 4, { action: { discrete: [1] } })],
  })
  const click = (y: number) => control.click!(control.initial(wide), wide, 0.5, y).action
  expect((wide as unknown as DrawingScene).shapes).toHaveLength(1)
  expect([click(0.5)?.discrete, click(0.9)]).toEqual([[1], undefined])
})

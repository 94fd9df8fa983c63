import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDrawing } from '../../core/envs/drawing/check.ts'
import { parseColour, THEME_COLOURS } from '../../core/envs/drawing/colour.ts'
import { DRAWING_BOUNDS } from '../../core/envs/drawing/drawing.ts'
import { checkEnvironment, type Drawing, draw, makeEnvironment } from '../../core/envs/index.ts'

const ACTION = { continuous: 0, discrete: [3] }
const ball = draw.circle(1, 2, 3, { id: 'ball', fill: 'player' })
const PNG = Uint8Array.from([
  ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52],
  ...[0, 0, 0, 4, 0, 0, 0, 2],
  ...new Uint8Array(40),
])
const box = { x: 0, y: 0, width: 1, height: 1 }
const check = (parts: object, events: readonly unknown[] = [], mask: number[] | null = null) =>
  checkDrawing(
    { kind: 'drawing', width: 10, height: 5, shapes: [], ...parts },
    events,
    { action: ACTION },
    mask,
  )

function problem(parts: object, events: readonly unknown[] = []): string | undefined {
  const checked = check(parts, events)
  return 'problem' in checked ? checked.problem : undefined
}

describe('a drawing', () => {
  it('may be no more than shapes, and goes to the page with everything there', () => {
    expect(check({ shapes: [ball] }, [{ text: 'Up', mark: 'goal' }])).toEqual({
      drawing: {
        kind: 'drawing',
        width: 10,
        height: 5,
        shapes: [ball],
        keys: [],
        stepsPerSecond: null,
        idle: null,
        branches: [],
        describe: '',
        panel: [],
        progress: 0,
      },
      events: [{ kind: 'drawn', text: 'Up', mark: 'goal' }],
    })
  })

  it('loses the actions that the mask forbids, of keys and of shapes', () => {
    const key = (shortcut: string, choice: number) => ({
      shortcut,
      name: shortcut,
      action: { discrete: [choice] },
    })
    const parts = { keys: [key('a', 0), key('b', 1)], shapes: [{ ...ball, action: { discrete: [1] } }] }
    const actions = (mask: number[] | null) => {
      const checked = check(parts, [], mask)
      if ('problem' in checked) throw new Error(checked.problem)
      return [...checked.drawing.keys, ...checked.drawing.shapes].map(({ action }) => action?.discrete[0])
    }
    expect(actions(null)).toEqual([0, 1, 1])
    expect(actions([1, 0, 1])).toEqual([0, undefined, undefined])
  })

  it('has pictures by their pixels or as a PNG', () => {
    expect(problem({ shapes: [draw.pixels(2, 1, [1, 2, 3, 4, 5, 6, 7, 255], box)] })).toBeUndefined()
    expect(problem({ shapes: [draw.png(PNG, box)] })).toBeUndefined()
  })

  const circle = (rest: object) => ({ shapes: [{ ...ball, ...rest }] })
  const point = [0, 0]
  it.each<[what: string, parts: object, said: string]>([
    ['no number', circle({ x: Number.NaN }), 'shapes[0] ("ball").x must be a number; it is NaN'],
    ['endless', circle({ y: Number.POSITIVE_INFINITY }), 'shapes[0] ("ball").y must be a number; it is Inf'],
    ['far away', circle({ x: 1e7 }), 'shapes[0] ("ball").x must be at most 1000000; it is 10000000'],
    ['turned inside out', circle({ radius: -1 }), 'shapes[0] ("ball").radius must be at least 0; it is -1'],
    ['a colour that is none', circle({ fill: 'url(x)' }), 'shapes[0] ("ball").fill: a colour is a name of'],
    ['a slip', circle({ colour: 'red' }), 'shapes[0] ("ball") has a key that is not known, "colour"'],
    ['another shape', { shapes: [{ shape: 'star' }] }, 'shapes[0].shape must be'],
    ['too many shapes', { shapes: Array(1_001).fill(ball) }, 'shapes: at most 1000 shapes, not 1001'],
    ['no shapes', { shapes: 5 }, 'shapes: expected a list of shapes'],
    [
      'too many points',
      { shapes: [{ shape: 'line', points: Array(501).fill(point) }] },
      'shapes[0].points: at most 500 points, not 501',
    ],
    [
      'too many points in all',
      { shapes: Array(11).fill({ shape: 'line', points: Array(500).fill(point) }) },
      'all shapes together have at most 5000 points, not 5500',
    ],
    [
      'a long text',
      { shapes: [draw.text(0, 0, 1, 'a'.repeat(201), {})] },
      'shapes[0].text: up to 200 characters that can be printed, not 201 characters',
    ],
    ['a text that turns around', { describe: 'a\u202eb' }, 'describe: up to 500 characters that can be'],
    ['no board', { width: 0 }, 'width must be at least 0.001; it is 0'],
    [
      'a key that leaves',
      { keys: [{ shortcut: 'Tab', name: 'x', action: null }] },
      'keys[0].shortcut: no key',
    ],
    ['a key twice', { keys: Array(2).fill({ shortcut: 'a', name: 'x', action: null }) }, 'two keys are a'],
    [
      'an action of another layout',
      { keys: [{ shortcut: 'a', name: 'x', action: { discrete: [3] } }] },
      'keys[0].action: an action here has 0 continuous values and 1 choices within their branches',
    ],
    ['a clock without keys', { stepsPerSecond: 10 }, 'a game with stepsPerSecond needs keys'],
    ['a clock too fast', { stepsPerSecond: 1_000 }, 'stepsPerSecond must be at most 240; it is 1000'],
    ['a share above 1', { panel: [{ label: 'a', value: 1, share: 2 }] }, 'panel[0].share must be at most 1'],
    [
      'a row twice',
      { panel: Array(2).fill({ label: 'a', value: 1 }) },
      'two rows of the panel are called "a"',
    ],
    [
      'pixels that are missing',
      { shapes: [{ ...draw.pixels(2, 1, [1, 2, 3, 4, 5, 6, 7, 8], box), rows: 2 }] },
      'shapes[0]: 8 bytes are not 2 x 2 pixels',
    ],
    ['a PNG that is none', { shapes: [draw.png(PNG.with(1, 0), box)] }, 'shapes[0]: its png is none'],
    [
      'a PNG of other pixels than it says',
      { shapes: [{ ...draw.png(PNG, box), columns: 5 }] },
      'shapes[0]: its png has 4 x 2 pixels, not 5 x 2',
    ],
    [
      'more pixels than a page decodes',
      { shapes: Array(2).fill(draw.png(PNG.with(18, 8).with(22, 8), box)) },
      `all pictures together have at most ${DRAWING_BOUNDS.pixels} pixels`,
    ],
  ])('is refused with a sentence: %s', (_what, parts, said) => {
    expect(problem(parts)).toContain(said)
  })

  it('is refused with its events', () => {
    expect(problem({}, [{ text: 5 }])).toBe('events[0].text must be text; it is 5')
    expect(problem({}, Array(21).fill({ text: 'a' }))).toBe('events: at most 20 events, not 21')
    expect(problem({}, [{ text: 'a', mark: 'x' }])).toContain('events[0].mark must be goal, big or end')
  })

  it('is refused by the checker of environments', () => {
    const environment = makeEnvironment('basic')
    const scene = environment.scene.bind(environment)
    environment.scene = () => ({ ...(scene() as Drawing), width: -1 })
    expect(() => checkEnvironment(environment)).toThrow(
      'environment basic: its drawing cannot be shown: width must be at least 0.001; it is -1',
    )
  })
})

describe('a colour', () => {
  it.each<readonly [text: string, parsed: string]>([
    ['#1af', '#11aaffff'],
    ['#1AF8', '#11aaff88'],
    ['#102030', '#102030ff'],
    ['#10203040', '#10203040'],
    ['Orange', '#ffa500ff'],
    ['transparent', '#00000000'],
    ['rgb(1, 2, 255)', '#0102ffff'],
    ['rgb(1 2 255 / 50%)', '#0102ff80'],
    ['rgba(1,2,255,0.5)', '#0102ff80'],
    ['rgb(100% 0% 50%)', '#ff0080ff'],
    ['hsl(120, 100%, 25%)', '#008000ff'],
    ['hsl(240deg 100% 50% / .25)', '#0000ff40'],
    ...THEME_COLOURS.map((name) => [name, name] as const),
  ])('%s is understood', (text, parsed) => {
    expect(parseColour(text)).toBe(parsed)
  })

  it.each([
    'url(https://example.org/x.png)',
    'var(--ink)',
    'currentcolor',
    'constructor',
    '__proto__',
    '#12',
    '#12345',
    '#ggg',
    'rgb(256 0 0)',
    'rgb(1 2)',
    'rgb(1 2 3 / 2)',
    'rgb(1 2% 3)',
    'rgb(-1 2 3)',
    'rgb(1e2 2 3)',
    'hsl(10 20 30)',
    'hsl(10% 20% 30%)',
    'red;background:url(x)',
    'rgb(1 2 3)url(x)',
    '',
    ' red',
    `#${'0'.repeat(100)}`,
  ])('%j is none', (text) => {
    expect(parseColour(text)).toBeUndefined()
  })

  it('comes out in one notation, whatever comes in', () => {
    const part = fc.nat({ max: 255 })
    fc.assert(
      fc.property(part, part, part, (r, g, b) => {
        const hex = `#${[r, g, b].map((value) => value.toString(16).padStart(2, '0')).join('')}`
        expect(parseColour(`rgb(${r} ${g} ${b})`)).toBe(`${hex}ff`)
        expect(parseColour(hex)).toBe(`${hex}ff`)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parsed = parseColour(text)
        if (parsed === undefined || (THEME_COLOURS as readonly string[]).includes(parsed)) return
        expect(parsed).toMatch(/^#[0-9a-f]{8}$/)
      }),
    )
  })
})

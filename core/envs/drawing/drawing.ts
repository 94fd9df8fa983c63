/**
 * How an environment draws itself: shapes in coordinates of its own, the keys by which it is played, and what stands beside
 * the board. `scene()` gives one; the studio plays, replays and compares it like a game in the box. It may come from
 * anybody, so everything is bounded, and is looked at (check.ts) before it goes to a page.
 */
import { z } from 'zod'
import { textProblem } from '../../bounds.ts'
import { parseColour } from './colour.ts'

/** Of one drawing. */
export const DRAWING_BOUNDS = {
  shapes: 1_000,
  /** Of one line or polygon, and of all together. */
  points: 500,
  allPoints: 5_000,
  text: 200,
  describe: 500,
  keys: 40,
  branches: 16,
  panel: 12,
  events: 20,
  /** Width times height of all pictures. */
  pixels: 4_000_000,
  /** Characters of a picture in base64. */
  picture: 4_000_000,
} as const
const { text: TEXT } = DRAWING_BOUNDS
const FURTHEST = 1e6
/** In base64: the signature and the size of the picture. */
const PNG_HEAD_CHARACTERS = 32
const PNG_HEAD = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

const coordinate = z.number().min(-FURTHEST).max(FURTHEST)
const extent = z.number().min(0).max(FURTHEST)
/** Radians, clockwise from the right. */
const angle = coordinate
const point = z.tuple([coordinate, coordinate])

/** The length is looked at before any element is. */
function listOf<Element extends z.ZodType>(element: Element, most: number, what: string) {
  const short = z.custom<readonly z.input<Element>[]>(
    (value) => Array.isArray(value) && value.length <= most,
    {
      error: ({ input }) =>
        Array.isArray(input) ? `at most ${most} ${what}, not ${input.length}` : `expected a list of ${what}`,
    },
  )
  return short.pipe(z.array(element))
}

const words = (most: number) =>
  z.string().check((context) => {
    const wrong = textProblem(context.value, most)
    if (wrong === undefined) return
    const message = `up to ${most} characters that can be printed, not ${wrong}`
    context.issues.push({ code: 'custom', message, input: context.value })
  })

const colour = z.string().transform((text, context) => {
  const parsed = parseColour(text)
  if (parsed !== undefined) return parsed
  const shown = JSON.stringify(text.slice(0, 40))
  context.addIssue(`a colour is a name of the theme, #rrggbb, rgb() or hsl(), not ${shown}`)
  return z.NEVER
})

/** What a person does; lists that the environment has no use for may be left out. */
const action = z.strictObject({
  continuous: listOf(z.number().min(-1).max(1), 64, 'values').default([]),
  discrete: listOf(z.int().min(0), 64, 'choices').default([]),
})

const style = {
  /** The shape of the same id in the next step is the same thing: the page moves it there. */
  id: words(80).optional(),
  fill: colour.optional(),
  stroke: colour.optional(),
  lineWidth: extent.optional(),
  /** Lengths of dash and gap. */
  dash: z.tuple([extent, extent]).optional(),
  opacity: z.number().min(0).max(1).optional(),
  /** How far it rises half-way while it moves. */
  hop: extent.optional(),
  /** What a click on it does. */
  action: action.nullish(),
}
/** Radians clockwise around the middle. */
const turn = angle.optional()
const box = { x: coordinate, y: coordinate, width: extent, height: extent }

const rectangle = z.strictObject({
  shape: z.literal('rectangle'),
  ...box,
  /** Of the corners. */
  radius: extent.optional(),
  turn,
  ...style,
})
const circle = z.strictObject({
  shape: z.literal('circle'),
  x: coordinate,
  y: coordinate,
  radius: extent,
  /** Lit from above left, as a ball is. */
  shine: z.boolean().optional(),
  ...style,
})
/** Filled it is a slice, stroked a bow. */
const arc = z.strictObject({
  shape: z.literal('arc'),
  x: coordinate,
  y: coordinate,
  radius: extent,
  from: angle,
  to: angle,
  ...style,
})
const line = z.strictObject({
  shape: z.literal('line'),
  points: listOf(point, DRAWING_BOUNDS.points, 'points'),
  ...style,
})
const polygon = z.strictObject({
  shape: z.literal('polygon'),
  points: listOf(point, DRAWING_BOUNDS.points, 'points'),
  ...style,
})
const text = z.strictObject({
  shape: z.literal('text'),
  x: coordinate,
  /** The middle of the line. */
  y: coordinate,
  text: words(TEXT),
  /** Height of the letters' line. */
  size: extent,
  align: z.enum(['left', 'center', 'right']).optional(),
  bold: z.boolean().optional(),
  ...style,
})
const base64 = z
  .string()
  .max(DRAWING_BOUNDS.picture)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'expected base64')
/** Stretched into its box; `draw.png` and `draw.pixels` make one. */
const picture = z
  .strictObject({
    shape: z.literal('picture'),
    ...box,
    /** Pixels of the picture itself. */
    columns: z.int().min(1).max(4_096),
    rows: z.int().min(1).max(4_096),
    /** Four bytes for each pixel, row by row, in base64. */
    rgba: base64.optional(),
    /** A PNG in base64. */
    png: base64.optional(),
    ...style,
  })
  .check(({ value, issues }) => {
    const message = pictureProblem(value)
    if (message !== undefined) issues.push({ code: 'custom', message, input: value })
  })

export const shape = z.discriminatedUnion('shape', [rectangle, circle, arc, line, polygon, text, picture])
/** A shape as it is written; those behind lie on those before. */
export type Shape = z.input<typeof shape>

const key = z.strictObject({
  /** As the studio writes keys: 'ArrowLeft', '3', 'Space'. Tab and Escape leave the board. */
  shortcut: z
    .string()
    .regex(/^(Arrow(Left|Right|Up|Down)|Space|Enter|[a-z0-9.,;:+*/=<>-])$/, 'no key of the board'),
  name: words(TEXT),
  /** In the legend beside the board, where keys of the same legend share an entry: 'Move'. The name when absent. */
  legend: words(TEXT).optional(),
  /** Null where it does nothing now; what the action mask forbids does nothing anyway. */
  action: action.nullable(),
})

const row = z.strictObject({
  label: words(TEXT),
  value: z.union([words(TEXT), z.number()]),
  /** 0 to 1, shown as a bar. */
  share: z.number().min(0).max(1).optional(),
})

export const drawing = z.strictObject({
  kind: z.literal('drawing'),
  /** Of the board, in the units of its shapes: x to the right, y down, from the corner above left. */
  width: z.number().min(1e-3).max(FURTHEST),
  height: z.number().min(1e-3).max(FURTHEST),
  /** 'night', as all boards have it, when absent. */
  background: colour.optional(),
  shapes: listOf(shape, DRAWING_BOUNDS.shapes, 'shapes'),
  /** Without any, the game is played by clicks on shapes alone. */
  keys: listOf(key, DRAWING_BOUNDS.keys, 'keys').default([]),
  /** How fast the game goes on by itself while keys are held; null, the default, where it waits for the player. */
  stepsPerSecond: z.number().min(0.1).max(240).nullable().default(null),
  /** What is done while no key is held; null, the default: what was done last. */
  idle: action.nullable().default(null),
  /** Names of the discrete branches of an action, in one word each, for the strip under a replay. */
  branches: listOf(words(TEXT), DRAWING_BOUNDS.branches, 'branches').default([]),
  /** What the board shows, for those who do not see it. */
  describe: words(DRAWING_BOUNDS.describe).default(''),
  /** Beside the board. */
  panel: listOf(row, DRAWING_BOUNDS.panel, 'rows').default([]),
  /** How far a player has come; comparable between boards that started the same. */
  progress: coordinate.default(0),
})

export const drawingEvent = z.strictObject({
  /** What happened, in words: under a replay, and spoken. */
  text: words(TEXT),
  /** A mark on the scrubber: a goal, much at once, or the end. */
  mark: z.enum(['goal', 'big', 'end']).optional(),
})
export const drawingEvents = z.strictObject({ events: listOf(drawingEvent, DRAWING_BOUNDS.events, 'events') })

/** What `scene()` gives. */
export type Drawing = z.input<typeof drawing>
/** What `events()` gives beside it. */
export type DrawingEvent = z.input<typeof drawingEvent>
/** As it goes to a page: colours in one notation, everything there. */
export type CheckedDrawing = z.output<typeof drawing>
export type CheckedShape = z.output<typeof shape>

function pictureProblem({ rgba, png, columns, rows }: z.output<typeof picture>): string | undefined {
  if ((rgba === undefined) === (png === undefined)) return 'a picture has rgba or png, one of them'
  if (rgba !== undefined) {
    const bytes = Math.floor((rgba.replace(/=+$/, '').length * 3) / 4)
    return bytes === 4 * columns * rows ? undefined : `${bytes} bytes are not ${columns} x ${rows} pixels`
  }
  if (png!.length < PNG_HEAD_CHARACTERS) return 'its png is none'
  // The head says how much there is to decode.
  const head = Uint8Array.from(atob(png!.slice(0, PNG_HEAD_CHARACTERS)), (byte) => byte.charCodeAt(0))
  if (PNG_HEAD.some((byte, i) => head[i] !== byte)) return 'its png is none'
  const numbers = new DataView(head.buffer)
  const [width, height] = [numbers.getUint32(16), numbers.getUint32(20)]
  return width === columns && height === rows
    ? undefined
    : `its png has ${width} x ${height} pixels, not ${columns} x ${rows}`
}

/** The one place where a drawing is looked at before a page shows it: everything that comes from a plugin passes here. */
import { readBySchema, type SchemaProblem, schemaSentence } from '../../schema-words.ts'
import type { ActionSpec, EnvironmentSpec } from '../environment.ts'
import { type CheckedDrawing, DRAWING_BOUNDS, type DrawingEvent, drawing, drawingEvents } from './drawing.ts'

type Given = Pick<CheckedDrawing['keys'][number], 'action'>['action'] | undefined

export type Checked =
  | { readonly drawing: CheckedDrawing; readonly events: (DrawingEvent & { kind: 'drawn' })[] }
  /** Which part, and what is wrong with it: 'shapes[3] ("ball").radius must be at least 0; it is -1'. */
  | { readonly problem: string }

/**
 * @param mask  [sum of branches], 1 = allowed now: keys and shapes whose action is forbidden do nothing; null allows all
 */
export function checkDrawing(
  scene: unknown,
  events: readonly unknown[],
  { action }: Pick<EnvironmentSpec, 'action'>,
  mask: readonly number[] | null = null,
): Checked {
  const read = readBySchema(drawing, scene)
  if ('problem' in read) return { problem: sentence(read.problem, scene) }
  const told = readBySchema(drawingEvents, { events })
  if ('problem' in told) return { problem: sentence(told.problem, { events }) }
  const wrong = wrongTotal(read.data) ?? wrongParts(read.data) ?? wrongAction(read.data, action)
  if (wrong !== undefined) return { problem: wrong }
  for (const part of [...read.data.keys, ...read.data.shapes])
    if (part.action != null && !isAllowed(part.action, action, mask)) part.action = null
  return { drawing: read.data, events: told.data.events.map((event) => ({ kind: 'drawn', ...event })) }
}

function sentence(problem: SchemaProblem, scene: unknown): string {
  const [list, index, ...rest] = problem.path
  if (list === undefined) return schemaSentence(unknownKey('it', problem), problem)
  const isPart = index !== undefined && /^\d+$/.test(index)
  const named = (scene as Record<string, { id?: unknown }[]>)[list]?.[Number(index)]?.id
  const name = isPart && typeof named === 'string' ? ` (${JSON.stringify(named.slice(0, 40))})` : ''
  const place = isPart ? `${list}[${index}]${name}` : problem.path.slice(0, 2).join('.')
  const below = isPart ? rest.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`)).join('') : ''
  return schemaSentence(unknownKey(place + below, problem), problem)
}

function unknownKey(place: string, { unknownKey: key }: SchemaProblem): string {
  return key === undefined
    ? place
    : `${place} has a key that is not known, ${JSON.stringify(key.slice(0, 40))}: it`
}

function wrongTotal({ shapes }: CheckedDrawing): string | undefined {
  let [points, pixels] = [0, 0]
  for (const shape of shapes) {
    if ('points' in shape) points += shape.points.length
    if (shape.shape === 'picture') pixels += shape.columns * shape.rows
  }
  const { allPoints, pixels: most } = DRAWING_BOUNDS
  if (points > allPoints) return `all shapes together have at most ${allPoints} points, not ${points}`
  return pixels > most ? `all pictures together have at most ${most} pixels, not ${pixels}` : undefined
}

/** The action of a key or a shape that the environment cannot take. */
function wrongAction(
  { keys, shapes, idle }: CheckedDrawing,
  { continuous, discrete }: ActionSpec,
): string | undefined {
  const fits = (given: Given) =>
    given == null ||
    (given.continuous.length === continuous &&
      given.discrete.length === discrete.length &&
      given.discrete.every((choice, branch) => choice < discrete[branch]!))
  const wanted = `an action here has ${continuous} continuous values and ${discrete.length} choices within their branches`
  if (!fits(idle)) return `idle: ${wanted}`
  for (const [list, parts] of Object.entries({ keys, shapes })) {
    const at = parts.findIndex((part) => !fits(part.action))
    if (at >= 0) return `${list}[${at}].action: ${wanted}`
  }
  return undefined
}

/** What can be there only once, or not without something else. */
function wrongParts({ keys, panel, stepsPerSecond }: CheckedDrawing): string | undefined {
  const key = twice(keys.map(({ shortcut }) => shortcut))
  if (key !== undefined) return `two keys are ${key}`
  const label = twice(panel.map((row) => row.label))
  if (label !== undefined) return `two rows of the panel are called ${JSON.stringify(label)}`
  const idle = stepsPerSecond !== null && keys.length === 0
  return idle ? 'a game with stepsPerSecond needs keys by which it begins' : undefined
}

function twice(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) < i)
}

function isAllowed(
  { discrete }: NonNullable<Given>,
  { discrete: sizes }: ActionSpec,
  mask: readonly number[] | null,
): boolean {
  let from = 0
  return discrete.every((choice, branch) => {
    const allowed = mask === null || mask[from + choice] === 1
    from += sizes[branch]!
    return allowed
  })
}

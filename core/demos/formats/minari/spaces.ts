/** Gymnasium's spaces as Minari writes them: JSON with Python's Infinity, as a text within `metadata.json`. */
import { shapeSize } from '../../../envs/environment.ts'
import type { EnvironmentStamp } from '../../episode.ts'
import { fieldName } from '../parts/named-observations.ts'
import { nested } from '../parts/nested.ts'
import { singleFloatText } from '../parts/number-text.ts'
import type { FileProblems } from '../problems.ts'

export interface Box {
  readonly type: 'Box'
  readonly dtype: string
  readonly shape: readonly number[]
  /** One number per element, or one for all. */
  readonly low: readonly number[]
  readonly high: readonly number[]
}
/** Numbers from `start` on; one of them, or one per entry of `sizes`. */
export interface Choices {
  readonly type: 'Discrete' | 'MultiDiscrete' | 'MultiBinary'
  readonly sizes: readonly number[]
  readonly start: readonly number[]
}
export interface Compound {
  readonly type: 'Dict' | 'Tuple'
  /** Those of a Tuple are called _index_0, _index_1 and so on, as in the file. */
  readonly subspaces: ReadonlyMap<string, Space>
}
export type Space = Box | Choices | Compound

const MOST_NUMBERS = 2 ** 22

/** One observation is a Box, several are a Dict of boxes by name. */
export function observationSpace({ observations }: EnvironmentStamp): Space {
  const boxes = observations.map(
    ({ name, shape }) =>
      [fieldName(name), box(shape, [Number.NEGATIVE_INFINITY], [Number.POSITIVE_INFINITY])] as const,
  )
  const [only] = boxes
  return boxes.length === 1 ? only![1] : { type: 'Dict', subspaces: new Map(boxes) }
}

/** Continuous values are a Box, one branch is Discrete, several are MultiDiscrete; both kinds are a Dict of the two. */
export function actionSpace({ action }: EnvironmentStamp): Space {
  const parts: [string, Space][] = []
  const { ranges, starts } = action.units ?? {}
  if (action.continuous > 0) {
    const bounds = (end: 0 | 1): number[] => ranges?.map((range) => range[end]) ?? [2 * end - 1]
    parts.push(['continuous', box([action.continuous], bounds(0), bounds(1))])
  }
  if (action.discrete.length > 0) {
    const type = action.discrete.length === 1 ? 'Discrete' : 'MultiDiscrete'
    parts.push(['discrete', { type, sizes: action.discrete, start: starts ?? action.discrete.map(() => 0) }])
  }
  const [only] = parts
  return parts.length === 1 ? only![1] : { type: 'Dict', subspaces: new Map(parts) }
}

function box(shape: readonly number[], low: readonly number[], high: readonly number[]): Box {
  return { type: 'Box', dtype: 'float32', shape, low, high }
}

/** As `minari.serialization.serialize_space` writes it. */
export function spaceText(space: Space): string {
  switch (space.type) {
    case 'Box': {
      const { dtype, shape, low, high } = space
      return `{"type": "Box", "dtype": "${dtype}", "shape": ${JSON.stringify(shape)}, "low": ${boundsText(low, shape)}, "high": ${boundsText(high, shape)}}`
    }
    case 'Discrete':
      return JSON.stringify({ type: space.type, dtype: 'int64', start: space.start[0], n: space.sizes[0] })
    case 'MultiDiscrete':
      return JSON.stringify({ type: space.type, dtype: 'int64', nvec: space.sizes, start: space.start })
    case 'MultiBinary':
      return JSON.stringify({ type: space.type, n: space.sizes.length })
    case 'Dict': {
      const parts = [...space.subspaces].map(
        ([name, inner]) => `${JSON.stringify(name)}: ${spaceText(inner)}`,
      )
      return `{"type": "Dict", "subspaces": {${parts.join(', ')}}}`
    }
    case 'Tuple':
      return `{"type": "Tuple", "subspaces": [${[...space.subspaces.values()].map(spaceText).join(', ')}]}`
  }
}

/** @param values  one number per element, or one for all */
function boundsText(values: readonly number[], shape: readonly number[]): string {
  const each = Array.from({ length: shapeSize(shape) }, (_, i) => values[values.length === 1 ? 0 : i]!)
  const text = (part: unknown): string => {
    if (Array.isArray(part)) return `[${part.map(text).join(', ')}]`
    const value = part as number
    return Number.isFinite(value) ? singleFloatText(value) : String(value)
  }
  return text(nested(each, shape))
}

/** @throws DataError when the text is no space that is read here */
export function parseSpace(text: unknown, place: string, problems: FileProblems): Space {
  if (typeof text !== 'string') return problems.refuse(place, 'a Gymnasium space as text', typeof text)
  let value: unknown
  try {
    // 1e999 is what JavaScript reads as infinity.
    value = JSON.parse(text.replaceAll(/\bInfinity\b/g, '1e999').replaceAll(/\bNaN\b/g, 'null'))
  } catch (error) {
    return problems.refuse(place, 'JSON', (error as Error).message, error)
  }
  return spaceOf(value, place, problems, 0)
}

function spaceOf(value: unknown, place: string, problems: FileProblems, level: number): Space {
  if (level > 8) problems.refuse(place, 'spaces nested at most 8 deep', 'more')
  if (typeof value !== 'object' || value === null) return problems.refuse(place, 'a space', typeof value)
  const fields = value as Record<string, unknown>
  const numbers = (name: string): number[] => flatNumbers(fields[name], `${place}, ${name}`, problems)
  const inside = (name: string, inner: unknown): readonly [string, Space] => [
    name,
    spaceOf(inner, `${place}, ${name}`, problems, level + 1),
  ]
  switch (fields.type) {
    case 'Box': {
      const shape = numbers('shape')
      const [low, high] = [numbers('low'), numbers('high')]
      const size = shapeSize(shape)
      for (const [name, bounds] of [
        ['low', low],
        ['high', high],
      ] as const) {
        if (bounds.length !== size && bounds.length !== 1) {
          problems.refuse(`${place}, ${name}`, `${size} numbers`, bounds.length)
        }
      }
      return {
        type: 'Box',
        dtype: String(fields.dtype),
        shape: checkSizes(shape, place, problems),
        low,
        high,
      }
    }
    case 'Discrete':
      return choices('Discrete', numbers('n'), numbers('start'))
    case 'MultiDiscrete': {
      const sizes = numbers('nvec')
      return choices(
        'MultiDiscrete',
        sizes,
        fields.start === undefined ? sizes.map(() => 0) : numbers('start'),
      )
    }
    case 'MultiBinary': {
      const count = shapeSize(checkSizes(numbers('n'), place, problems))
      if (count > MOST_NUMBERS) problems.refuse(`${place}, n`, `at most ${MOST_NUMBERS} numbers`, count)
      return choices('MultiBinary', Array<number>(count).fill(2), Array<number>(count).fill(0))
    }
    case 'Dict':
      return {
        type: 'Dict',
        subspaces: new Map(
          Object.entries(fields.subspaces ?? {}).map(([name, inner]) => inside(name, inner)),
        ),
      }
    case 'Tuple': {
      const inner = Array.isArray(fields.subspaces) ? (fields.subspaces as unknown[]) : []
      return { type: 'Tuple', subspaces: new Map(inner.map((part, i) => inside(`_index_${i}`, part))) }
    }
    default:
      return problems.refuse(
        `${place}, type`,
        'Box, Discrete, MultiDiscrete, MultiBinary, Dict or Tuple',
        String(fields.type),
      )
  }

  function choices(type: Choices['type'], sizes: number[], start: number[]): Choices {
    if (start.length !== sizes.length)
      problems.refuse(`${place}, start`, `${sizes.length} numbers`, start.length)
    if (!start.every(Number.isSafeInteger))
      problems.refuse(`${place}, start`, 'whole numbers', start.join(', '))
    return { type, sizes: checkSizes(sizes, place, problems), start }
  }
}

function checkSizes(sizes: number[], place: string, problems: FileProblems): number[] {
  const whole = sizes.every((size) => Number.isSafeInteger(size) && size > 0)
  if (!whole || shapeSize(sizes) > Number.MAX_SAFE_INTEGER) {
    problems.refuse(place, 'sizes of at least 1', sizes.join(', '))
  }
  return sizes
}

/** A number, or lists of numbers in one another. */
function flatNumbers(value: unknown, place: string, problems: FileProblems): number[] {
  const flat = [value].flat(8)
  if (flat.length > MOST_NUMBERS) problems.refuse(place, `at most ${MOST_NUMBERS} numbers`, flat.length)
  const wrong = flat.find((entry) => typeof entry !== 'number')
  if (wrong !== undefined) problems.refuse(place, 'numbers', typeof wrong)
  return flat as number[]
}

/** How the values of a space's parts lie in the file and in the columns of an episode. */
import { type ActionSpec, type ActionUnits, shapeSize } from '../../../envs/environment.ts'
import { type EnvironmentStamp, stepLayout } from '../../episode.ts'
import type { ReadOptions } from '../format.ts'
import type { FileActions } from '../parts/action-units.ts'
import { isChoice, refuseChoice } from '../parts/choices.ts'
import type { Hdf5Array, Hdf5Group, Hdf5Node } from '../parts/hdf5/tree.ts'
import type { FileColumns } from '../parts/head.ts'
import type { FileProblems } from '../problems.ts'
import type { Box, Choices, Space } from './spaces.ts'

/**
 * How an observed box is taken over: as it is; a picture plane by plane and from 0 to 1, as environments come in from Gymnasium;
 * as one vector.
 */
export type BoxForm = 'same' | 'planes' | 'vector'

/** A box or a choice, with the names of the groups that lead to it. */
export interface Leaf {
  readonly path: readonly string[]
  readonly space: Box | Choices
  readonly form: BoxForm
}

/** What the episodes of a dataset have in common. */
export interface Columns {
  readonly environment: EnvironmentStamp
  /** In the order of the environment's observations. */
  readonly observations: readonly Leaf[]
  readonly actions: readonly Leaf[]
  /** Of the numbers in the file; undefined: they are the same here. */
  readonly units: ActionUnits | undefined
}

/** Where something is read, for messages. */
export interface Place {
  readonly place: string
  readonly problems: FileProblems
  readonly note?: ReadOptions['note']
}

const MOST_LEAVES = 64
/** Of all rows of an episode: one choice of many takes little room in a file, and much as an observation. */
const MOST_CHOICES = 2 ** 25

export function leavesOf(
  space: Space,
  { place, problems }: Place,
  path: readonly string[] = [],
): readonly Leaf[] {
  if (!('subspaces' in space)) return [{ path, space, form: 'same' }]
  const leaves = [...space.subspaces].flatMap(([name, inner]) =>
    leavesOf(inner, { place, problems }, [...path, name]),
  )
  if (leaves.length === 0 || leaves.length > MOST_LEAVES) {
    problems.refuse(place, `1 to ${MOST_LEAVES} parts`, leaves.length)
  }
  return leaves
}

/** Of a choice as `gymnasium.spaces.flatten` has it, with a 1 at what was chosen. */
export function observationShape({ space, form }: Leaf): readonly number[] {
  if (space.type === 'Box') {
    const { shape } = space
    const [height, width, channels] = shape
    if (form === 'planes') return [channels!, height!, width!]
    return form === 'same' ? shape : [shapeSize(shape)]
  }
  return [space.type === 'MultiBinary' ? space.sizes.length : sum(space.sizes)]
}

/** Of an action with these parts. */
export function actionLayout(actions: readonly Leaf[]): Pick<ActionSpec, 'continuous' | 'discrete'> {
  const boxes = actions.map(({ space }) => (space.type === 'Box' ? shapeSize(space.shape) : 0))
  return {
    continuous: sum(boxes),
    discrete: actions.flatMap(({ space }) => (space.type === 'Box' ? [] : space.sizes)),
  }
}

/** The columns that the spaces describe. */
export function readColumns(
  episode: Hdf5Group,
  columns: Columns,
  steps: number,
  at: Place,
): Pick<FileColumns, 'observations' | 'continuous' | 'discrete' | 'rewards'> {
  return {
    observations: readObservations(episode, columns, steps + 1, at),
    ...readActions(episode, columns, steps, at),
    rewards: singles(numbersAt(episode, ['rewards'], steps, 1, at), 'rewards', at),
  }
}

function readObservations(episode: Hdf5Group, columns: Columns, rows: number, at: Place): Float32Array {
  const width = stepLayout(columns.environment).observation
  // All are there before room is made: a damaged file may claim any size.
  const stored = columns.observations.map((leaf) =>
    singles(
      numbersAt(episode, ['observations', ...leaf.path], rows, storedSize(leaf), at),
      'observations',
      at,
    ),
  )
  const choices = sum(columns.observations.map(({ space }) => (space.type === 'Box' ? 0 : sum(space.sizes))))
  if (rows * choices > MOST_CHOICES) {
    at.problems.refuse(`${at.place}, observations`, `at most ${MOST_CHOICES} choices`, rows * choices)
  }
  const observations = new Float32Array(rows * width)
  let offset = 0
  for (const [i, leaf] of columns.observations.entries()) {
    const { space } = leaf
    const size = storedSize(leaf)
    const values = stored[i]!
    for (let row = 0; row < rows; row++) {
      const own = values.subarray(row * size, (row + 1) * size)
      const start = row * width + offset
      if (space.type === 'Box' && leaf.form === 'planes') {
        observations.set(planes(space, own), start)
      } else if (space.type === 'Box') observations.set(own, start)
      else {
        checkChoices(leaf, space, own, `observation ${row}`, at)
        if (space.type === 'MultiBinary') observations.set(own, start)
        else markChoices(space, own, observations, start)
      }
    }
    offset += shapeSize(observationShape(leaf))
  }
  return observations
}

/** [H, W, C] as [C, H, W]; bytes as shares of full brightness. */
function planes({ shape, dtype }: Box, picture: Float32Array): Float32Array {
  const channels = shape[2]!
  const pixels = picture.length / channels
  const full = dtype === 'uint8' ? 255 : 1
  return Float32Array.from(
    picture,
    (_, i) => picture[(i % pixels) * channels + Math.floor(i / pixels)]! / full,
  )
}

function markChoices(space: Choices, values: Float32Array, out: Float32Array, start: number): void {
  let at = start
  for (const [i, size] of space.sizes.entries()) {
    out[at + values[i]! - space.start[i]!] = 1
    at += size
  }
}

/** @throws DataError when one of the values of a row is not in the space */
function checkChoices(
  { path }: Leaf,
  space: Choices,
  values: Hdf5Array,
  row: string,
  { place, problems }: Place,
): void {
  for (const [i, size] of space.sizes.entries()) {
    if (isChoice(Number(values[i]) - space.start[i]!, size)) continue
    refuseChoice(String(values[i]), i, space, [place, row, ...path].join(', '), problems)
  }
}

function readActions(episode: Hdf5Group, columns: Columns, steps: number, at: Place): FileActions {
  const layout = stepLayout(columns.environment)
  const stored = columns.actions.map((leaf) =>
    numbersAt(episode, ['actions', ...leaf.path], steps, storedSize(leaf), at),
  )
  const continuous = new Float32Array(steps * layout.continuous)
  const discrete = new Float64Array(steps * layout.branches)
  const offset = { continuous: 0, discrete: 0 }
  for (const [part, leaf] of columns.actions.entries()) {
    const size = storedSize(leaf)
    const isBox = leaf.space.type === 'Box'
    const [into, width, first] = isBox
      ? [continuous, layout.continuous, offset.continuous]
      : [discrete, layout.branches, offset.discrete]
    for (let i = 0; i < steps * size; i++) {
      into[Math.floor(i / size) * width + first + (i % size)] = Number(stored[part]![i])
    }
    offset[isBox ? 'continuous' : 'discrete'] += size
  }
  return { continuous, discrete }
}

/** Bounds beyond this, such as the greatest float, mean that there is none. */
const FAR = 1e30

/**
 * What the numbers of these actions are. A bound that is not there is supposed as `action_bounds` of
 * core/remote/gym/understudy_spaces.py does, so that the dataset and its environment agree.
 * @param otherwise  for values that lack a bound, which is noted where nobody knows better
 */
export function declaredUnits(
  actions: readonly Leaf[],
  otherwise: ActionUnits | undefined,
  note: ReadOptions['note'],
): ActionUnits {
  const declared = actions.flatMap(({ space }) =>
    space.type === 'Box' ? Array.from({ length: shapeSize(space.shape) }, (_, i) => rangeOf(space, i)) : [],
  )
  const isDeclared = (range: Range): boolean => range.every((bound) => Math.abs(bound) < FAR)
  if (otherwise === undefined && !declared.every(isDeclared)) {
    const open = new Set(
      declared.filter((range) => !isDeclared(range)).map((range) => supposed(range).join(' to ')),
    )
    note?.(
      `some actions are unbounded on one side or both; they are read as going from ${[...open].join(' or ')}`,
    )
  }
  return {
    ranges: declared.map((range, i) =>
      isDeclared(range) ? range : (otherwise?.ranges[i] ?? supposed(range)),
    ),
    starts: actions.flatMap(({ space }) => (space.type === 'Box' ? [] : space.start)),
  }
}

type Range = ActionUnits['ranges'][number]

/** A bound that is there is kept; without one the values go to -1 or 1, or to 1 beyond the other bound. */
function supposed([least, most]: Range): Range {
  const [hasLeast, hasMost] = [Math.abs(least) < FAR, Math.abs(most) < FAR]
  return [
    hasLeast ? least : hasMost ? Math.min(-1, most - 1) : -1,
    hasMost ? most : hasLeast ? Math.max(1, least + 1) : 1,
  ]
}

function rangeOf({ low, high }: Box, element: number): Range {
  return [low[low.length === 1 ? 0 : element]!, high[high.length === 1 ? 0 : element]!]
}

/**
 * The masks of the steps, from one info of all branches one behind the other, [N+1, M]. Left out with a note when it has
 * another shape or forbids what was done.
 */
export function readMasks(
  episode: Hdf5Group,
  columns: Columns,
  steps: number,
  { discrete }: FileActions,
  at: Place,
): { masks?: Uint8Array } {
  const node = nodeAt(episode, ['infos', 'action_mask'])
  if (node === undefined) return {}
  const { mask, branches } = stepLayout(columns.environment)
  if (node.kind === 'dataset' && !isTexts(node.data) && node.data.length === (steps + 1) * mask && mask > 0) {
    const masks = Uint8Array.from(node.data.subarray(0, steps * mask) as Int8Array, (value) =>
      Number(value) === 0 ? 0 : 1,
    )
    const places = columns.environment.action.discrete.map(
      (_, branch, sizes) => sum(sizes.slice(0, branch)) - (columns.units?.starts[branch] ?? 0),
    )
    const isAllowed = Array.from(discrete).every((choice, i) => {
      const step = Math.floor(i / branches)
      return masks[step * mask + places[i % branches]! + choice] === 1
    })
    if (isAllowed) return { masks }
  }
  at.note?.('the action masks do not fit the actions and were left out')
  return {}
}

/** What lies at a path within a group. */
export function nodeAt(start: Hdf5Group, path: readonly string[]): Hdf5Node | undefined {
  let node: Hdf5Node | undefined = start
  for (const name of path) node = node?.kind === 'group' ? node.children.get(name) : undefined
  return node
}

/** The numbers of the dataset at a path, `rows` rows of `width`. */
export function numbersAt(
  episode: Hdf5Group,
  path: readonly string[],
  rows: number,
  width: number,
  { place, problems }: Place,
): Hdf5Array {
  const node = nodeAt(episode, path)
  const inside = `${place}, ${path.join('/')}`
  const expected = `${rows} rows of ${width} numbers`
  if (node?.kind !== 'dataset') {
    return problems.refuse(inside, expected, node?.kind === 'other' ? node.what : (node?.kind ?? 'nothing'))
  }
  const { data, shape } = node
  if (isTexts(data)) return problems.refuse(inside, expected, 'texts')
  if (shape[0] !== rows || data.length !== rows * width) {
    problems.refuse(inside, expected, `[${shape.join(', ')}]`)
  }
  return data
}

export function isTexts(data: Hdf5Array | readonly string[]): data is readonly string[] {
  return Array.isArray(data)
}

/** Numbers of a leaf per row in the file. */
function storedSize({ space }: Leaf): number {
  return space.type === 'Box' ? shapeSize(space.shape) : space.sizes.length
}

function singles(values: Hdf5Array, what: string, { note }: Place): Float32Array {
  if (values instanceof Float32Array) return values
  const rounded = Float32Array.from(values as Float64Array, Number)
  if (rounded.some((value, i) => value !== Number(values[i]))) {
    note?.(`${what} were rounded to single precision`)
  }
  return rounded
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

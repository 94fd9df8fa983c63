/** Which columns here belong to the spaces of a dataset that was made elsewhere. */
import { environmentIds, makeEnvironment, shapeSize } from '../../../envs/index.ts'
import type { EnvironmentStamp } from '../../episode.ts'
import { actionStamp, environmentStamp, layoutMismatch } from '../../stamp.ts'
import type { ReadOptions } from '../format.ts'
import { noteSupposed } from '../parts/foreign.ts'
import { isGymnasium, type Played, playedOf } from '../parts/gymnasium.ts'
import { fieldName } from '../parts/named-observations.ts'
import {
  actionLayout,
  type BoxForm,
  type Columns,
  declaredUnits,
  type Leaf,
  leavesOf,
  observationShape,
  type Place,
} from './columns.ts'
import type { Metadata } from './metadata.ts'
import { parseSpace } from './spaces.ts'

/** Before the name of a dataset that does not say what was played. */
const UNSAID = 'minari:'
/** Of an action: its space may claim any number of them in a few bytes. */
const MOST_VALUES = 2 ** 16
/** What Gymnasium has no name for: the one observation of an environment. */
const UNNAMED = 'observation'

/**
 * An environment that was named, or that is known here, gives the names and the order of the observations.
 * @throws DataError when the spaces are not that environment's
 */
export function foreignColumns(metadata: Metadata, options: ReadOptions, at: Place): Columns {
  const { problems, note } = at
  const [seen, actions] = (['observation_space', 'action_space'] as const).map((place) =>
    leavesOf(parseSpace(metadata[place], place, problems), { place, problems }),
  ) as [readonly Leaf[], readonly Leaf[]]
  const observed = seen.filter((leaf) => seen.length === 1 || shapeSize(observationShape(leaf)) > 0)
  for (const leaf of seen) {
    if (!observed.includes(leaf)) note?.(`observation ${nameOf(leaf)} has no numbers and is left out`)
  }
  for (const { space } of actions) {
    if (space.type !== 'Box' || /^float\d+$/.test(space.dtype)) continue
    problems.refuse('action_space', 'actions that are floats or choices', `a Box of ${space.dtype}`)
  }
  const { continuous } = actionLayout(actions)
  if (continuous > MOST_VALUES) {
    problems.refuse('action_space', `at most ${MOST_VALUES} continuous values`, continuous)
  }
  const played = playedIn(metadata)
  // The same environment of Gymnasium may be made by several ids: with a module in front, or by a wrapper of somebody's own.
  const given = isGymnasium(played) || isUnnamed(played) ? options.environment : undefined
  if (given !== undefined && given.id !== played.id && isGymnasium(played)) {
    note?.(`the file says ${played.id}; it is read as ${given.id}, as requested`)
  } else if (given !== undefined && isUnnamed(played)) noteSupposed(given, options)
  const known = given ?? knownEnvironment(played.id)
  const observations = (known === undefined ? observed : inOrderOf(known, observed)).map((leaf, i) =>
    inForm(leaf, known?.observations[i]?.shape, given?.id ?? played.id),
  )
  const units = declaredUnits(actions, known?.action.units, note)
  const environment: EnvironmentStamp = {
    ...(given ?? played),
    observations: observations.map((leaf, i) => ({
      name: known?.observations.length === observations.length ? known.observations[i]!.name : nameOf(leaf),
      shape: observationShape(leaf),
    })),
    action: actionStamp({
      ...actionLayout(actions),
      units: known === undefined ? units : known.action.units,
    }),
  }
  const mismatch = known === undefined ? undefined : layoutMismatch(environment, known)
  if (mismatch !== undefined) {
    problems.refuse(`${mismatch.what} of ${environment.id}`, mismatch.expected, mismatch.found)
  }
  return { environment, observations, actions, units }
}

/** In the form that gives an observation the shape that its environment here has, where that is known. */
function inForm(leaf: Leaf, shape: readonly number[] | undefined, id: string): Leaf {
  const rank = leaf.space.type === 'Box' ? leaf.space.shape.length : 1
  const usual: BoxForm = rank === 3 ? 'planes' : rank === 1 || rank === 2 ? 'same' : 'vector'
  if (shape === undefined) return { ...leaf, form: usual }
  const forms: BoxForm[] = rank === 3 ? ['same', 'planes', 'vector'] : ['same', 'vector']
  // A picture as wide as it has channels fits either way.
  if (rank === 3 && isGymnasium({ id })) forms.reverse()
  const fitting = forms.find((form) => String(observationShape({ ...leaf, form })) === String(shape))
  return { ...leaf, form: fitting ?? 'same' }
}

function playedIn({ env_spec, dataset_id }: Metadata): Played {
  let specification: unknown
  try {
    specification = JSON.parse(env_spec ?? 'null')
  } catch {
    // Minari itself reads such a dataset as one that does not say.
  }
  return playedOf(specification) ?? { id: `${UNSAID}${dataset_id ?? 'unnamed'}`, version: 0, parameters: {} }
}

function isUnnamed({ id }: Played): boolean {
  return id.startsWith(UNSAID)
}

function knownEnvironment(id: string): EnvironmentStamp | undefined {
  return environmentIds().includes(id) ? environmentStamp(makeEnvironment(id).spec) : undefined
}

/** Gymnasium sorts the parts of a Dict by their names. */
function inOrderOf({ observations }: EnvironmentStamp, leaves: readonly Leaf[]): readonly Leaf[] {
  if (observations.length === 1) return leaves
  const ordered = observations.map(({ name }) =>
    leaves.find(({ path }) => path.join('/') === fieldName(name)),
  )
  return ordered.every((leaf) => leaf !== undefined) && ordered.length === leaves.length ? ordered : leaves
}

function nameOf({ path }: Leaf): string {
  return path.length === 0 ? UNNAMED : path.map((part) => part.replace(/^_index_/, '')).join('/')
}

/** The part of the environment check that needs no playing: whether the spec makes sense. */
import { type EnvironmentSpec, wrongUnits } from './environment.ts'

/** Ends the check with a UserError. */
export type Refuse = (problem: string, remedy?: string) => never

export function checkSpec(spec: EnvironmentSpec, refuse: Refuse): void {
  const { observations, action } = spec
  if (spec.id === '') refuse('spec.id is empty')
  if (!Number.isInteger(spec.version) || spec.version < 1)
    refuse(`spec.version ${spec.version} is not 1 or more`)
  if (observations.length === 0) refuse('the spec declares no observation')
  observations.forEach(({ name, shape, range }, index) => {
    if (observations.findIndex((other) => other.name === name) !== index)
      refuse(`two observations are named "${name}"`)
    const sensible =
      shape.length >= 1 && shape.length <= 3 && shape.every((size) => Number.isInteger(size) && size > 0)
    if (!sensible) refuse(`observation "${name}" has the shape [${shape}]`, 'give 1 to 3 sizes of at least 1')
    if (range !== undefined && !(Number.isFinite(range[1] - range[0]) && range[0] < range[1]))
      refuse(`observation "${name}" has the range [${range}]`, 'give the least and the largest value')
  })
  if (action.continuous === 0 && action.discrete.length === 0) refuse('the spec declares no action')
  if (!Number.isInteger(action.continuous) || action.continuous < 0) {
    refuse(`action.continuous is ${action.continuous}, not a number of values`)
  }
  action.discrete.forEach((size, branch) => {
    if (!Number.isInteger(size) || size < 1) refuse(`discrete branch ${branch} has the size ${size}`)
  })
  for (const name of ['maxEpisodeSteps', 'patience'] as const) {
    const limit = spec[name]
    if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) refuse(`spec.${name} is ${limit}`)
  }
  const units = wrongUnits(action)
  if (units !== undefined) refuse(`action.units are not ${units}`)
  if (action.aligned !== undefined) checkAligned(spec, action.aligned, refuse)
}

function checkAligned(
  spec: EnvironmentSpec,
  aligned: NonNullable<EnvironmentSpec['action']['aligned']>,
  refuse: Refuse,
): void {
  const size = spec.action.discrete[aligned.branch]
  if (size === undefined) refuse(`action.aligned names branch ${aligned.branch}, which does not exist`)
  const entities = spec.observations.find(({ name }) => name === aligned.observation)
  if (entities === undefined) {
    refuse(`action.aligned names the observation "${aligned.observation}", which does not exist`)
  }
  if (entities.shape.length === 2 && entities.shape[0] === size) return
  refuse(
    `branch ${aligned.branch} has ${size} choices but observation "${entities.name}" has the shape [${entities.shape}]`,
    'an aligned branch chooses among the rows of an observation of shape [rows, features]',
  )
}

/** Tries an environment against the contract, so that a broken one is refused with a sentence before anyone trains on it. */
import { UserError } from '../errors.ts'
import { Random } from '../random.ts'
import { checkSpec, type Refuse } from './checker-spec.ts'
import { checkDrawing } from './drawing/check.ts'
import {
  type Action,
  type Environment,
  type EnvironmentSpec,
  emptyAction,
  observationSize,
  type StepResult,
  shapeSize,
} from './environment.ts'

const SEEDS = [1, 2, 3]
/** Steps tried per seed; an episode that goes on longer is left there. */
const STEPS = 500
/** Scenes looked at per seed, since drawing one may take longer than a step. */
const SCENES = 100
/** Numbers behind the end of a buffer that must not be touched. */
const MARGIN = 4
const UNTOUCHED = 12345

/**
 * Plays a few episodes with random actions and compares what happens with what `spec` and the contract promise.
 * @param options.scenes  false where nobody is going to look: drawing may need a display, or another process
 * @throws UserError that names the first promise that is broken
 */
export function checkEnvironment(
  environment: Environment,
  { scenes = true }: { readonly scenes?: boolean } = {},
): void {
  checkSpec(environment.spec, refuser(environment))
  for (const seed of SEEDS) {
    const actions = checkEpisode(environment, seed, scenes ? SCENES : 0)
    if (environment.spec.reproducible === false) continue
    checkSame(environment, seed, actions)
    checkSnapshot(environment, seed, actions)
  }
  checkActionRange(environment)
}

function refuser(environment: Environment): Refuse {
  return (problem, remedy) => {
    throw new UserError(
      `environment ${environment.spec.id}: ${problem}`,
      remedy === undefined ? {} : { remedy },
    )
  }
}

/** Plays one episode and looks at everything it gives, and at so many scenes. @returns the actions taken */
function checkEpisode(environment: Environment, seed: number, scenes: number): Action[] {
  const refuse = refuser(environment)
  const { spec } = environment
  const observe = observer(environment)
  const random = new Random(seed)
  const actions: Action[] = []

  observe('reset', (observation) => environment.reset(seed, observation))
  const checkScene = (nth: number): void => {
    if (nth >= scenes) return
    const scene = environment.scene()
    checkPlain(scene, 'scene()', refuse)
    if ((scene as { kind?: unknown } | null)?.kind !== 'drawing') return
    const drawn = checkDrawing(scene, environment.events(), spec)
    if ('problem' in drawn) refuse(`its drawing cannot be shown: ${drawn.problem}`)
  }
  checkScene(0)
  if (environment.events().length > 0) refuse('events() is not empty after reset')
  // What cannot be repeated is played in a process of its own, where a step may take a while.
  const toItsEnd = spec.maxEpisodeSteps !== undefined && spec.reproducible !== false
  const limit = toItsEnd ? spec.maxEpisodeSteps! : STEPS
  while (actions.length < limit) {
    const action = randomAction(environment, random, refuse)
    let result: StepResult | undefined
    observe('step', (observation) => {
      result = environment.step(action, observation)
    })
    const { reward, terminated, truncated } = result!
    actions.push(action)
    if (!Number.isFinite(Math.fround(reward)))
      refuse(`the reward of step ${actions.length} is ${reward}, not a finite number of 32 bits`)
    if (terminated && truncated) {
      refuse(
        'a step is both terminated and truncated',
        'terminated means that the rules ended the episode, truncated that a limit did; set truncated = !terminated && ...',
      )
    }
    checkScene(actions.length)
    checkPlain(environment.events(), 'events()', refuse)
    if (!terminated && !truncated) continue
    if (![true, false, null].includes(environment.succeeded))
      refuse(
        `succeeded is ${environment.succeeded} after an episode`,
        'give true or false, or null where nobody can tell',
      )
    if (!throws(() => environment.step(action, null))) {
      refuse('step() goes on after the episode has ended', 'throw an error until reset() is called')
    }
    return actions
  }
  if (toItsEnd) {
    refuse(`the episode goes on after the ${limit} steps of spec.maxEpisodeSteps`, 'truncate it there')
  }
  return actions
}

/** Plays the same seed and actions twice more, once without observations. */
function checkSame(environment: Environment, seed: number, actions: readonly Action[]): void {
  const refuse = refuser(environment)
  const first = record(environment, actions, () => environment.reset(seed, null))
  const second = record(environment, actions, () => environment.reset(seed, null))
  const difference = firstDifference(first, second)
  if (difference !== undefined) {
    refuse(
      `seed ${seed} and the same actions give another ${difference} the second time`,
      'draw every random number from a generator that reset(seed) seeds',
    )
  }
  const unseen = firstDifference(
    record(environment, actions, () => environment.reset(seed, null), false),
    first,
  )
  if (unseen !== undefined) refuse(`another ${unseen} when no observation is asked for`)
}

/** Goes back to the middle of the episode, after having been elsewhere, and plays the rest again. */
function checkSnapshot(environment: Environment, seed: number, actions: readonly Action[]): void {
  const refuse = refuser(environment)
  const middle = actions.length >> 1
  environment.reset(seed, null)
  for (const action of actions.slice(0, middle)) environment.step(action, null)
  const snapshot = environment.snapshot()
  const rest = actions.slice(middle)
  const first = record(environment, rest, () => undefined)
  environment.reset(seed + 1, null)
  const second = record(environment, rest, () => environment.restore(snapshot))
  const difference = firstDifference(first, second)
  if (difference !== undefined) {
    refuse(
      `after restore() the same actions give another ${difference}`,
      'put the whole state into snapshot(), the random generator included',
    )
  }
}

/** Every action just outside the spec must be refused by `step`. */
function checkActionRange(environment: Environment): void {
  const refuse = refuser(environment)
  const { action: layout } = environment.spec
  const tryAction = (what: string, change: (action: Action) => void): void => {
    environment.reset(SEEDS[0]!, null)
    const action = emptyAction(environment.spec)
    change(action)
    if (![true, false, null].includes(environment.succeeded))
      refuse(
        `succeeded is ${environment.succeeded} after an episode`,
        'give true or false, or null where nobody can tell',
      )
    if (!throws(() => environment.step(action, null))) {
      refuse(`step() accepts ${what}, which is outside the action space`, 'throw an error')
    }
  }
  layout.discrete.forEach((size, branch) => {
    for (const index of [-1, size]) {
      tryAction(`${index} in branch ${branch}`, (action) => {
        action.discrete[branch] = index
      })
    }
  })
  for (let i = 0; i < layout.continuous; i++) {
    for (const value of [1.5, Number.NaN]) {
      tryAction(`${value} as continuous value ${i}`, (action) => {
        action.continuous[i] = value
      })
    }
  }
}

/** Runs `write` on a buffer and checks that exactly the declared numbers were written, all of them finite. */
function observer(
  environment: Environment,
): (what: string, write: (observation: Float32Array) => void) => void {
  const refuse = refuser(environment)
  const size = observationSize(environment.spec)
  const buffer = new Float32Array(size + MARGIN)
  return (what, write) => {
    buffer.fill(Number.NaN, 0, size).fill(UNTOUCHED, size)
    write(buffer)
    const wrong = buffer.subarray(0, size).findIndex((value) => !Number.isFinite(value))
    if (wrong >= 0) {
      refuse(
        `${what}() leaves observation value ${wrong} of ${size} not written or not finite (${buffer[wrong]})`,
        'write every value of every observation of the spec, in its order',
      )
    }
    checkRanges(environment.spec, buffer, what, refuse)
    if (buffer.subarray(size).some((value) => value !== UNTOUCHED)) {
      refuse(`${what}() writes more than the ${size} observation values that the spec declares`)
    }
  }
}

function checkRanges(spec: EnvironmentSpec, values: Float32Array, what: string, refuse: Refuse): void {
  let offset = 0
  for (const { name, shape, range } of spec.observations) {
    const end = offset + shapeSize(shape)
    for (; range !== undefined && offset < end; offset++) {
      const value = values[offset]!
      if (value >= range[0] && value <= range[1]) continue
      refuse(`${what}() gives ${value} in observation "${name}", whose range is ${range[0]} to ${range[1]}`)
    }
    offset = end
  }
}

function randomAction(environment: Environment, random: Random, refuse: Refuse): Action {
  const { spec } = environment
  const action = emptyAction(spec)
  for (let i = 0; i < action.continuous.length; i++) action.continuous[i] = 2 * random.uniform() - 1
  const total = spec.action.discrete.reduce((sum, size) => sum + size, 0)
  const mask = new Uint8Array(total + MARGIN).fill(1)
  if (environment.writeActionMask !== undefined) {
    mask.fill(0xff)
    environment.writeActionMask(mask)
    if (mask.subarray(0, total).some((allowed) => allowed > 1)) {
      refuse(`writeActionMask() does not write a 0 or 1 for each of the ${total} discrete actions`)
    }
    if (mask.subarray(total).some((value) => value !== 0xff)) {
      refuse(`writeActionMask() writes more than the ${total} values of the discrete branches`)
    }
  }
  let offset = 0
  spec.action.discrete.forEach((size, branch) => {
    const allowed = Array.from({ length: size }, (_, index) => index).filter(
      (index) => mask[offset + index] === 1,
    )
    if (allowed.length === 0) refuse(`writeActionMask() allows nothing in branch ${branch}`)
    action.discrete[branch] = allowed[random.below(allowed.length)]!
    offset += size
  })
  return action
}

interface Moment {
  readonly observation: Float32Array
  readonly reward: number
  readonly end: string
}

/** Plays the actions, or as many as the episode lasts. */
function record(
  environment: Environment,
  actions: readonly Action[],
  begin: () => void,
  observed = true,
): Moment[] {
  const moments: Moment[] = []
  begin()
  for (const action of actions) {
    const observation = new Float32Array(observed ? observationSize(environment.spec) : 0)
    const { reward, terminated, truncated } = environment.step(action, observed ? observation : null)
    moments.push({ observation, reward, end: `${terminated} ${truncated} ${environment.succeeded}` })
    if (terminated || truncated) break
  }
  return moments
}

/** An episode that ends early shows as another outcome of its last step. */
function firstDifference(first: readonly Moment[], second: readonly Moment[]): string | undefined {
  for (let step = 0; step < Math.min(first.length, second.length); step++) {
    const a = first[step]!
    const b = second[step]!
    if (!a.observation.every((value, i) => Object.is(value, b.observation[i])))
      return `observation at step ${step + 1}`
    if (!Object.is(a.reward, b.reward)) return `reward at step ${step + 1}`
    if (a.end !== b.end) return `outcome at step ${step + 1}`
  }
  return undefined
}

/** Null, booleans, finite numbers, strings, and arrays and plain objects of these. */
function checkPlain(value: unknown, place: string, refuse: Refuse): void {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (Array.isArray(value)) {
    value.forEach((part, index) => {
      checkPlain(part, `${place}[${index}]`, refuse)
    })
    return
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [name, part] of Object.entries(value)) checkPlain(part, `${place}.${name}`, refuse)
    return
  }
  const what = typeof value === 'object' ? value.constructor.name : String(value)
  refuse(
    `${place} is ${what}, which is not plain data`,
    'use null, booleans, finite numbers, strings, arrays, objects',
  )
}

function throws(work: () => unknown): boolean {
  try {
    work()
    return false
  } catch {
    return true
  }
}

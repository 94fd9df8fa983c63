/** Steps of cart-pole and pendulum from given states, for tests that compare them with Gymnasium's. */
import { type Action, emptyAction, makeEnvironment, scriptedPlayer } from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'

export interface Case {
  readonly state: readonly number[]
  /** As Gymnasium has it: the index of a choice, or torques. */
  readonly action: number | readonly number[]
}

export interface After {
  readonly state: readonly number[]
  readonly observation: readonly number[]
  readonly reward: number
  readonly terminated: boolean
}

export type ClassicId = 'cart-pole' | 'pendulum'

export const GYMNASIUM: Readonly<Record<ClassicId, string>> = {
  'cart-pole': 'CartPole-v1',
  pendulum: 'Pendulum-v1',
}

/** How many numbers lie behind the eight bytes that every snapshot begins with. */
const NUMBERS = { 'cart-pole': 4, pendulum: 2 } as const
const MAX_TORQUE = 2

export function readState(id: ClassicId, snapshot: Uint8Array): number[] {
  const view = new DataView(snapshot.buffer, snapshot.byteOffset)
  return Array.from({ length: NUMBERS[id] }, (_, i) => view.getFloat64(8 * (i + 1), true))
}

function withState(snapshot: Uint8Array, state: readonly number[]): Uint8Array {
  const changed = snapshot.slice()
  const view = new DataView(changed.buffer)
  for (const [i, value] of state.entries()) view.setFloat64(8 * (i + 1), value, true)
  return changed
}

/** What the environment gives from each of the states. */
export function afterEach(id: ClassicId, cases: readonly Case[]): After[] {
  const environment = makeEnvironment(id)
  environment.reset(0, null)
  const start = environment.snapshot()
  const observation = new Float32Array(environment.spec.observations[0]!.shape[0]!)
  return cases.map(({ state, action }) => {
    environment.restore(withState(start, state))
    const { reward, terminated } = environment.step(given(id, action), observation)
    return {
      state: readState(id, environment.snapshot()),
      observation: [...observation],
      reward,
      terminated,
    }
  })
}

function given(id: ClassicId, action: Case['action']): Action {
  const made = emptyAction(makeEnvironment(id).spec)
  if (typeof action === 'number') made.discrete[0] = action
  else made.continuous[0] = action[0]! / MAX_TORQUE
  return made
}

/** States that are met, with what was done there: in turns by the scripted player and at random, which soon loses the pole. */
export async function playedCases(id: ClassicId, count: number): Promise<Case[]> {
  const environment = makeEnvironment(id)
  const { spec } = environment
  const player = scriptedPlayer(spec)!
  const [random, action] = [new Random(7), emptyAction(spec)]
  const observation = new Float32Array(spec.observations[0]!.shape[0]!)
  const cases: Case[] = []
  for (let seed = 0, ended = true; cases.length < count; ) {
    if (ended) environment.reset(seed++, observation)
    await player.act(environment, observation, action)
    if (seed % 2 === 0) {
      action.discrete.fill(random.below(2))
      action.continuous.fill(2 * random.uniform() - 1)
    }
    const state = readState(id, environment.snapshot())
    const [torque] = action.continuous
    cases.push({ state, action: torque === undefined ? action.discrete[0]! : [torque * MAX_TORQUE] })
    const { terminated, truncated } = environment.step(action, observation)
    ended = terminated || truncated
  }
  return cases
}

/** Plays a recorded episode again from its seed and actions, and checks that it comes out the same. */
import { type Environment, emptyAction, observationSize, type StepResult } from '../envs/environment.ts'
import { makeEnvironment } from '../envs/registry.ts'
import { UserError } from '../errors.ts'
import { type Episode, episodeLength } from './episode.ts'
import { stampMismatch } from './stamp.ts'

/** Where the replay first differs from the recording. */
export interface Divergence {
  /** Steps taken until then; 0 is the state after reset. */
  readonly step: number
  readonly what: 'observation' | 'reward' | 'end'
  /** Index in the observation where that is what differs, else 0. */
  readonly index: number
  readonly recorded: number
  readonly replayed: number
}

export interface ReplayMoment {
  /** Steps taken so far; 0 right after reset. */
  readonly step: number
  readonly environment: Environment
  /** [O], valid until the next moment. */
  readonly observation: Float32Array
  /** The step that led here; null right after reset. */
  readonly result: StepResult | null
}

/**
 * The environment that the episode was played in.
 * @throws UserError when that environment is unknown, has changed since, or plays nothing twice
 */
export function environmentOf(episode: Pick<Episode, 'environment'>): Environment {
  const environment = makeEnvironment(episode.environment.id, episode.environment.parameters)
  const mismatch = stampMismatch(episode.environment, environment.spec)
  if (mismatch !== undefined) {
    throw new UserError(`this episode ${mismatch}`, {
      remedy: 'its data can still be used, but it can be replayed only by the version that recorded it',
    })
  }
  if (environment.spec.reproducible === false) {
    environment.close?.()
    throw new UserError(`episodes of ${environment.spec.id} cannot be replayed`, {
      remedy: 'the same actions can have another outcome in this game; its data can still be used',
    })
  }
  return environment
}

/**
 * Every moment of the episode, N+1 of them; stops early when the environment ends the episode sooner. Where nobody knows the
 * seed, 0 is tried: in an environment that makes no use of it the episode comes out the same.
 */
export function* replayEpisode(
  episode: Episode,
  environment = environmentOf(episode),
): Generator<ReplayMoment> {
  const { spec } = environment
  const observation = new Float32Array(observationSize(spec))
  const action = emptyAction(spec)
  const C = action.continuous.length
  const D = action.discrete.length
  environment.reset(episode.seed ?? 0, observation)
  yield { step: 0, environment, observation, result: null }
  for (let i = 0; i < episodeLength(episode); i++) {
    action.continuous.set(episode.continuous.subarray(i * C, (i + 1) * C))
    action.discrete.set(episode.discrete.subarray(i * D, (i + 1) * D))
    const result = environment.step(action, observation)
    yield { step: i + 1, environment, observation, result }
    if (result.terminated || result.truncated) return
  }
}

/**
 * Compares observations and rewards bit for bit, and where the episode ends. Of an episode whose seed nobody knows a difference
 * says nothing.
 * @param environment  is closed
 * @returns the first difference, undefined when there is none
 * @throws UserError as `environmentOf`
 */
export function findDivergence(
  episode: Episode,
  environment = environmentOf(episode),
): Divergence | undefined {
  try {
    return divergenceIn(episode, environment)
  } finally {
    environment.close?.()
  }
}

function divergenceIn(episode: Episode, environment: Environment): Divergence | undefined {
  const steps = episodeLength(episode)
  let last: ReplayMoment | undefined
  for (const moment of replayEpisode(episode, environment)) {
    const { step, observation, result } = moment
    const offset = step * observation.length
    for (let i = 0; i < observation.length; i++) {
      const recorded = episode.observations[offset + i]!
      if (!Object.is(recorded, observation[i])) {
        return { step, what: 'observation', index: i, recorded, replayed: observation[i]! }
      }
    }
    if (result !== null && !Object.is(episode.rewards[step - 1], Math.fround(result.reward))) {
      const recorded = episode.rewards[step - 1]!
      return { step, what: 'reward', index: 0, recorded, replayed: Math.fround(result.reward) }
    }
    last = moment
  }
  const played = last?.step ?? 0
  const ended = last?.result?.terminated ?? false
  if (played < steps || ended !== episode.terminated) {
    return { step: played, what: 'end', index: 0, recorded: steps, replayed: played }
  }
  return undefined
}

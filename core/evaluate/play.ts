/** A player plays whole episodes; what is kept is the score, or every frame for watching. */
import { isDeepStrictEqual } from 'node:util'
import {
  type Action,
  type Environment,
  emptyAction,
  observationSize,
  type Player,
  viewOf,
} from '../envs/index.ts'
import { endOfStep, episodeLimit } from '../rollout/episodes.ts'
import { episodeScore } from '../rollout/score.ts'
import { Turns } from '../turns.ts'

export interface EpisodeScore {
  readonly seed: number
  readonly steps: number
  /** Sum of rewards. */
  readonly return: number
  /** What the environment counts: steps or return. */
  readonly score: number
  /** Null where nobody says. */
  readonly success: boolean | null
  readonly terminated: boolean
  readonly truncated: boolean
  /** Whether it had not ended, and was truncated by the limit that is applied here. */
  readonly cut: boolean
}

/** The state after so many steps; the first frame is the start, without action. */
export interface Frame {
  /** Without aims. */
  readonly scene: unknown
  readonly events: readonly unknown[]
  readonly reward: number
  readonly action: { readonly continuous: number[]; readonly discrete: number[] } | null
}

export interface Board extends EpisodeScore {
  /** [steps + 1] */
  readonly frames: readonly Frame[]
}

/** Of all episodes together: one may be over before it is time. */
const turns = new Turns()

export interface PlayLimit {
  /** Of the run that is judged, where it has one. */
  readonly maxEpisodeSteps?: number | null | undefined
}

interface PlayEpisodeOptions extends PlayLimit {
  /** Called at the start and after every step, with what is observed then. */
  readonly onStep?: (action: Action | null, reward: number, observation: Float32Array) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Plays the episode of this seed to its end, or to the limit that training applies too.
 * @throws the signal's reason when it was aborted
 */
export async function playEpisode(
  environment: Environment,
  player: Player,
  seed: number,
  { onStep, signal, maxEpisodeSteps }: PlayEpisodeOptions = {},
): Promise<EpisodeScore> {
  signal?.throwIfAborted()
  const { spec } = environment
  const limit = episodeLimit(spec, maxEpisodeSteps)
  const observation = new Float32Array(observationSize(spec))
  const action = emptyAction(spec)
  environment.reset(seed, observation)
  player.begin(seed)
  onStep?.(null, 0, observation)
  let sum = 0
  for (let steps = 1; ; steps++) {
    if (turns.over) await turns.next(signal)
    await player.act(environment, observation, action)
    const { reward, terminated, truncated } = environment.step(action, observation)
    sum += reward
    onStep?.(action, reward, observation)
    const end = endOfStep({ terminated, truncated }, steps, limit)
    if (end === 'goes on') continue
    return {
      seed,
      steps,
      return: sum,
      score: episodeScore(spec, steps, sum),
      success: environment.succeeded,
      terminated,
      truncated: truncated || end === 'cut',
      cut: end === 'cut',
    }
  }
}

/** Plays one episode and keeps what a screen needs to show it. */
export async function playBoard(
  environment: Environment,
  player: Player,
  seed: number,
  { maxEpisodeSteps }: PlayLimit = {},
): Promise<Board> {
  const frames: Frame[] = []
  const onStep = (action: Action | null, reward: number, observation: Float32Array): void => {
    const { scene, events } = viewOf(environment, observation, { aims: false })
    frames.push({
      scene,
      // Events are the environment's own until its next step.
      events: structuredClone(events),
      reward,
      action: action === null ? null : { continuous: [...action.continuous], discrete: [...action.discrete] },
    })
  }
  return { ...(await playEpisode(environment, player, seed, { onStep, maxEpisodeSteps })), frames }
}

/**
 * Index of the first frame in which not all boards look the same, or one is over already; null when there is none. Actions
 * are not looked at: two that lead to the same picture are no difference that anybody could see.
 */
export function firstDifference(
  boards: readonly { readonly frames: readonly Pick<Frame, 'scene'>[] }[],
): number | null {
  const [first, ...others] = boards
  const longest = Math.max(0, ...boards.map((board) => board.frames.length))
  for (let i = 0; i < longest; i++) {
    const scene = first!.frames[i]?.scene
    if (others.some(({ frames }) => !isDeepStrictEqual(frames[i]?.scene, scene))) return i
  }
  return null
}

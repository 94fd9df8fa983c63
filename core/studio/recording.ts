/** Episodes as frames that a page can draw without the environment. */
import { UnadmittedError } from '../admission/index.ts'
import { type Episode, environmentOf, episodeLength, recordedSpec, replayEpisode } from '../demos/index.ts'
import {
  type Environment,
  type EnvironmentSpec,
  observationScene,
  observationSize,
  viewOf,
} from '../envs/index.ts'
import type { Board } from '../evaluate/index.ts'
import { plainEvents, plainScene, plainSpec } from './plain.ts'
import type { Action, Frame, Recording } from './protocol.ts'

/** A policy decides at once; to be watched beside a person it takes a second for each decision. */
const decisionMs = 1_000

/** What is on the screen now, `action` having led there. */
function frameOf(
  environment: Environment,
  observation: Float32Array,
  step: { reward: number; action: Action; timeMs: number } | null,
): Frame {
  const { scene, events } = viewOf(environment, observation, { aims: false })
  return {
    scene: plainScene(scene),
    events: plainEvents(events),
    reward: step?.reward ?? 0,
    action: step?.action ?? null,
    timeMs: step?.timeMs ?? 0,
  }
}

/**
 * Plays the episode's actions again from its seed, as `replayEpisode`.
 * @throws UserError when its environment is unknown or has changed since
 */
export function recordingOf(episode: Episode): Recording {
  const environment = environmentOf(episode)
  try {
    return recordingIn(episode, environment)
  } finally {
    environment.close?.()
  }
}

function recordingIn(episode: Episode, environment: Environment): Recording {
  const frames: Frame[] = []
  for (const { step, observation, result } of replayEpisode(episode, environment)) {
    const taken = result === null ? null : actionAt(episode, step - 1)
    frames.push(
      frameOf(
        environment,
        observation,
        taken && { reward: result!.reward, action: taken, timeMs: episode.timesUs[step - 1]! / 1000 },
      ),
    )
  }
  const { seed, terminated, truncated, success } = episode
  return { spec: plainSpec(environment.spec), seed, frames, terminated, truncated, success }
}

/** As `recordingOf`, or what was recorded where playing it would start what nobody has admitted here. */
export function shownRecording(episode: Episode): Recording {
  try {
    return recordingOf(episode)
  } catch (error) {
    if (error instanceof UnadmittedError) return recordedObservations(episode)
    throw error
  }
}

/** What the episode's player saw, for one that is not played again: its observations and nothing else. */
export function recordedObservations(
  episode: Episode,
  spec: EnvironmentSpec = recordedSpec(episode.environment),
): Recording {
  const O = observationSize(spec)
  const { seed, terminated, truncated, success } = episode
  const frames = Array.from(
    { length: episodeLength(episode) + 1 },
    (_, step): Frame => ({
      scene: plainScene(observationScene(spec, episode.observations.subarray(step * O, (step + 1) * O))),
      events: [],
      reward: step === 0 ? 0 : episode.rewards[step - 1]!,
      action: step === 0 ? null : actionAt(episode, step - 1),
      timeMs: step === 0 ? 0 : episode.timesUs[step - 1]! / 1000,
    }),
  )
  return { spec: plainSpec(spec), seed, frames, terminated, truncated, success }
}

/** What a scripted player or an agent has just played. */
export function recordingOfBoard(spec: EnvironmentSpec, board: Board): Recording {
  const { seed, terminated, truncated, success } = board
  const frames = board.frames.map(({ scene, events, reward, action }, i) => ({
    scene: plainScene(scene),
    events: plainEvents(events),
    reward,
    action,
    timeMs: i * decisionMs,
  }))
  return { spec: plainSpec(spec), seed, frames, terminated, truncated, success }
}

function actionAt(episode: Episode, index: number): Action {
  const { continuous, discrete } = episode.environment.action
  return {
    continuous: [...episode.continuous.subarray(index * continuous, (index + 1) * continuous)],
    discrete: [...episode.discrete.subarray(index * discrete.length, (index + 1) * discrete.length)],
  }
}

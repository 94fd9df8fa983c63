/** What an episode counts when people and agents are compared. */
import type { EnvironmentSpec, ScoreSpec } from '../envs/index.ts'

/**
 * @param length  steps of the episode
 * @param sum     of its rewards
 */
export function episodeScore(spec: EnvironmentSpec, length: number, sum: number): number {
  return spec.score.measure === 'length' ? length : sum
}

/** Whether `score` is as good as `other` or better, whichever direction is good here. */
export function atLeastAsGood(spec: ScoreSpec, score: number, other: number): boolean {
  return spec.measure === 'length' ? score <= other : score >= other
}

/** A small checkpoint of no run in particular. */
import type { Checkpoint } from '../../core/train/checkpoint.ts'

export function checkpoint(step: number): Checkpoint {
  const window = { steps: [step], scores: [step / 100] }
  return {
    step,
    episodes: 3,
    wallSeconds: 1.5,
    environment: { id: 'basic', version: 1 },
    demonstrations: null,
    algorithm: { weights: Float32Array.of(1.5, -0), replay: { rows: new Float32Array(500) } },
    vector: {
      random: [1, 2, 3, 4, Number.NaN],
      snapshots: [],
      observations: new Float32Array(2),
      masks: null,
      seeds: [1],
      lengths: [2],
      returns: [0.1],
    },
    random: [1, 2, 3, 4, Number.NaN],
    mastery: { window, sustained: window, masteredAtStep: null, sustainedAtStep: null },
    score: step / 100,
    openMetrics: [],
    history: [{ step, name: 'rollout/score', value: step / 100 }],
  }
}

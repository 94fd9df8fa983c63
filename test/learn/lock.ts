/**
 * A row of cells: in each of them one of two moves leads on and the other back; only the last cell pays. Which move it is
 * differs from cell to cell, so that no direction that a policy drifts to by itself helps.
 */
import type { Action, Environment, StepResult } from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'

export interface LockOptions {
  readonly cells: number
  /** Where a wrong move leads: to the cell before, or to the first. Random moves then need 2 ** cells attempts. */
  readonly back: 'one' | 'all'
  /** The sign of one value is the move, instead of one of two discrete actions. */
  readonly continuous?: boolean
}

export function lockEnvironment({ cells, back, continuous = false }: LockOptions): Environment {
  const random = new Random(5)
  const combination = Array.from({ length: cells }, () => random.below(2))
  const result: StepResult = { reward: 0, terminated: false, truncated: false }
  let cell = 0
  let steps = 0
  const show = (observation: Float32Array | null) =>
    observation?.fill(0).fill(1, cell % cells, (cell % cells) + 1)
  return {
    spec: {
      id: 'test/lock',
      title: 'Combination lock',
      description: 'find the sequence',
      version: 1,
      parameters: {},
      observations: [{ name: 'cell', shape: [cells], description: 'one-hot' }],
      action: continuous ? { continuous: 1, discrete: [] } : { continuous: 0, discrete: [2] },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: 2 * cells,
    },
    reset(_seed, observation) {
      cell = steps = 0
      show(observation)
    },
    step(action: Action, observation) {
      const move = continuous ? Number(action.continuous[0]! > 0) : action.discrete[0]
      if (move === combination[cell]) cell++
      else cell = back === 'all' ? 0 : Math.max(0, cell - 1)
      result.terminated = cell === cells
      result.reward = result.terminated ? 1 : 0
      result.truncated = !result.terminated && ++steps === 2 * cells
      show(observation)
      return result
    },
    succeeded: true,
    snapshot: () => new Uint8Array(0),
    restore: () => {},
    scene: () => null,
    events: () => [],
  }
}

/** A plugin with an environment that has all that can be sent at once: several observations, both kinds of actions, masks. */
import { type Environment, registerEnvironment } from '../../../core/envs/index.ts'
import { Random } from '../../../core/random.ts'

const BRANCHES = [2, 3]
const IMAGE = [2, 3, 4]
const STEPS = 9

export const MIXED = 'test/mixed'

function mixed(): Environment {
  const random = new Random(0)
  const result = { reward: 0, terminated: false, truncated: false }
  const state = new Float32Array(4 + 24)
  let steps = 0

  return {
    spec: {
      id: MIXED,
      title: 'Mixed',
      description: 'Drifts as it is told; ends by chance, or is cut off.',
      version: 1,
      parameters: {},
      observations: [
        { name: 'state', shape: [4], description: 'what was done, and chance' },
        { name: 'picture', shape: IMAGE, description: 'noise in [0, 1)' },
      ],
      action: { continuous: 2, discrete: BRANCHES, masked: true },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: STEPS,
    },
    reset(seed, observation) {
      random.seed(seed)
      steps = 0
      for (let i = 0; i < state.length; i++) state[i] = random.uniform()
      observation?.set(state)
    },
    step({ continuous, discrete }, observation) {
      steps++
      state.set([continuous[0]!, continuous[1]!, discrete[0]! + 2 * discrete[1]!, random.normal()])
      for (let i = 4; i < state.length; i++) state[i] = random.uniform()
      result.reward = continuous[0]! * 0.3 - continuous[1]! * 0.1 + discrete[1]!
      result.terminated = random.below(7) === 0
      result.truncated = !result.terminated && steps === STEPS
      observation?.set(state)
      return result
    },
    writeActionMask(mask) {
      for (let i = 0; i < 5; i++) mask[i] = Number(state[3 + i]! < 0.7 || i === 0 || i === 2)
    },
    succeeded: false,
    snapshot: () => new Uint8Array(0),
    restore: () => {},
    scene: () => null,
    events: () => [],
  }
}

registerEnvironment(MIXED, mixed)

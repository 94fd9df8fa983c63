/** A continuous environment that any learner should solve: show a number, be paid for answering it. */
import { type Action, type Environment, registerEnvironment, type StepResult } from '../../core/envs/index.ts'
import { Random } from '../../core/random.ts'

const STEPS = 4

registerEnvironment('test/reach', reachEnvironment)
registerEnvironment('test/signed-reach', signedReachEnvironment)

/** As `reachEnvironment`, and the sign of the number is to be chosen, too. */
function signedReachEnvironment(): Environment {
  const inner = reachEnvironment()
  let target = 0
  const look = (observation: Float32Array | null) => {
    target = observation?.[0] ?? target
  }
  return {
    ...inner,
    spec: { ...inner.spec, id: 'test/signed-reach', action: { continuous: 1, discrete: [2] } },
    reset(seed, observation) {
      inner.reset(seed, observation)
      look(observation)
    },
    step(action, observation) {
      const wrong = action.discrete[0] !== Number(target > 0)
      const { reward, ...end } = inner.step(action, observation)
      look(observation)
      return { ...end, reward: reward - Number(wrong) }
    },
  }
}

export function reachEnvironment(): Environment {
  const random = new Random(0)
  const result: StepResult = { reward: 0, terminated: false, truncated: false }
  let target = 0
  let steps = 0
  const draw = (observation: Float32Array | null) => {
    target = 1.6 * random.uniform() - 0.8
    if (observation !== null) observation[0] = target
  }
  return {
    spec: {
      id: 'test/reach',
      title: 'Reach',
      description: 'answer the number that is shown',
      version: 1,
      parameters: {},
      observations: [{ name: 'target', shape: [1], description: 'in [-0.8, 0.8]' }],
      action: { continuous: 1, discrete: [] },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: STEPS,
    },
    reset(seed, observation) {
      random.seed(seed)
      steps = 0
      draw(observation)
    },
    step(action: Action, observation) {
      result.reward = -((action.continuous[0]! - target) ** 2)
      result.truncated = ++steps === STEPS
      draw(observation)
      return result
    },
    succeeded: true,
    snapshot: () => new Uint8Array(0),
    restore: () => {},
    scene: () => null,
    events: () => [],
  }
}

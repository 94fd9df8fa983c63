/** A plugin of somebody else whose environment and algorithm throw where BREAKS says. */
import {
  type AlgorithmDefinition,
  registerAlgorithm,
  registerEnvironment,
  registerRewardSignal,
  z,
} from '../../../core/index.ts'

const breaks = process.env.BREAKS

function at(place: string): void {
  if (breaks === place) throw new TypeError('the coin rolled under the table')
}

registerEnvironment('broken', () => {
  at('make')
  let steps = 0
  return {
    spec: {
      id: 'broken',
      title: 'Broken',
      description: 'Throws',
      version: 1,
      parameters: {},
      observations: [{ name: 'steps', shape: [1], description: 'how many' }],
      action: { continuous: 0, discrete: [2] },
      score: { unit: 'step', units: 'steps', measure: 'length' },
      maxEpisodeSteps: 50,
    },
    reset(_seed, observation) {
      at('reset')
      steps = 0
      if (observation !== null) observation[0] = 0
    },
    step(action, observation) {
      steps++
      if (steps === 17) at('step')
      if (steps === 3 && breaks === 'timer') {
        setTimeout(() => at('timer'), 0)
      }
      if (breaks === 'nothing') return undefined as never
      if (steps > 50 || !(action.discrete[0] === 0 || action.discrete[0] === 1)) throw new RangeError('no')
      if (observation !== null) observation[0] = steps
      return { reward: 0, terminated: false, truncated: steps === 50 }
    },
    get succeeded() {
      return false
    },
    snapshot() {
      at('snapshot')
      return Uint8Array.of(steps)
    },
    restore(bytes) {
      steps = bytes[0]!
    },
    scene: () => null,
    events: () => [],
  }
})

registerAlgorithm({
  name: 'broken',
  title: 'Broken',
  hyperparameters: z.strictObject({}),
  create: (async () => {
    throw new TypeError('the coin rolled under the table')
  }) as AlgorithmDefinition['create'],
})

registerRewardSignal({
  name: 'broken',
  title: 'Broken',
  settings: z.strictObject({ strength: z.number().default(1), gamma: z.number().default(0.9) }),
  create: () => {
    throw new TypeError('the coin rolled under the table')
  },
})

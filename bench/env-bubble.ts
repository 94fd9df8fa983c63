/** Steps of bubble/25 per second on one core, random play, resets included. */
import { emptyAction, makeEnvironment, observationSize } from '../core/envs/index.ts'
import { Random } from '../core/random.ts'
import type { Benchmark } from './benchmark.ts'

const SAMPLES = 9
const SAMPLE_STEPS = 100_000

function stepsPerSecond(withObservation: boolean): number[] {
  const environment = makeEnvironment('bubble/25')
  const observation = withObservation ? new Float32Array(observationSize(environment.spec)) : null
  const action = emptyAction(environment.spec)
  const random = new Random(1)
  let seed = 0
  environment.reset(seed, observation)
  const sample = (): number => {
    const start = performance.now()
    for (let step = 0; step < SAMPLE_STEPS; step++) {
      action.discrete[0] = random.below(41)
      action.discrete[1] = random.below(2)
      const { terminated, truncated } = environment.step(action, observation)
      if (terminated || truncated) environment.reset(++seed, observation)
    }
    return (SAMPLE_STEPS / (performance.now() - start)) * 1000
  }
  sample()
  return Array.from({ length: SAMPLES }, sample)
}

export const benchmarks: Benchmark[] = [
  { name: 'env/bubble-25', unit: 'steps/s', run: async () => stepsPerSecond(true) },
  { name: 'env/bubble-25/bare', unit: 'steps/s', run: async () => stepsPerSecond(false) },
]

/** Learners as presets of bubble/25 make them, fed with random play: what the benchmarks of whole updates drive. */
import { emptyAction, makeEnvironment } from '../core/envs/index.ts'
import { type Algorithm, behaviorSettings, makeAlgorithm } from '../core/learn/index.ts'
import { Random } from '../core/random.ts'
import { VectorEnvironment } from '../core/rollout/vector.ts'
import { loadRuntime, type RuntimeName } from '../core/tensor/index.ts'
import { type Benchmark, millisecondsPerCall } from './benchmark.ts'
import { measuredPreset } from './preset.ts'

const ENVIRONMENT = 'bubble/25'
const WARM_STEPS = 2_000

/** The preset's behaviour with some keys of `hyperparameters` and `network_settings` replaced. */
export function presetBehavior(
  id: string,
  { hyperparameters = {}, network = {} }: { hyperparameters?: object; network?: object } = {},
) {
  const behavior = measuredPreset(id).behaviors[ENVIRONMENT]!
  return behaviorSettings.parse({
    ...behavior,
    hyperparameters: { ...behavior.hyperparameters, ...hyperparameters },
    network_settings: { ...behavior.network_settings, ...network },
  })
}

export interface AngleUpdate {
  update(): Promise<void>
  release(): Promise<void>
}

/** One update of the preset `sac` with the per-angle network, batch 128: drawing, gradients, Adam, Polyak, temperature. */
export async function createAngleUpdate(engine: RuntimeName, threads: number): Promise<AngleUpdate> {
  const numEnvs = 8
  const settings = presetBehavior('sac', {
    hyperparameters: { steps_per_update: numEnvs, buffer_init_steps: WARM_STEPS },
  })
  const environment = makeEnvironment(ENVIRONMENT)
  const random = new Random(1)
  const algorithm: Algorithm = await makeAlgorithm('sac', {
    spec: environment.spec,
    numEnvs,
    settings,
    demonstrations: null,
    runtime: await loadRuntime(engine),
    random,
    threads,
  })
  const vector = new VectorEnvironment(() => makeEnvironment(ENVIRONMENT), numEnvs, { seed: 1 })
  const action = emptyAction(environment.spec)
  let last = vector.step()
  for (let step = 0; step < WARM_STEPS; step += numEnvs) {
    for (let i = 0; i < vector.actions.discrete.length; i++) {
      vector.actions.discrete[i] = random.below(environment.spec.action.discrete[i % action.discrete.length]!)
    }
    last = vector.step()
    algorithm.observe(last)
  }
  return {
    // One step taken in makes one update due.
    update: async () => {
      algorithm.observe(last)
      await algorithm.update()
    },
    release: () => algorithm.release(),
  }
}

export const benchmarks: readonly Benchmark[] = [1, 2].map((threads) => ({
  name: `sac-update/per-angle/${threads}-thread${threads === 1 ? '' : 's'}`,
  unit: 'ms',
  run: async () => {
    const { update, release } = await createAngleUpdate('onnxruntime', threads)
    const samples = await millisecondsPerCall(update, 20)
    await release()
    return samples
  },
}))

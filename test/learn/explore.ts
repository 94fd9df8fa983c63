/** How far a learner gets along a lock whose only reward lies at its end. */
import { registerEnvironment } from '../../core/envs/index.ts'
import { type LockOptions, lockEnvironment } from './lock.ts'
import { PlayLoop } from './play-loop.ts'

let visits: Float64Array

registerEnvironment('test/lock', (options) => {
  // Whoever lists the environments makes each as it is.
  const environment = lockEnvironment({ cells: 2, back: 'one', ...options } as LockOptions)
  const step = environment.step.bind(environment)
  environment.step = (action, observation) => {
    const result = step(action, observation)
    const cell = result.terminated ? visits.length - 1 : observation!.indexOf(1)
    visits[cell] = visits[cell]! + 1
    return result
  }
  return environment
})

const learners = {
  ppo: { batch_size: 64, buffer_size: 512, learning_rate: 3e-3, beta: 0.01, num_epoch: 4 },
  sac: {
    batch_size: 64,
    buffer_init_steps: 200,
    steps_per_update: 2,
    init_entcoef: 0.05,
    entcoef_learning_rate: 1e-6,
    tau: 0.05,
    learning_rate: 2e-3,
  },
}

const network_settings = { hidden_units: 32, num_layers: 1 }

export interface Explored {
  /** The furthest cell seen; as many as there are cells when the lock was opened. */
  readonly furthest: number
  /** Episodes that were paid. */
  readonly opened: number
}

/** @param signal  beside the extrinsic one, with its settings; null leaves the extrinsic one alone */
export async function explore(
  algorithm: keyof typeof learners,
  signal: { name: string; [setting: string]: unknown } | null,
  lock: LockOptions,
  steps: number,
  seed: number,
): Promise<Explored> {
  visits = new Float64Array(lock.cells + 1)
  const { name = '', ...settings } = signal ?? {}
  const loop = await PlayLoop.start({
    environment: 'test/lock',
    parameters: { ...lock },
    seed,
    settings: {
      trainer_type: algorithm,
      hyperparameters: learners[algorithm],
      network_settings,
      reward_signals: {
        extrinsic: { gamma: 0.95 },
        ...(signal === null ? {} : { [name]: { gamma: 0.95, network_settings, ...settings } }),
      },
      max_steps: 2 * steps,
    },
  })
  await loop.run(steps)
  await loop.algorithm.release()
  return {
    furthest: visits.findLastIndex((count) => count > 0),
    opened: loop.finished.filter(({ total }) => total > 0).length,
  }
}

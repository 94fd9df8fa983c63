/** ML-Agents' own trainer learns Basic, served in place of the Unity build, with the configuration that ships with it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckContext, InteropCheck } from '../check.ts'

export const check: InteropCheck = {
  name: 'mlagents-learn',
  row: "Environments for ML-Agents' trainer",
  venv: 'mlagents',
  packages: ['mlagents', 'mlagents-envs', 'torch'],
  run,
}

const GOAL = 0.85

/** The values of ML-Agents' config/ppo/Basic.yaml. */
const CONFIG = `behaviors:
  Basic:
    trainer_type: ppo
    hyperparameters: {batch_size: 32, buffer_size: 256, learning_rate: 3.0e-4, beta: 5.0e-3, epsilon: 0.2, lambd: 0.95,
      num_epoch: 3, learning_rate_schedule: linear}
    network_settings: {normalize: false, hidden_units: 20, num_layers: 1}
    reward_signals:
      extrinsic: {gamma: 0.9, strength: 1.0}
    max_steps: 500000
    time_horizon: 3
    summary_freq: 2000
`

async function run(context: CheckContext): Promise<string> {
  writeFileSync(join(context.folder, 'basic.yaml'), CONFIG)
  // Side by side, so that fewer messages go to and fro.
  await context.understudy(['env', 'launcher', '--env', 'basic', '--agents', '16', '--out', 'basic.x86_64'])
  const { steps, reward } = await context.python<{ steps: number; reward: number }>('mlagents-learn.py', [
    ...['basic.yaml', 'basic.x86_64', `${GOAL}`],
  ])
  return `mean reward ${reward} after ${steps} steps of PPO with the configuration of the example, one seed`
}

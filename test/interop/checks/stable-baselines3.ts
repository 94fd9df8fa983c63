/** Stable-Baselines3 learns on our environments, all of them in one process. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { installPackage } from './gymnasium.ts'

export const check: InteropCheck = {
  name: 'stable-baselines3',
  row: 'Gymnasium package: PPO and MaskablePPO of Stable-Baselines3',
  venv: 'stable-baselines3',
  packages: ['stable-baselines3', 'sb3-contrib', 'gymnasium', 'torch'],
  seconds: 1200,
  run,
}

interface Learned {
  readonly mean: number
  readonly steps: number
}

const ENOUGH = 0.85

async function run(context: CheckContext): Promise<string> {
  await installPackage(context)
  await context.runPage('Stable-Baselines3')
  const { basic, bubble, grid } = await context.python<{
    basic: Learned
    bubble: { before: number; after: number; steps: number }
    grid: { steps: number; forbidden: number }
  }>('stable_baselines3_check.py')
  if (basic.mean <= ENOUGH) context.fail(`PPO reaches ${basic.mean} on basic, not more than ${ENOUGH}`)
  context.expectEqual('forbidden actions that MaskablePPO took', grid.forbidden, 0)
  if (bubble.after <= bubble.before) {
    context.fail(
      `PPO on Bubble: mean reward of an episode ${bubble.before} at first, ${bubble.after} at last`,
    )
  }
  return (
    `PPO on Basic: mean reward ${basic.mean} of 20 episodes after ${basic.steps.toLocaleString('en')} steps (seed 1); ` +
    `PPO on an easy Bubble: ${bubble.before} an episode in its first 4,096 steps, ${bubble.after} in its last of ` +
    `${bubble.steps.toLocaleString('en')} (seed 1); MaskablePPO on Grid: ${grid.steps.toLocaleString('en')} steps, none of ` +
    `them forbidden`
  )
}

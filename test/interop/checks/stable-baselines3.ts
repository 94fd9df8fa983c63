/** Stable-Baselines3 learns on our environments, all of them in one process. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { installPackage } from './gymnasium.ts'

export const check: InteropCheck = {
  name: 'stable-baselines3',
  row: 'Gymnasium package: PPO and MaskablePPO of Stable-Baselines3',
  venv: 'learners',
  packages: ['stable-baselines3', 'sb3-contrib', 'gymnasium', 'torch'],
  seconds: 1200,
  run,
}

interface Learned {
  readonly mean: number
  readonly steps: number
}

/** Of Basic, whose best return is 0.93. */
const ENOUGH = 0.85
const EPISODES = 100

async function run(context: CheckContext): Promise<string> {
  await installPackage(context)
  await context.runPage('Stable-Baselines3')
  const { basic, bubble, grid } = await context.python<{
    basic: Learned
    bubble: Learned & { episodes: number }
    grid: { steps: number; forbidden: number }
  }>('stable_baselines3_check.py')
  if (basic.mean <= ENOUGH) context.fail(`PPO reaches ${basic.mean} on basic, not more than ${ENOUGH}`)
  context.expectEqual('forbidden actions that MaskablePPO took', grid.forbidden, 0)
  if (bubble.episodes < EPISODES) {
    context.fail(`PPO finished ${bubble.episodes} episodes of Bubble, not ${EPISODES}`)
  }
  return (
    `PPO on Basic: mean reward ${basic.mean} of 20 episodes after ${basic.steps.toLocaleString('en')} steps (seed 1); ` +
    `PPO runs on Bubble: ${bubble.episodes} episodes in ${bubble.steps.toLocaleString('en')} steps; ` +
    `MaskablePPO on Grid: ${grid.steps.toLocaleString('en')} steps, none of them forbidden`
  )
}

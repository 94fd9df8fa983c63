/** RLlib itself learns on an environment of ours, with the settings of the published Basic, and outlives a runner. */
import type { CheckContext, InteropCheck } from '../check.ts'
import { installPackage } from './gymnasium.ts'

export const check: InteropCheck = {
  name: 'rllib-peer',
  row: "Gymnasium package: RLlib's PPO",
  venv: 'learners',
  packages: ['ray', 'torch', 'gymnasium'],
  seconds: 1200,
  run,
}

interface Report {
  readonly runners: number
  readonly steps: number
  /** Mean reward of the episodes of each iteration, 500 steps each. */
  readonly training: readonly number[]
  /** Iterations in which nothing was gathered, because the only runner was gone. */
  readonly idle: number
}

const STEPS = 10_000
/** Published is about 0.9; the best return of Basic is 0.93. */
const ENOUGH = 0.9

async function run(context: CheckContext): Promise<string> {
  context.env.RAY_USAGE_STATS_ENABLED = '0'
  await installPackage(context)
  await context.runPage("RLlib's PPO")
  const { runners, steps, training, idle } = await context.python<Report>('rllib-peer.py')
  const last = training.at(-1)!
  if (steps < STEPS) context.fail(`PPO ended after ${steps} steps, not ${STEPS}`)
  if (last < ENOUGH) context.fail(`PPO reaches ${last}, not ${ENOUGH}`)
  return (
    `PPO on Basic (gamma 0.995, 20 iterations of SGD, minibatch 100, batch 500), ${runners} env runner${runners === 1 ? '' : 's'}, ` +
    `one of them killed by SIGKILL: ${steps.toLocaleString('en')} steps, ${idle} iterations without a runner; ` +
    `mean reward at the end ${last}, while actions are sampled (seed 1)`
  )
}

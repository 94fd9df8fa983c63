/** PPO and SAC learn Gymnasium's CartPole-v1 with the settings that are kept for it. */
import type { CheckContext, InteropCheck } from '../check.ts'

const ENVIRONMENT = 'gym:CartPole-v1'
/** Gymnasium's own reward threshold; the most that can be had is 500. */
const SOLVED = 475
const BOARDS = 20
const SEED = 1

export const check: InteropCheck = {
  name: 'cart-pole',
  row: 'Gymnasium environments learned in: PPO and SAC on CartPole-v1',
  venv: 'gym',
  packages: ['gymnasium', 'numpy'],
  seconds: 600,
  run: async (context) => `${await learn(context, 'ppo')}; ${await learn(context, 'sac')}`,
}

interface Finished {
  readonly steps: number
  readonly wallSeconds: number
}

async function learn(context: CheckContext, algorithm: string): Promise<string> {
  const what = ['--env', ENVIRONMENT, '--algo', algorithm, '--seed', `${SEED}`, '--run-id', algorithm]
  const lines = await context.understudyJson<Finished>(['train', ...what])
  const { steps, wallSeconds } = lines.at(-1)!
  const [told] = await context.understudyJson<{ points: { mean: number } }>([
    'evaluate',
    algorithm,
    '--episodes',
    `${BOARDS}`,
  ])
  const { mean } = told!.points
  const name = algorithm.toUpperCase()
  if (mean < SOLVED) context.fail(`${name} reaches ${mean} points on CartPole-v1, not ${SOLVED}`)
  const speed = Math.round(steps / wallSeconds).toLocaleString('en')
  return (
    `${name}: ${mean.toFixed(2)} points in the mean of ${BOARDS} held-out seeds after ` +
    `${steps.toLocaleString('en')} steps (seed ${SEED}; ${speed} steps a second)`
  )
}

/** SAC learns Gymnasium's MountainCarContinuous-v0 from demonstrations, by the commands of the page. */
import type { CheckContext, InteropCheck } from '../check.ts'

/** Gymnasium's own reward threshold. */
const SOLVED = 90
const BOARDS = 20

export const check: InteropCheck = {
  name: 'mountain-car',
  row: 'Gymnasium environments learned in: SAC with demonstrations on MountainCarContinuous-v0',
  venv: 'gym',
  packages: ['gymnasium', 'numpy'],
  seconds: 400,
  run,
}

async function run(context: CheckContext): Promise<string> {
  await context.runPage('A goal that chance does not find')
  const [told] = await context.understudyJson<{ points: { mean: number } }>([
    'evaluate',
    'rocking',
    '--episodes',
    `${BOARDS}`,
  ])
  const { mean } = told!.points
  if (mean < SOLVED) context.fail(`SAC reaches ${mean} points on MountainCarContinuous-v0, not ${SOLVED}`)
  return `${mean.toFixed(2)} points in the mean of ${BOARDS} held-out seeds (seed 1)`
}

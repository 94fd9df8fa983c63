/**
 * Environments of Gymnasium as people write them: what is meant is taken, what is wrong is named with step and seed, episodes are
 * as long as they are, and nothing is drawn where there is no display.
 */
import { join } from 'node:path'
import { emptyAction } from '../../../core/envs/index.ts'
import '../../../core/remote/index.ts'
import { makeAdmitted } from '../../envs/admit.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import { recordEpisodes } from '../episodes.ts'

const SEED = 6
const STEPS = 10

/** By name: how the episode ends. */
const TAKEN = {
  ArrayPaid: 'truncated',
  NumpyFlags: 'truncated, succeeded',
  OldGym: 'truncated',
  OldEnd: 'terminated',
  Column: 'truncated',
  Outside: 'truncated',
} as const

/** By name: what is said of it. */
const REFUSED = {
  Short: ': observation has 2 numbers, its space 3, at reset (seed 6)',
  LongSeen: ': observation has 4 numbers, its space 3, at reset (seed 6)',
  Words: ": observation is ['a', 'b', 'c'], which is no array of numbers, at reset (seed 6)",
  Several: ': at is array(3), its space Discrete(3), at step 2 (seed 6)',
  Partless: ": observation is {'at': 1}, without the 'view' of its space, at reset (seed 6)",
  Pair: ', its space has 2 parts, at reset (seed 6)',
  Choices: ': observation is array([ 1, -1]), its space MultiDiscrete([2 3]), at reset (seed 6)',
  Fractions: ': observation has fractions, its space whole numbers (uint8), at reset (seed 6)',
  Unpaid: ': reward is None, which is no single number, at step 1 (seed 6)',
  TwicePaid: ': reward is array([1., 2.]), which is no single number, at step 1 (seed 6)',
  NanPaid: ' gave NaN as reward at step 4 (seed 6)',
  NanSeen: ' gave NaN as number 1 of observation "observation" at step 2 (seed 6)',
  Maybe: ": terminated is 'no', which is neither true nor false, at step 1 (seed 6)",
  Three: ', which are not the five values of Gymnasium, at step 1 (seed 6)',
  Raises:
    /: step\(\) raised ZeroDivisionError: division by zero \(odd_envs\.py, line \d+\), at step 3 \(seed 6\)$/,
} as const

export const check: InteropCheck = {
  name: 'gym-odd',
  row: 'Gymnasium environments that are odd or wrong, and MuJoCo without a display',
  venv: 'mujoco',
  packages: ['gymnasium', 'numpy', 'mujoco'],
  seconds: 600,
  run,
}

const idOf = (name: string) => `gym:odd_envs:${name}-v0`

async function run(context: CheckContext): Promise<string> {
  const environment = {
    UNDERSTUDY_PYTHON: context.interpreter,
    PYTHONPATH: join(import.meta.dirname, '../python'),
  }
  Object.assign(process.env, environment)
  Object.assign(context.env, environment)
  for (const env of [process.env, context.env]) {
    for (const display of ['DISPLAY', 'WAYLAND_DISPLAY', 'MUJOCO_GL', 'PYOPENGL_PLATFORM'])
      delete env[display]
  }
  for (const [name, end] of Object.entries(TAKEN)) context.expectEqual(name, play(name), end)
  for (const [name, said] of Object.entries(REFUSED)) {
    const message = play(name)
    const fits = typeof said === 'string' ? message === `${idOf(name)}${said}` : said.test(message)
    // Of what begins with a comma, the middle is the environment's own.
    const ends = typeof said === 'string' && said.startsWith(',') && message.endsWith(said)
    if (!fits && !ends) context.fail(`${name}: ${message}`)
  }
  checkBounds(context)
  for (const name of ['Aborts', 'RendersNot']) context.expectEqual(name, play(name, true), 'truncated')
  const points = await checkLength(context)
  const hopper = await checkHopper(context)
  return (
    `${Object.keys(TAKEN).length} taken, ${Object.keys(REFUSED).length} refused by name, step and seed; ` +
    `1,000 steps without a limit are ${points} points recorded, trained, evaluated and compared; ${hopper}`
  )
}

/** @returns how the episode ended, or what was said */
function play(name: string, watched = false): string {
  const environment = makeAdmitted(idOf(name))
  const action = emptyAction(environment.spec)
  try {
    environment.reset(SEED, null)
    for (let step = 1; ; step++) {
      if (watched && step === STEPS / 2 && environment.scene() !== null) return 'a picture'
      const { terminated, truncated, reward } = environment.step(action, null)
      if (reward !== 1) return `${reward} points`
      if (!terminated && !truncated) continue
      if (step !== STEPS) return `ended after ${step} steps`
      return [terminated ? 'terminated' : 'truncated', ...(environment.succeeded ? ['succeeded'] : [])].join(
        ', ',
      )
    }
  } catch (error) {
    return (error as Error).message
  } finally {
    environment.close?.()
  }
}

function checkBounds(context: CheckContext): void {
  const { spec } = makeAdmitted(idOf('HalfOpen'))
  const bounds = spec.action.units!.ranges.map((range) => range.map((value) => Number(value.toFixed(6))))
  context.expectEqual('bounds', bounds, [
    [0, 1],
    [-4, -3],
    [-1, 1],
    [5, 6],
    [-0.4, 0.4],
  ])
  context.expectEqual('notes', spec.notes, [
    `${idOf('HalfOpen')}: 4 of its 5 actions have no bounds on one side or both; here they go from -4 to -3 or -1 to 1 or 0 to 1 or 5 to 6.`,
  ])
  const greatest = makeAdmitted(idOf('Greatest')).spec
  context.expectEqual('bounds', greatest.action.units!.ranges, [[-1, 1]])
  context.expectEqual('notes', greatest.notes?.length, 1)
}

/** An environment that ends itself, registered without a limit. @returns its points */
async function checkLength(context: CheckContext): Promise<number> {
  const id = idOf('Long')
  await recordEpisodes(context, id, 1, 'random')
  const [rows] = await context.understudyJson<{ return: number }[]>(['demos', 'list', '--env', id])
  const lines = await context.understudyJson<{ values?: Record<string, number> }>([
    ...['train', '--env', id, '--algo', 'ppo', '--num-envs', '1', '--max-steps', '5000', '--run-id', 'long'],
  ])
  const trained = lines.flatMap(({ values }) => values?.['rollout/return'] ?? [])
  const [evaluated] = await context.understudyJson<{ points: { mean: number } }>([
    ...['evaluate', 'long', '--episodes', '2'],
  ])
  const compared = JSON.parse(await context.understudy(['compare', 'long', '--episodes', '2', '--json'])) as {
    rows: { score: { mean: number } }[]
  }
  const points = [rows![0]!.return, ...trained, evaluated!.points.mean, compared.rows[0]!.score.mean]
  context.expectEqual('points', [...new Set(points)], [1000])
  if (trained.length === 0) context.fail('the run has told no return')
  return points[0]!
}

/** MuJoCo's renderer needs a display; neither training nor an episode that somebody wants to see ends for that. */
async function checkHopper(context: CheckContext): Promise<string> {
  await context.understudy([
    ...['train', '--env', 'Hopper-v5', '--algo', 'ppo', '--max-steps', '500', '--run-id', 'hop'],
  ])
  const hopper = makeAdmitted('gym:Hopper-v5')
  const action = emptyAction(hopper.spec)
  hopper.reset(SEED, null)
  hopper.step(action, null)
  const drawn = hopper.scene() !== null
  for (let step = 0; step < 3; step++) hopper.step(action, null)
  hopper.close?.()
  return `Hopper-v5 trained and played on, ${drawn ? 'with' : 'without'} a picture`
}

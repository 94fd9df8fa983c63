/** Gymnasium's own environments give the same through us as in Python, step by step and pixel by pixel. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GymScene } from '../../../core/remote/gym/scene.ts'
import '../../../core/remote/index.ts'
import { makeAdmitted } from '../../envs/admit.ts'
import type { CheckContext, InteropCheck } from '../check.ts'
import { exportTruth, listEpisodes, recordEpisodes } from '../episodes.ts'

const ENVIRONMENTS = ['gym:CartPole-v1', 'gym:MountainCarContinuous-v0', 'gym:Pendulum-v1']

interface Compared {
  readonly episodes: number
  readonly values: number
  readonly pixels: number
}

export const check: InteropCheck = {
  name: 'gym-in',
  row: 'Gymnasium environments played, recorded and trained in',
  venv: 'gym',
  packages: ['gymnasium', 'numpy', 'pygame-ce'],
  seconds: 600,
  run,
}

async function run(context: CheckContext): Promise<string> {
  await context.runPage('Gymnasium')
  const told: string[] = []
  for (const id of ENVIRONMENTS) {
    await recordEpisodes(context, id, 3, 'random')
    const truth = await exportTruth(context, await listEpisodes(context, id))
    const picture = drawFirst(context, id, truth)
    const { episodes, values, pixels } = await context.python<Compared>('gym-in.py', [truth, picture])
    told.push(`${id}: ${episodes} episodes, ${values} values and ${pixels} pixels alike`)
  }
  return told.join('; ')
}

/** The picture after the reset of the last episode of the file. */
function drawFirst(context: CheckContext, id: string, truth: string): string {
  process.env.UNDERSTUDY_PYTHON = context.interpreter
  const lines = readFileSync(join(context.folder, truth), 'utf8').trimEnd().split('\n')
  const { seed } = JSON.parse(lines.at(-1)!) as { seed: number }
  const environment = makeAdmitted(id)
  environment.reset(seed, null)
  const { png } = environment.scene() as GymScene
  environment.close?.()
  writeFileSync(join(context.folder, 'picture.png'), Buffer.from(png, 'base64'))
  return 'picture.png'
}

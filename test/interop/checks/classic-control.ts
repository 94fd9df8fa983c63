/** Cart-pole and Pendulum step as Gymnasium's CartPole-v1 and Pendulum-v1 do, from the same states. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type After, afterEach, type ClassicId, GYMNASIUM, playedCases } from '../../envs/classic-control.ts'
import type { CheckContext, InteropCheck } from '../check.ts'

const STEPS = 5000
/** The last bits of 64, since the two have sines of their own; and of 32, in which Gymnasium squares a torque. */
const BITS = { state: 1e-14, reward: 1e-9 }

export const check: InteropCheck = {
  name: 'classic-control',
  row: 'Cart-pole and Pendulum, beside CartPole-v1 and Pendulum-v1',
  venv: 'gym',
  packages: ['gymnasium', 'numpy'],
  run: async (context) => `${await compare(context, 'cart-pole')}; ${await compare(context, 'pendulum')}`,
}

async function compare(context: CheckContext, id: ClassicId): Promise<string> {
  const cases = await playedCases(id, STEPS)
  const file = join(context.folder, `${id}.json`)
  writeFileSync(file, JSON.stringify(cases))
  const theirs = await context.python<After[]>('classic-control.py', [GYMNASIUM[id], file])
  context.expectEqual('steps that were compared', theirs.length, STEPS)
  let same = 0
  for (const [i, ours] of afterEach(id, cases).entries()) {
    const expected = theirs[i]!
    const place = `${id}, step ${i} from [${cases[i]!.state.join(', ')}]`
    context.expectEqual(`observation of ${place}`, ours.observation, expected.observation)
    context.expectEqual(`end of ${place}`, ours.terminated, expected.terminated)
    const near = (x: number, y: number, bits: number) => {
      if (Math.abs(x - y) > bits * Math.max(1, Math.abs(y))) context.fail(`${place}: ${x}, there ${y}`)
      return x === y
    }
    const exact = ours.state.map((x, k) => near(x, expected.state[k]!, BITS.state))
    exact.push(near(ours.reward, expected.reward, BITS.reward))
    if (exact.every(Boolean)) same++
  }
  const share = ((100 * same) / STEPS).toFixed(1)
  return `${id}: ${STEPS.toLocaleString('en')} steps, every observation the same, ${share}% in all 64 bits of the state and reward, too`
}

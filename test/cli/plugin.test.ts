import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../store/support.ts'
import { understudy, understudyJson } from './support.ts'

/** An environment of one step, in the words of a page of the guide. */
const COIN = `import { type Environment, registerEnvironment } from 'understudy'

function coin(): Environment {
  let over = true
  return {
    spec: {
      id: 'my/coin', title: 'Coin', description: 'heads win', version: 1, parameters: {},
      observations: [{ name: 'nothing', shape: [1], description: 'always 0' }],
      action: { continuous: 0, discrete: [2] },
      score: { unit: 'point', units: 'points', measure: 'return' },
      maxEpisodeSteps: 4,
    },
    reset(_seed, observation) {
      over = false
      if (observation !== null) observation[0] = 0
    },
    step(action, observation) {
      const side = action.discrete[0]!
      if (over || (side !== 0 && side !== 1)) throw new Error('no throw now, or no such side')
      over = true
      if (observation !== null) observation[0] = 0
      return { reward: side, terminated: true, truncated: false }
    },
    succeeded: true,
    snapshot: () => Uint8Array.of(Number(over)),
    restore(snapshot) { over = snapshot[0] === 1 },
    scene: () => null,
    events: () => [],
  }
}

registerEnvironment('my/coin', coin)
`

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryDirectory()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const CONFIG = `
plugins: [./coin.ts]
behaviors:
  my/coin: { trainer_type: ppo, max_steps: 400, hyperparameters: { buffer_size: 128, batch_size: 64 } }
env_settings: { env: my/coin, num_envs: 4, seed: 1 }
checkpoint_settings: { run_id: coin }
`

describe('plugins', () => {
  it('are found wherever they lie, by --plugin', () => {
    const folder = folderWith({ 'coin.ts': COIN })
    expect(understudy(folder, 'envs').out).not.toContain('my/coin')
    expect(understudy(folder, '--plugin', join(folder, 'coin.ts'), 'envs').out).toContain('my/coin')
  })

  it('of a configuration file are loaded by the training process, and again for the run', () => {
    const folder = folderWith({ 'coin.ts': COIN, 'coin.yaml': CONFIG })
    const data = join(folder, 'data')
    mkdirSync(data)
    expect(understudy(data, 'train', join(folder, 'coin.yaml'))).toMatchObject({ code: 0 })
    const [evaluation] = understudyJson(data, 'evaluate', 'coin', '--episodes', '5')
    expect(evaluation).toMatchObject({ environment: 'my/coin' })
  })

  it.each([
    ['is missing', {}, /there is no plugin .*mine\.ts/],
    [
      'throws',
      { 'mine.ts': "\nthrow new Error('not today')" },
      /mine\.ts cannot be loaded: line 2: not today/,
    ],
    ['cannot be read as TypeScript', { 'mine.ts': 'const = 1' }, /mine\.ts cannot be loaded: .*/],
    [
      'asks for what is not there',
      { 'mine.ts': "import { nothing } from 'understudy'\nnothing()" },
      /mine\.ts cannot be loaded: .*'nothing'/,
    ],
  ])('that %s is named', (_what, files, message) => {
    const folder = folderWith(files)
    const { code, err } = understudy(folder, 'envs', '--plugin', join(folder, 'mine.ts'))
    expect(code).toBeGreaterThan(0)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/bug in Understudy/)
  })
})

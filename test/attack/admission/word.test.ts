/** What a person names is run, said and remembered, as long as it is the same. */
import { appendFileSync, copyFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { understudy } from '../../cli/support.ts'
import { temporaryDirectory } from '../../store/support.ts'

const ID = 'gym:Count-v0'
let folder: string
let python: string
let data: string

beforeEach(() => {
  folder = temporaryDirectory()
  python = join(folder, 'python.js')
  data = join(folder, 'data')
  copyFileSync(join(import.meta.dirname, '../../remote/fake-python.js'), python)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  vi.stubEnv('UNDERSTUDY_PYTHON', python)
  vi.stubEnv('UNDERSTUDY_CONFIG', join(folder, 'config'))
})

afterEach(() => vi.unstubAllEnvs())

function text(...args: string[]): string {
  const { code, out, err } = understudy(data, ...args)
  return `${code} ${out}${err}`
}

const verified = () => text('demos', 'verify', '--env', ID)

it('an environment that was recorded by a flag is replayed, until it changes', () => {
  const recorded = text('record', '--env', ID, '--player', 'random', '--episodes', '2')
  expect(recorded).toContain(`${ID} runs Gymnasium with ${python}`)
  expect(recorded.split('runs Gymnasium')).toHaveLength(2)
  expect(verified()).toMatch(/^0 2 episodes verified, all intact/)
  const kept = join(folder, 'config/admitted')
  for (const name of readdirSync(kept)) expect(statSync(join(kept, name)).mode & 0o777).toBe(0o600)

  appendFileSync(python, '\n// changed\n')
  expect(verified()).toContain(`not replayed: ${ID} has changed since it was added here`)
  expect(text('envs', 'add', ID)).toContain(`added: ${ID}`)
  expect(verified()).toMatch(/^0 2 episodes verified, all intact/)
})

it('a plugin that a configuration named is loaded again for its run, until it changes', () => {
  const plugin = join(folder, 'plugin.js')
  writeFileSync(plugin, '')
  const config = join(folder, 'run.yaml')
  writeFileSync(
    config,
    'plugins: [./plugin.js]\nbehaviors: { basic: { trainer_type: ppo, max_steps: 128, hyperparameters: { buffer_size: 64, batch_size: 32 } } }\n' +
      'env_settings: { env: basic, num_envs: 1, seed: 1 }\ncheckpoint_settings: { run_id: mine }\n',
  )
  const trained = text('train', config)
  expect(trained).toMatch(/^0 /)
  expect(trained).toContain(`the configuration loads the plugin ${plugin}`)
  expect(text('evaluate', 'mine', '--episodes', '1')).toMatch(/^0 /)
  appendFileSync(plugin, '// changed\n')
  expect(text('evaluate', 'mine', '--episodes', '1')).toContain(`the plugin ${plugin} has changed`)
  expect(text('evaluate', 'mine', '--episodes', '1', '--plugin', plugin)).toMatch(/^0 /)
})

import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { understudy, understudyJson } from '../cli/support.ts'
import { temporaryDirectory } from '../store/support.ts'
import { startStudioProcess } from '../studio/browser-client.ts'
import { commands, saveBlock } from './page.ts'

const PAGE = 'your-own-algorithm.md'

it('the guide’s algorithm of one’s own solves basic, and goes on after a stop as if there had been none', () => {
  const folder = temporaryDirectory()
  saveBlock(PAGE, 'ts', folder, 'reinforce.ts')
  const config = saveBlock(PAGE, 'yaml', folder, 'reinforced.yaml')
  const [train, evaluate] = commands(PAGE).map((line) =>
    line
      .replace(/^understudy /, '')
      .replace('reinforced.yaml', config)
      .split(/\s+/),
  )
  const trained = understudy(folder, ...train!)
  expect(trained.err).not.toContain('error')
  expect(trained.code).toBe(0)
  const [whole] = understudyJson<{ points: { mean: number } }>(folder, ...evaluate!)
  expect(whole!.points.mean).toBeCloseTo(0.93, 2)

  const parts = ['--run-id', 'parts', '--max-steps']
  expect(understudy(folder, ...train!, ...parts, '2104')).toMatchObject({ code: 0 })
  expect(understudy(folder, 'train', '--resume', ...parts, '12000')).toMatchObject({ code: 0 })
  const policy = (id: string) => readFileSync(join(folder, 'runs', id, 'agent.onnx'))
  expect(policy('parts').equals(policy('reinforced'))).toBe(true)
})

const COMPARED = `
name: mine
env: basic
plugins: [./reinforce.ts]
until: max_steps
measure: { held_out: 2, rows_every: 100 }
config:
  behaviors: { basic: { trainer_type: reinforce } }
`

it.each([
  [
    'experiment',
    `${COMPARED.replace('config:', 'seeds: [1]\ndefaults:')}
columns: [{ id: reinforce, max_steps: 200, settings: { hyperparameters.horizon: 32 } }]`,
    { event: 'report', columns: [{ id: 'reinforce', planned: 1 }] },
  ],
  [
    'tune',
    `${COMPARED}
space: { hyperparameters.horizon: { choice: [16, 32] } }
search: { trials: 2, rungs: [{ max_steps: 100, seeds: [1], keep: 1 }] }
verify: { seeds: [2], max_steps: 100 }`,
    { event: 'tuned' },
  ],
])('the guide’s algorithm takes part in understudy %s', (command, file, last) => {
  const folder = temporaryDirectory()
  saveBlock(PAGE, 'ts', folder, 'reinforce.ts')
  writeFileSync(join(folder, 'mine.yaml'), file)
  const events = understudyJson(folder, command, join(folder, 'mine.yaml'), '--jobs', '1')
  expect(events.at(-1)).toMatchObject(last)
  expect(events.filter((event) => (event as { event: string }).event === 'failed')).toEqual([])
})

it('the guide’s algorithm is begun in the studio like any other, with all of its settings', async () => {
  const folder = temporaryDirectory()
  const plugin = saveBlock(PAGE, 'ts', folder, 'reinforce.ts')
  const { child, page } = await startStudioProcess(join(folder, 'data'), '--plugin', plugin)
  try {
    const offered = await page.call('training.presets', { environment: 'basic' })
    expect(offered.find(({ id }) => id === 'reinforce')).toMatchObject({ algorithm: 'reinforce' })
    const choice = { environment: 'basic', preset: 'reinforce' }
    const { settings } = await page.call('training.settings', choice)
    const own = settings.filter(({ path }) => path.startsWith('hyperparameters.')).map(({ path }) => path)
    expect(own.sort()).toEqual(['entropy', 'horizon', 'learning_rate'].map((key) => `hyperparameters.${key}`))
    const { yaml, runId, problems } = await page.call('training.compose', {
      ...choice,
      name: 'mine',
      overrides: { 'hyperparameters.horizon': 64, summary_freq: 500 },
      demonstrations: [],
      maxSteps: 2_000,
    })
    expect(problems).toEqual([])
    await page.call('runs.start', { yaml, runId, demonstrations: [] })
    await page.event('run.state', ({ id, state }) => id === runId && state === 'finished')
    const { metrics } = await page.call('runs.metrics', { runId })
    expect(metrics.find(({ name }) => name === 'policy/entropy')).toMatchObject({
      title: 'Entropy',
      panel: { title: 'How undecided the policy is (entropy)' },
    })
  } finally {
    page.close()
    child.kill('SIGINT')
    await once(child, 'exit')
  }
})

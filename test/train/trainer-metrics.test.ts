/** Every run says what it reports besides its learner; docs/guide/metrics.md has all of them. */
import { expect, it } from 'vitest'
import { type MetricDefinition, metricDefinitions } from '../../core/learn/index.ts'
import { resolveConfig } from '../../core/train/config.ts'
import { tagOf } from '../../core/train/tensorboard.ts'
import { Trainer } from '../../core/train/trainer.ts'
import { trainerMetrics } from '../../core/train/trainer-metrics.ts'
import { temporaryDirectory } from '../store/support.ts'

/** Boards that can be won or lost, with lessons, on workers: all that can be reported. */
const config = resolveConfig({
  behaviors: {
    bubble: {
      trainer_type: 'ppo',
      hyperparameters: { batch_size: 32, buffer_size: 128, num_epoch: 1 },
      network_settings: { hidden_units: 8, num_layers: 1, head_units: 4 },
      max_steps: 1_600,
      summary_freq: 800,
    },
  },
  env_settings: { env: 'bubble/25', num_envs: 4, seed: 5, workers: 2 },
  environment_parameters: {
    captives: {
      curriculum: [
        {
          name: 'one',
          value: 1,
          completion_criteria: { measure: 'progress', behavior: 'bubble', threshold: 0.01 },
        },
        { name: 'two', value: 2 },
      ],
    },
  },
})

it('a run reports what is defined, and all of it', async () => {
  const names = new Set<string>()
  const trainer = await Trainer.create({
    config,
    runDirectory: temporaryDirectory(),
    demonstrations: null,
    resume: false,
    initializeFrom: null,
    report: (message) => {
      if (message.type === 'metrics') for (const { name } of message.rows) names.add(name)
    },
  })
  try {
    await trainer.run()
  } finally {
    await trainer.release()
  }
  const family = (name: string) => name.replace(/^(lesson|time\/worker_idle)\/.*/, '$1/*')
  expect([...names].filter((name) => !metricDefinitions().has(family(name)))).toEqual([])
  const reported = new Set([...names].map(family))
  expect(Object.keys(trainerMetrics).filter((name) => !reported.has(name))).toEqual([])
})

it('of two metrics none has the tag of the other', () => {
  const tags = [...metricDefinitions().keys()].filter((name) => name !== 'loss/cloning').map(tagOf)
  expect(tags.filter((tag, i) => tags.indexOf(tag) !== i)).toEqual([])
})

/** `npm test -- test/train/trainer-metrics -u` writes it. */
it('the guide has every metric as it is defined', async () => {
  await expect(guide()).toMatchFileSnapshot('../../docs/guide/metrics.md')
})

function guide(): string {
  const rows = [...metricDefinitions()].sort(([a], [b]) => (a < b ? -1 : 1)).map(row)
  return `# Metrics

What a run reports at every \`summary_freq\` steps, as the studio's charts and [TensorBoard](tensorboard.md) show it. The pages of
[docs/algorithms](../algorithms/) have the formulas. This page is written by
\`npm test -- test/train/trainer-metrics -u\` from the definitions beside each learner.

| metric | title | unit | what it is | chart | in TensorBoard |
|---|---|---|---|---|---|
${rows.join('\n')}
`
}

function row([name, { title, unit = '', meaning, panel, tensorboard }]: [string, MetricDefinition]): string {
  const word = (text: string) => text.replace('{episode}', 'episode').replace('*', '…')
  const chart = panel === null ? '' : word(panel?.title ?? title)
  const shown = (text: string) => `\`${text.replace('*', '<name>')}\``
  const tag = tensorboard === undefined ? '' : shown(tensorboard)
  return `| ${shown(name)} | ${word(title)} | ${unit} | ${meaning} | ${chart} | ${tag} |`
}

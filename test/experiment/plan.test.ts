import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planExperiment } from '../../core/experiment/index.ts'
import { temporaryDirectory } from '../store/support.ts'

const BASE = `
name: try
env: bubble/25
columns:
  - { id: sac, title: SAC, preset: sac }
`
const plan = (yaml: string) => planExperiment(yaml, 'try.yaml')

describe('the layers of a column', () => {
  it('lie over one another: preset, defaults, settings of the file, config and settings of the column', () => {
    const { columns } = plan(`
name: try
env: bubble/25
seeds: { first: 7, count: 2 }
defaults: { default_settings: { time_horizon: 5 }, behaviors: { Any: { hyperparameters: { tau: 0.01, batch_size: 32 } } } }
settings: { hyperparameters.tau: 0.02, env_settings.num_envs: 4 }
columns:
  - id: a
    preset: sac-gail
    config: { behaviors: { B: { hyperparameters: { tau: 0.03, learning_rate: 0.5 } } }, threads: 2 }
    settings: { hyperparameters: { learning_rate: 0.25 }, reward_signals.gail: null }
    max_steps: 777
`)
    expect(columns).toMatchObject([{ id: 'a', title: 'a', seeds: [7, 8], maxSteps: 777 }])
    const config = columns[0]!.config(8)
    expect(config).toMatchObject({
      seed: 8,
      threads: 2,
      numEnvs: 4,
      environment: 'bubble/25',
      stop: { at: 'mastered' },
    })
    expect(config.behavior).toMatchObject({
      trainer_type: 'sac',
      hyperparameters: {
        tau: 0.03,
        learning_rate: 0.25,
        batch_size: 32,
        steps_per_update: 2,
        demonstration_share: 0.25,
      },
      time_horizon: 5,
      summary_freq: 1_000,
    })
    expect(Object.keys(config.behavior.reward_signals)).toEqual(['extrinsic'])
  })

  it('are every combination of a grid, with titles that name it', () => {
    const { columns } = plan(`
name: try
env: bubble/25
grid:
  base: { id: g, title: GAIL, preset: sac-gail }
  over:
    reward_signals.gail.strength: [0.02, 0.1]
    hyperparameters.demonstration_share: [0, 0.5]
`)
    expect(columns.map(({ id, title }) => [id, title])).toEqual([
      ['g-strength-0.02-demonstration_share-0', 'GAIL, strength 0.02, demonstration_share 0'],
      ['g-strength-0.02-demonstration_share-0.5', 'GAIL, strength 0.02, demonstration_share 0.5'],
      ['g-strength-0.1-demonstration_share-0', 'GAIL, strength 0.1, demonstration_share 0'],
      ['g-strength-0.1-demonstration_share-0.5', 'GAIL, strength 0.1, demonstration_share 0.5'],
    ])
    const { behavior } = columns[1]!.config(1)
    expect(behavior.reward_signals.gail).toMatchObject({ strength: 0.02, gradient_penalty: 0.3 })
    expect(behavior.hyperparameters).toMatchObject({ demonstration_share: 0.5 })
  })
})

describe('presets of a file', () => {
  it('stand in for those of the environment, and are refused in a sentence when they cannot', () => {
    const folder = temporaryDirectory()
    const path = join(folder, 'try.yaml')
    const yaml = BASE.replace('env: bubble/25', 'env: bubble/25\npresets: mine.yaml')
    expect(() => planExperiment(yaml, path)).toThrow('mine.yaml cannot be read: there is no such file')
    writeFileSync(
      join(folder, 'mine.yaml'),
      'sac: { behaviors: { bubble/25: { trainer_type: sac, hyperparameters: { tau: 0.125 } } } }\n',
    )
    const [column] = planExperiment(yaml, path).columns
    expect(column!.config(1).behavior.hyperparameters).toMatchObject({ tau: 0.125, batch_size: 128 })
    expect(() => planExperiment(yaml.replace('preset: sac', 'preset: ppo'), path)).toThrow(
      'there is no preset "ppo"',
    )
    writeFileSync(join(folder, 'mine.yaml'), 'sac: 5\n')
    expect(() => planExperiment(yaml, path)).toThrow('mine.yaml: sac: expected a configuration')
  })
})

describe('the paced rate of a column', () => {
  it('is its own, else that of its stepping', () => {
    const { columns } = plan(`
name: try
env: bubble/25
paced_rate: { sync: 10.5, async: 14.5 }
columns:
  - { id: a, preset: ppo }
  - { id: b, preset: ppo, paced_rate: 3 }
`)
    expect(columns.map(({ pacedRate }) => pacedRate)).toEqual([10.5, 3])
  })
})

describe('a file that cannot be run', () => {
  it.each([
    ['name: try\nenv: bubble/25\n', 'try.yaml: there is nothing to train', 'add columns'],
    [`${BASE}untill: solved\n`, 'try.yaml: untill: unknown key', 'did you mean "until"?'],
    [`${BASE}until: never\n`, 'try.yaml: until must be mastered, sustained, solved or max_steps', undefined],
    [
      `${BASE}seeds: many\n`,
      'try.yaml: seeds: expected a list of whole numbers or { first: 1, count: 5 }',
      undefined,
    ],
    [BASE.replace('title', 'titel'), 'try.yaml: columns.sac.titel: unknown key', 'did you mean "title"?'],
    [
      BASE.replace('id: sac', 'id: "a b"'),
      'try.yaml: columns.a b.id: expected at most 60 letters',
      undefined,
    ],
    [
      BASE.replace('preset: sac', 'preset: sacg'),
      'there is no preset "sacg" for bubble/25',
      'did you mean "sac"?',
    ],
    [BASE.replace('bubble/25', 'bubble/52'), 'unknown environment "bubble/52"', 'did you mean "bubble/25"?'],
    [BASE.replace('bubble/25', 'basic'), 'try.yaml: until: basic has no human average', 'until: solved'],
    [
      BASE.replace('preset: sac', 'preset: sac, settings: { hyperparameters.tua: 1 }'),
      'try.yaml: column sac: behaviors.bubble/25.hyperparameters.tua: unknown key',
      'did you mean "tau"?',
    ],
    [`${BASE}  - { id: sac, preset: ppo }\n`, 'try.yaml: columns: two are called "sac"', 'its own id'],
    [
      `${BASE}compare: [{ name: x, of: sca, against: sac }]\n`,
      'try.yaml: compare: "x": there is no column "sca"',
      'did you mean "sac"?',
    ],
    [
      `${BASE}defaults: { behaviors: { A: {}, B: {} } }\n`,
      'try.yaml: defaults: a run trains one behaviour, and there are 2',
      'keep one of A, B',
    ],
    [
      `${BASE}grid: { base: { id: ${'x'.repeat(58)}, preset: sac }, over: { hyperparameters.learning_rate: [0.1] } }\n`,
      'learning_rate-0.1" is too long to be the name of a run',
      'a shorter id',
    ],
    [`${BASE}  - {`, 'try.yaml:6:', undefined],
  ])('is refused with a sentence: %#', (yaml, message, remedy) => {
    const error = (() => {
      try {
        plan(yaml)
      } catch (error) {
        return error as Error & { remedy?: string; exitCode?: number }
      }
    })()
    expect(error?.message).toContain(message)
    expect(error?.remedy ?? '').toContain(remedy ?? '')
    expect(error?.name).toBe('UserError')
  })
})

describe('the committed experiments', () => {
  it.each(globSync('experiments/*.yaml').filter((file) => !basename(file).startsWith('tune-')))(
    '%s can be run',
    (file) => {
      const { name, columns } = planExperiment(readFileSync(file, 'utf8'), file)
      expect(name).toBe(basename(file, '.yaml'))
      expect(columns.length).toBeGreaterThan(1)
    },
  )

  it('give every column of the five the flat network, in the discriminator too', () => {
    const path = 'experiments/snoopy-pop.yaml'
    const { columns } = planExperiment(readFileSync(path, 'utf8'), path)
    const flat = columns.map((column) => {
      const { network_settings, reward_signals } = column.config(1).behavior
      const { gail } = reward_signals as { gail?: { network_settings: { shared_head: boolean } } }
      return [column.id, network_settings.shared_head, gail?.network_settings.shared_head]
    })
    expect(flat).toEqual([
      ['ppo-sync', false, undefined],
      ['ppo-async', false, undefined],
      ['ppo-gail', false, false],
      ['sac', false, undefined],
      ['sac-gail', false, false],
      ['sac-gail-per-angle', true, true],
    ])
  })
})

it('a column says what is trained, and not where', () => {
  const placed = `${BASE.trim().slice(0, -2)}, config: { cluster: lab } }\n`
  expect(() => plan(placed)).toThrow(expect.objectContaining({ remedy: expect.stringContaining('--on') }))
})

import { describe, expect, it } from 'vitest'
import { algorithmNames, networkNames, rewardSignalNames } from '../../core/learn/index.ts'
import { resolveConfig } from '../../core/train/config.ts'
import { presetsFor } from '../../core/train/presets.ts'
import { describeSettings, describeTopSettings } from '../../core/train/settings-form.ts'

describe('describeSettings', () => {
  it('gives kind, default and range of a setting', () => {
    const settings = new Map(describeSettings('sac').map((setting) => [setting.path, setting]))
    expect(settings.get('hyperparameters.tau')).toEqual({
      path: 'hyperparameters.tau',
      group: expect.any(String),
      label: 'Tau',
      kind: 'number',
      default: 0.005,
      minimum: 0,
      maximum: 1,
      description: expect.stringContaining('target'),
    })
    expect(settings.get('max_steps')).toMatchObject({ kind: 'integer', minimum: 1, group: 'Run' })
    expect(settings.get('network_settings.normalize')).toMatchObject({ kind: 'boolean', default: false })
    expect([...settings.keys()].some((path) => path.includes('gail'))).toBe(false)
  })

  it('calls a setting by words, and says what ML-Agents does not have', () => {
    const settings = new Map(describeSettings('sac').map((setting) => [setting.path, setting]))
    expect(settings.get('network_settings.vis_encode_type')?.label).toBe('Image encoder')
    expect(settings.get('network_settings.head_units')?.description).toBe(
      'Units of each layer of the shared head. Not in ML-Agents',
    )
    expect([...settings.values()].filter(({ description }) => description.startsWith('Ours'))).toEqual([])
  })

  it('calls a setting as its schema does', () => {
    const labels = new Map(describeTopSettings({}).map(({ path, label }) => [path, label]))
    expect(labels.get('env_settings.timeout_wait')).toBe('Patience with a worker')
    expect(labels.get('env_settings.envs_per_worker')).toBe('Environments per worker')
    expect(labels.get('env_settings.stepping')).toBe('Stepping')
    expect(labels.get('stop.at')).toBe('Stop when')
  })

  it('lists choices, and the signals that are wanted', () => {
    const form = describeSettings('ppo', { signals: ['gail'] }).find(
      ({ path }) => path === 'reward_signals.gail.reward_form',
    )
    expect(form).toMatchObject({ kind: 'choice', choices: ['gail', 'airl', 'logd'] })
    const network = describeSettings('ppo').find(({ path }) => path === 'network_settings.network_type')
    expect(network).toMatchObject({ kind: 'choice', choices: ['dense', 'residual'], default: 'dense' })
  })

  it('has the options of the kind of network that is chosen', () => {
    const options = (chosen: Record<string, string>) =>
      describeSettings('ppo', { chosen }).filter(({ path }) => path.includes('network_options'))
    expect(options({})).toMatchObject([
      { path: 'network_settings.network_options.activation', group: 'Network: Dense layers' },
    ])
    expect(options({ 'network_settings.network_type': 'residual' })).toMatchObject([
      { path: 'network_settings.network_options.expansion', default: 4, minimum: 1, maximum: 16 },
    ])
  })

  it.each(['sac', 'ppo', 'bc'])('describes only what the configuration accepts: %s', (algorithm) => {
    const settings = describeSettings(algorithm, { signals: rewardSignalNames() })
    expect(settings.length).toBeGreaterThan(20)
    const values = settings.filter((setting) => setting.default !== null)
    const config = resolveConfig(
      { behaviors: { basic: { trainer_type: algorithm } }, env_settings: { env: 'basic' } },
      { settings: Object.fromEntries(values.map((setting) => [setting.path, setting.default])) },
    )
    expect(config.behavior.trainer_type).toBe(algorithm)
    expect(new Set(settings.map((setting) => setting.path)).size).toBe(settings.length)
    expect(settings.filter((setting) => setting.description === '')).toEqual([])
  })

  it('has a section that may be absent where it is there', () => {
    const memory = (values: object) =>
      describeSettings('ppo', { values: { network_settings: values } }).filter(({ path }) =>
        path.startsWith('network_settings.memory.'),
      )
    expect(memory({})).toEqual([])
    expect(memory({ memory: { sequence_length: 8 } })).toMatchObject([
      { label: 'Memory size', default: 128, group: 'Network: memory' },
      { label: 'Sequence length', default: 8, minimum: 1 },
      { label: 'Burn-in', default: null },
    ])
  })

  it.each(algorithmNames())('calls every setting by English words of its own: %s', (algorithm) => {
    const values = { behavioral_cloning: {}, network_settings: { memory: {} } }
    const settings = [
      ...networkNames().flatMap((type) =>
        describeSettings(algorithm, {
          signals: rewardSignalNames(),
          values,
          chosen: { 'network_settings.network_type': type },
        }),
      ),
      ...describeTopSettings({}),
    ]
    const spelt = (text: string) => /^[A-Z0-9]/.test(text) && !text.includes('_')
    const misspelt = settings.filter(({ label, description }) => !spelt(label) || !spelt(description))
    expect(misspelt).toEqual([])
    const paths = new Map(settings.map(({ path, group, label }) => [path, `${group}: ${label}`]))
    expect(new Set(paths.values()).size).toBe(paths.size)
  })

  it('leaves a plain value open that may be null', () => {
    const [seconds] = describeTopSettings({}).filter(({ path }) => path === 'stop.max_seconds')
    expect(seconds).toMatchObject({ kind: 'number', default: null, group: 'When to stop' })
    expect(seconds!.description).not.toBe('')
  })

  it('takes the values of a preset for defaults', () => {
    const preset = presetsFor('bubble/25').find(({ id }) => id === 'sac')!
    const values = resolveConfig(preset.config, { seed: 0 }).behavior
    const steps = describeSettings('sac', { values }).find(({ path }) => path === 'max_steps')
    expect(steps?.default).toBe(values.max_steps)
  })
})

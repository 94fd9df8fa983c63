import { describe, expect, it } from 'vitest'
import { environmentIds, makeEnvironment } from '../../core/envs/index.ts'
import { openLibrary } from '../../core/store/index.ts'
import { resolveConfig } from '../../core/train/config.ts'
import '../../core/remote/index.ts'
import { presetsFor, untunedConfig } from '../../core/train/presets.ts'
import { startProblems } from '../../core/train/start-problems.ts'
import { startRun } from '../../core/train/start-run.ts'
import { temporaryDirectory } from '../store/support.ts'

const GB = 1e9
const small = 4 * GB

function bubble(settings: Record<string, unknown>, preset = 'sac') {
  const { config } = presetsFor('bubble/25').find(({ id }) => id === preset)!
  return resolveConfig(config, { environment: 'bubble/25', settings })
}

describe('startProblems', () => {
  it('finds none in what the studio offers, on a small machine', () => {
    for (const environment of environmentIds()) {
      for (const preset of presetsFor(environment)) {
        const config = resolveConfig(preset.config, { environment })
        expect(startProblems(config, undefined, small), `${environment} ${preset.id}`).toEqual([])
      }
    }
  })

  it.each([
    [
      'hyperparameters.buffer_size',
      1e9,
      'sac',
      /1,000,000,000 remembered steps .* about \d\d GB, .* has 4 GB/,
    ],
    ['hyperparameters.buffer_size', 3e7, 'ppo', /30,000,000 remembered steps/],
    ['hyperparameters.buffer_size', 1e9, 'dqn', /1,000,000,000 remembered steps/],
    ['network_settings.hidden_units', 4096, 'ppo', /8 layers of 4,096 units/],
  ])('%s = %d with %s is more than the machine has', (path, value, preset, words) => {
    const config = bubble({ 'network_settings.num_layers': 8, [path]: value }, preset)
    const memory = path.startsWith('network') ? GB : small
    expect(startProblems(config, undefined, memory)).toMatchObject([
      { path, message: expect.stringMatching(words), remedy: `lower ${path.split('.')[1]}` },
    ])
    expect(startProblems(config, undefined, 1e15)).toEqual([])
  })

  it('counts a batch with its activations, and threads', () => {
    const batch = bubble({ 'hyperparameters.batch_size': 5e6, 'hyperparameters.buffer_size': 5e6 })
    expect(startProblems(batch, undefined, small)[0]).toMatchObject({
      path: 'hyperparameters.batch_size',
      message: expect.stringContaining('a batch of 5,000,000 steps'),
    })
    const workers = resolveConfig(untunedConfig('basic', 'ppo', false), {
      rollout: { workers: 200 },
      numEnvs: 200,
    })
    expect(startProblems(workers, undefined, small)[0]!.path).toBe('env_settings.workers')
  })

  it('knows less of an environment that it would have to start, and says the rest', () => {
    const config = { ...bubble({ 'hyperparameters.buffer_size': 1e9 }), environment: 'gym:Elsewhere-v0' }
    expect(startProblems(config, undefined, small)[0]!.path).toBe('hyperparameters.buffer_size')
  })

  it('finds a batch larger than the buffer', () => {
    const config = bubble({ 'hyperparameters.batch_size': 256, 'hyperparameters.buffer_size': 100 })
    expect(startProblems(config, makeEnvironment('bubble/25').spec, small)).toEqual([
      {
        path: 'hyperparameters.batch_size',
        message: 'a batch of 256 steps cannot be drawn from a buffer of 100',
        remedy: 'lower batch_size, or raise buffer_size',
      },
    ])
  })
})

it('a run that cannot be trained here is not begun', async () => {
  const library = openLibrary(temporaryDirectory())
  const config = bubble({ 'hyperparameters.buffer_size': 1e13 })
  await expect(startRun({ library, config, demonstrations: [] })).rejects.toThrow(
    /^hyperparameters.buffer_size: with 10,000,000,000,000 remembered steps the run needs about 3\d\d TB/,
  )
  expect(library.listRuns()).toEqual([])
  library.close()
})

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { jobConfig, writtenConfig } from '../../../core/cluster/sagemaker/configuration.ts'
import { readChannels, readHosts, readHyperparameters } from '../../../core/cluster/sagemaker/container.ts'
import { failureSentence } from '../../../core/cluster/sagemaker/failure.ts'
import { decodeHyperparameters } from '../../../core/cluster/sagemaker/hyperparameters.ts'
import { UserError } from '../../../core/errors.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { placesIn, put, putHosts, putHyperparameters } from './tree.ts'

describe('what a container is given', () => {
  it('hosts stand in the file, else in the variables of the toolkit, else it is alone', () => {
    const base = temporaryDirectory()
    expect(readHosts(placesIn(base), {})).toBeNull()
    const toolkit = { SM_HOSTS: '["algo-2","algo-1"]', SM_CURRENT_HOST: 'algo-2' }
    expect(readHosts(placesIn(base), toolkit)).toEqual({ current: 'algo-2', all: ['algo-1', 'algo-2'] })
    putHosts(base, 'algo-3', ['algo-3', 'algo-1'])
    expect(readHosts(placesIn(base), toolkit)).toEqual({ current: 'algo-3', all: ['algo-1', 'algo-3'] })
    putHosts(base, 'algo-4', ['algo-1'])
    expect(() => readHosts(placesIn(base), {})).toThrow('"algo-4" is none of the hosts')
    put(base, 'input/config/resourceconfig.json', '{"current_host": "algo-1", "hosts": []}')
    expect(() => readHosts(placesIn(base), {})).toThrow(/resourceconfig\.json: hosts must/)
  })

  it('channels have the names that mean something, and are folders', () => {
    const base = temporaryDirectory()
    expect(readChannels(placesIn(base))).toEqual({})
    put(base, 'input/data/train/a.demo', '')
    put(base, 'input/data/model/config.yaml', '')
    const [demonstrations, checkpoint] = ['train', 'model'].map((name) => join(base, 'input/data', name))
    expect(readChannels(placesIn(base))).toEqual({ demonstrations, checkpoint })
    put(base, 'input/data/demonstrations/b.demo', '')
    expect(() => readChannels(placesIn(base))).toThrow('is one more for the same')
    const other = temporaryDirectory()
    put(other, 'input/data/demonstratoins/a.demo', '')
    expect(() => readChannels(placesIn(other))).toThrow(
      expect.objectContaining({ remedy: 'did you mean "demonstrations"?' }),
    )
    const piped = temporaryDirectory()
    put(piped, 'input/config/inputdataconfig.json', '{"train": {"TrainingInputMode": "Pipe"}}')
    expect(() => readChannels(placesIn(piped))).toThrow('is a pipe')
    put(piped, 'input/config/inputdataconfig.json', '{"train": {"TrainingInputMode": "FastFile"}}')
    expect(() => readChannels(placesIn(piped))).toThrow('has no folder')
  })
})

describe('hyperparameters', () => {
  it('are read as the SDK encodes them, as plain text, and with what SageMaker adds', () => {
    const base = temporaryDirectory()
    const settings = { 'hyperparameters.batch_size': 100, 'rl.reward_signals.extrinsic.gamma': 0.995 }
    putHyperparameters(base, { env: 'basic', gail: true, max_steps: 10_000, nothing: null, ...settings })
    const decoded = decodeHyperparameters(readHyperparameters(placesIn(base)))
    const plain = { env: 'basic', gail: 'true', max_steps: '10000', sagemaker_program: 'a', _tuning: 'b' }
    expect(decodeHyperparameters({ ...plain, ...settings })).toEqual(decoded)
    expect(decodeHyperparameters({ ...plain, ...settings, gail: '"true"' })).toEqual(decoded)
    expect(decoded).toEqual({
      named: { env: 'basic', gail: true },
      settings: {
        max_steps: 10_000,
        'hyperparameters.batch_size': 100,
        'reward_signals.extrinsic.gamma': 0.995,
      },
    })
    expect(jobConfig(decoded, null, {})).toMatchObject({
      environment: 'basic',
      behavior: {
        trainer_type: 'ppo',
        max_steps: 10_000,
        hyperparameters: { batch_size: 100 },
        reward_signals: { extrinsic: { gamma: 0.995 }, gail: {} },
      },
    })
  })

  it.each([
    [{ evn: 'basic' }, 'there is no hyperparameter "evn"', 'did you mean "env"?'],
    [
      { batch_size: 5 },
      'there is no hyperparameter "batch_size"',
      'did you mean "hyperparameters.batch_size"?',
    ],
    [{ seed: 'many' }, 'hyperparameter seed must be a number; it is "many"', undefined],
    [
      { env: 'basic', 'hyperparameters.batch_sise': 5 },
      'batch_sise: unknown key',
      'did you mean "batch_size"?',
    ],
    [{ env: 'basic', 'hyperparameters.num_epoch': 0 }, 'num_epoch: must be at least 1; it is 0', undefined],
    [{ algo: 'ppo' }, 'there is neither the hyperparameter env nor a configuration', expect.any(String)],
    [{ env: 'basic', preset: 'poo' }, 'there is no preset "poo" for basic', 'did you mean "ppo"?'],
  ])('%j cannot be', (given, message, remedy) => {
    const read = () => jobConfig(decodeHyperparameters(given), null, {})
    expect(read).toThrow(expect.objectContaining({ name: 'UserError', remedy }))
    expect(read).toThrow(message)
  })

  it('change a configuration, which comes inline or as the one file of its channel', () => {
    const yaml = 'behaviors: {B: {trainer_type: sac, max_steps: 500}}\nenv_settings: {env: basic, seed: 4}\n'
    const folder = temporaryDirectory()
    put(folder, 'job.yaml', yaml)
    const inline = decodeHyperparameters({ config: yaml, max_steps: '700', 'stop.at': 'plateau' })
    const fromFile = decodeHyperparameters({ max_steps: '700', 'stop.at': 'plateau' })
    const expected = {
      environment: 'basic',
      seed: 4,
      behavior: { trainer_type: 'sac', max_steps: 700 },
      stop: { at: 'plateau' },
    }
    expect(jobConfig(inline, writtenConfig(undefined, inline), {})).toMatchObject(expected)
    expect(jobConfig(fromFile, writtenConfig(folder, fromFile), {})).toMatchObject(expected)
    expect(() => writtenConfig(folder, inline)).toThrow('is there twice')
    put(folder, 'another.yml', yaml)
    expect(() => writtenConfig(folder, fromFile)).toThrow('has 2 configurations: another.yml and job.yaml')
  })
})

it('what a job fails of is one line of at most 1,024 characters', () => {
  expect(failureSentence(new UserError('it is\u001b[31m wrong', { remedy: 'mend it' }))).toBe(
    'it is?[31m wrong (mend it)',
  )
  const long = failureSentence(new Error('a'.repeat(2000)))
  expect([long.length, long.slice(-4)]).toEqual([1024, 'a...'])
})

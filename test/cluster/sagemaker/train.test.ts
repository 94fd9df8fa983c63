/** A job as SageMaker starts it: interrupted, started again with its checkpoints, and its model served. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { jobConfig } from '../../../core/cluster/sagemaker/configuration.ts'
import { decodeHyperparameters } from '../../../core/cluster/sagemaker/hyperparameters.ts'
import { metricDefinitionsOf } from '../../../core/cluster/sagemaker/metrics.ts'
import { type Tools, trainJob } from '../../../core/cluster/sagemaker/train.ts'
import { formatByName } from '../../../core/demos/formats/index.ts'
import { recordEpisode } from '../../../core/demos/index.ts'
import { makeEnvironment } from '../../../core/envs/index.ts'
import { openLibraryInMemory } from '../../../core/store/index.ts'
import { invoke } from '../../cli/invoke.ts'
import { UNDERSTUDY } from '../../cli/support.ts'
import { invoke as ask, cell } from '../../serve/support.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { rightward } from '../../train/rightward.ts'
import { placesIn, put, putHosts, putHyperparameters } from './tree.ts'

const GIVEN = {
  env: 'basic',
  algo: 'ppo',
  gail: true,
  seed: 1,
  summary_freq: 200,
  checkpoint_interval: 300,
  evaluation_episodes: 2,
}
/** More than it comes to before it is stopped. */
const ENDLESS = 1_000_000

describe('a training job', () => {
  let base: string
  let first: Awaited<ReturnType<typeof trainUntilStopped>>

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'understudy-'))
    putHosts(base, 'algo-1', ['algo-1'])
    put(base, 'input/config/inputdataconfig.json', '{"demonstrations": {"TrainingInputMode": "File"}}')
    await putDemonstrations(base)
    putHyperparameters(base, { ...GIVEN, max_steps: ENDLESS, sagemaker_region: 'eu-west-1' })
    first = await trainUntilStopped(base)
    return () => rmSync(base, { recursive: true, force: true })
  })

  it('leaves a model and a checkpoint when it is stopped, which is no failure', () => {
    expect(first.code).toBe(0)
    expect(first.log).toContain('a.demo: 1 new episode')
    expect(first.log).toContain('b.npz: 1 new episode')
    for (const sign of ['\r', '\u001b']) expect(first.text).not.toContain(sign)
    const step = Number(/ended at step=(\d+) \(asked\)/.exec(first.log.join('\n'))![1])
    expect(step).toBeGreaterThan(0)
    expect(JSON.parse(readFileSync(join(base, 'model/agent.json'), 'utf8'))).toEqual({
      version: 1,
      environment: 'basic',
      parameters: {},
      plugins: [],
      algorithm: 'ppo',
      step,
    })
    expect(readFileSync(join(base, 'checkpoints/config.yaml'), 'utf8')).toContain('trainer_type: ppo')
    const kept = readdirSync(join(base, 'checkpoints/checkpoints'))
    expect(kept).toContain(`${step}.checkpoint`)
    expect(kept.filter((name) => name.endsWith('.checkpoint'))).toHaveLength(2)
    expect(readdirSync(base, { recursive: true }).filter((name) => /\.db|\.tmp$/.test(String(name)))).toEqual(
      [],
    )
    expect(existsSync(join(base, 'output/failure'))).toBe(false)
  })

  it('goes on where it was when it is started again, and ends', async () => {
    const before = lastStep(first.log)
    // Of what is kept, the service may have had no time to copy all; the job itself knows its configuration.
    rmSync(join(base, 'checkpoints/config.yaml'))
    const limit = before + 800
    const log = await trainHere({ max_steps: limit })
    expect(log).toContain(`basic: ppo, seed 1, from step=${before} to ${limit}`)
    const steps = log.flatMap((line) => /^step=(\d+);/.exec(line)?.[1] ?? []).map(Number)
    expect(steps.length).toBeGreaterThan(2)
    expect(Math.min(...steps)).toBeGreaterThan(before)
    expect(log).toContain(`ended at step=${limit} (max_steps)`)
    const metrics = readFileSync(join(base, 'output/data/metrics.csv'), 'utf8')
    // Those of before the interruption are among them.
    expect(metrics).toMatch(/^200,rollout\/return,/m)
    expect(readdirSync(join(base, 'output/data')).filter((name) => name.startsWith('events.'))).toHaveLength(
      2,
    )
    expect(JSON.parse(readFileSync(join(base, 'output/data/evaluation.json'), 'utf8')).episodes).toBe(2)
    // Once more, and there is nothing left to do.
    expect(await trainHere({ max_steps: limit })).toContain(
      `the run in ${join(base, 'checkpoints')} has done all of its ${limit} steps already`,
    )
    await expect(trainHere({ max_steps: limit, 'hyperparameters.num_epoch': 9 })).rejects.toThrow(
      /hyperparameters\.num_epoch is 9, but the run in .* began with 4/,
    )
  })

  it('begins with the networks of another job', async () => {
    const other = temporaryDirectory()
    cpSync(join(base, 'checkpoints'), join(other, 'input/data/checkpoint'), { recursive: true })
    cpSync(join(base, 'input/data/demonstrations'), join(other, 'input/data/train'), { recursive: true })
    await trainHere({ max_steps: 8, evaluation_episodes: 0 }, other)
    expect(readFileSync(join(other, 'checkpoints/checkpoints/0.onnx'))).toEqual(
      readFileSync(join(base, 'model/agent.onnx')),
    )
  })

  it('has a log in which every metric definition finds a number', () => {
    const definitions = metricDefinitionsOf(jobConfig(decodeHyperparameters(GIVEN), null, {}))
    expect(definitions.length).toBeGreaterThan(10)
    expect(definitions.length).toBeLessThanOrEqual(40)
    const silent = definitions.filter(({ Regex }) => {
      const found = first.log.map((line) => new RegExp(Regex).exec(line)).find((match) => match !== null)
      return !Number.isFinite(Number(found?.[1] ?? Number.NaN))
    })
    // Of what this configuration has switched off.
    expect(silent.map(({ Name }) => Name)).toEqual([
      'extrinsic/deviation',
      'cloning/pretraining_loss',
      'gail/entropy',
      'gail/kl',
      'gail/beta',
    ])
    for (const { Name, Regex } of definitions) {
      expect(Name.length).toBeLessThanOrEqual(255)
      expect(Regex.length).toBeLessThanOrEqual(500)
    }
    expect(first.log.find((line) => line.startsWith('step='))).toMatch(
      /^step=\d+; episode_reward_mean: -?[\d.]+; rollout\/score=/,
    )
  })

  it('makes a model that serve answers from', async () => {
    const child = spawn(process.execPath, [UNDERSTUDY, 'sagemaker', 'serve', '--json'], {
      env: { ...process.env, SAGEMAKER_BASE_DIR: base, SAGEMAKER_BIND_TO_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const { address } = JSON.parse(line)
    expect(address).toMatch(/^http:\/\/0\.0\.0\.0:\d+$/)
    const parameters = await (await fetch(`${address}/execution-parameters`)).json()
    expect(parameters).toEqual({
      MaxConcurrentTransforms: 16,
      BatchStrategy: 'SINGLE_RECORD',
      MaxPayloadInMB: 6,
    })
    const { status, body } = await ask(address, { observations: [cell(10), cell(12)] })
    expect(status).toBe(200)
    expect(body.actions).toHaveLength(2)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  /** In this process. @returns its log */
  async function trainHere(given: Readonly<Record<string, unknown>>, at = base): Promise<string[]> {
    putHyperparameters(at, { ...GIVEN, ...given })
    const log: string[] = []
    const tools: Tools = {
      log: (line) => log.push(line),
      signal: new AbortController().signal,
      admitPlugins: async () => {},
      admitEnvironment: () => {},
    }
    await trainJob(placesIn(at), tools, null)
    return log
  }
})

it('what it fails of stands where SageMaker looks for it', async () => {
  const base = temporaryDirectory()
  vi.stubEnv('SAGEMAKER_BASE_DIR', base)
  onTestFinished(() => void vi.unstubAllEnvs())
  putHyperparameters(base, { env: 'basik' })
  const { code, err } = await invoke(join(base, 'library'), 'sagemaker', 'train')
  expect(code).toBe(1)
  expect(err).toContain('error: unknown environment "basik"')
  expect(readFileSync(join(base, 'output/failure'), 'utf8')).toBe(
    'unknown environment "basik" (did you mean "basic"?)',
  )
  expect(existsSync(join(base, 'library'))).toBe(false)
  const served = await invoke(join(base, 'library'), 'sagemaker', 'serve')
  expect(served).toMatchObject({ code: 1, err: /^error: there is no agent\.onnx in / })
})

async function putDemonstrations(base: string): Promise<void> {
  const library = openLibraryInMemory(temporaryName())
  for (const [file, format] of [
    ['a.demo', 'demo'],
    ['b.npz', 'npz'],
  ] as const) {
    // Of different seeds: what is known already is not imported twice.
    const recorder = await recordEpisode(
      library,
      makeEnvironment('basic'),
      rightward(),
      file.length + format.length,
    )
    const bytes = await formatByName(format)!.write([library.readEpisode(recorder.episodeId!)])
    put(base, `input/data/demonstrations/${file}`, bytes as Uint8Array)
  }
  library.close()
}

function temporaryName(): string {
  return join(tmpdir(), 'nowhere')
}

/** SIGTERM once some summaries were printed. */
async function trainUntilStopped(base: string) {
  const child = spawn(process.execPath, [UNDERSTUDY, 'sagemaker', 'train'], {
    env: { ...process.env, SAGEMAKER_BASE_DIR: base },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  let isStopped = false
  child.stdout.on('data', (chunk: Buffer) => {
    text += String(chunk)
    if (isStopped || !text.includes('\ncheckpoint at step=9')) return
    isStopped = true
    child.kill('SIGTERM')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, text, log: text.split('\n') }
}

function lastStep(log: readonly string[]): number {
  return Number(/step=(\d+) \(asked\)/.exec(log.join('\n'))![1])
}

/** train, evaluate, compare and agents as a person runs them. */
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../store/support.ts'
import { invoke, invokeJson } from './invoke.ts'
import { startUnderstudy } from './support.ts'

const QUICK = ['train', '--env', 'basic', '--algo', 'ppo', '--seed', '1']
const CONFIG = `
behaviors:
  basic:
    trainer_type: ppo
    hyperparameters: { batch_size: 32, buffer_size: 128 }
    network_settings: { hidden_units: 16, num_layers: 1 }
    max_steps: 1000
    summary_freq: 250
    checkpoint_interval: 500
env_settings: { env: basic, num_envs: 4, seed: 2 }
`

describe('a run by command', () => {
  let dir: string
  let events: Record<string, unknown>[]

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'understudy-'))
    events = await invokeJson(dir, ...QUICK, '--run-id', 'first')
    return () => rmSync(dir, { recursive: true, force: true })
  })

  it('prints one object per line, and a summary of the run last', () => {
    expect(events[0]).toMatchObject({ event: 'started', runId: 'first', environment: 'basic' })
    expect(events.some(({ event }) => event === 'metrics')).toBe(true)
    expect(events.some(({ event }) => event === 'checkpoint')).toBe(true)
    expect(events.at(-1)).toMatchObject({
      event: 'finished',
      runId: 'first',
      steps: 10_000,
      episodes: expect.any(Number),
      masteredAtStep: null,
      wallSeconds: expect.any(Number),
    })
  })

  it('is evaluated on held-out boards', async () => {
    const [evaluation] = await invokeJson(dir, 'evaluate', 'first', '--episodes', '20')
    expect(evaluation).toMatchObject({
      environment: 'basic',
      episodes: 20,
      winRate: 1,
      humanAverage: null,
      solved: true,
    })
    expect(evaluation!.seeds).toHaveLength(20)
    expect((evaluation!.points as { mean: number }).mean).toBeGreaterThan(0.9)
    const { out } = await invoke(dir, 'evaluate', 'first', '--seeds', '3,5-6')
    expect(out).toContain('first in Basic, 3 boards\n')
    const shown = (await invoke(dir, 'runs', 'show', 'first')).out
    expect(shown).toMatch(/^in training: 0\.9\d points, mean of the episodes in the last 1,000 steps$/m)
    expect(shown).toMatch(/^held out: 0\.9\d points, mean of 20 boards that it never trained on/m)
    expect((await invoke(dir, 'agents', 'list')).out).toMatch(/IN TRAINING +HELD OUT/)
  })

  it('is compared with itself at an earlier checkpoint, as table, JSON, picture and report', async () => {
    const files = { svg: join(dir, 'plot.svg'), html: join(dir, 'report.html') }
    const args = ['compare', 'first', 'first@5000', '--episodes', '10']
    const { out, code } = await invoke(dir, ...args, '--demos', '--svg', files.svg, '--html', files.html)
    expect(code).toBe(0)
    expect(out).toContain('BETTER THAN first')
    expect(out).toContain('first@5000')
    expect(readFileSync(files.svg, 'utf8')).toContain('</svg>')
    expect(readFileSync(files.html, 'utf8')).toContain('first@5000')
    const { out: json } = await invoke(dir, ...args, '--json')
    expect(JSON.parse(json).rows).toMatchObject([{ label: 'first' }, { label: 'first@5000' }])
  })

  it('is on the shelf, and its policy can be carried away', async () => {
    const [runs] = await invokeJson<Record<string, unknown>[]>(dir, 'agents', 'list')
    expect(runs).toMatchObject([
      { id: 'first', state: 'finished', step: 10_000, checkpoints: [0, 5_000, 10_000] },
    ])
    expect((await invoke(dir, 'agents', 'list')).out).toMatch(
      /RUN +ENVIRONMENT.*\nfirst +basic +ppo +finished +10,000/,
    )
    expect((await invoke(dir, 'agents', 'rename', 'first', 'My first')).code).toBe(0)
    expect((await invoke(dir, 'agents', 'list')).out).toContain('My first')
    const file = join(dir, 'policy.onnx')
    expect((await invoke(dir, 'agents', 'export', 'first', '--out', file)).code).toBe(0)
    const { out } = await invoke(dir, 'evaluate', file, '--env', 'basic', '--episodes', '5')
    expect(out).toContain('won 100%')
  })

  it.each([
    [[...QUICK, '--run-id', 'first'], 1, 'run "first" already exists', '--resume'],
    [['train', '--run-id', 'first', '--resume'], 1, 'has already done all of its 10000 steps', '--max-steps'],
    [['train', '--run-id', 'first', '--resume', '--seed', '9'], 2, '--seed was 1', 'leave the flag out'],
    [['train', '--run-id', 'first', '--resume', '--demos', 'all'], 2, '--demos and --resume cannot', ''],
    [['train', '--run-id', 'frist', '--resume'], 1, 'there is no run "frist"', 'did you mean "first"?'],
    [['train'], 2, 'which environment?', '--env'],
    [['train', '--env', 'basc'], 2, 'unknown environment "basc"', 'did you mean "basic"?'],
    [['train', '--env', 'basic', '--algo', 'dnq'], 2, 'unknown algorithm "dnq"', 'did you mean "dqn"?'],
    [
      ['train', '--env', 'basic', '--stop-on', 'mastred'],
      2,
      '--stop-on must be none, mastered, sustained or plateau, not "mastred"',
      'did you mean "mastered"?',
    ],
    [
      ['record', '--env', 'basic', '--player', 'scriptd'],
      2,
      'there is no player',
      'did you mean "scripted"?',
    ],
    [
      ['train', '--env', 'basic', '--algo', 'sac', '--gail'],
      1,
      'no demonstrations of basic',
      'record or import',
    ],
    [
      ['train', '--env', 'basic', '--preset', 'sac', '--gail'],
      2,
      'the preset sac is SAC, which --gail contradicts',
      'use --preset sac-gail, or leave --gail out',
    ],
    [
      ['train', '--env', 'basic', '--algo', 'bc', '--gail'],
      2,
      'bc learns from demonstrations alone, without rewards',
      'leave it out',
    ],
    [
      ['train', '--env', 'basic', '--algo', 'ppo', '--stop-on', 'mastered'],
      2,
      'basic has no human average',
      '--stop-on plateau',
    ],
    [
      ['train', '--run-id', 'first', '--resume', '--gail-control', 'shuffled'],
      2,
      '--gail-control was none',
      'leave the flag out',
    ],
    [
      ['evaluate', 'scripted', '--env', 'bubble/25', '--sample'],
      2,
      '"scripted" is not a trained policy',
      'leave --checkpoint',
    ],
    [['evaluate', 'first', '--seeds', '1', '--episodes', '3'], 2, "'--seeds <list>' cannot be used with", ''],
    [['compare', 'first', '--seeds', '1', '--episodes', '3'], 2, "'--seeds <list>' cannot be used with", ''],
    [['serve', 'first', '--model', 'x.onnx'], 2, '--model and the name of a run cannot be used together', ''],
    [['serve', 'first', '--env', 'grid'], 2, 'first plays basic', 'leave --env out'],
    [
      ['demos', 'export', '--actions', 'same', '--out', 'x.npz'],
      2,
      '--actions is only for .demo files',
      'leave it out',
    ],
    [['train', '--env', 'basic', '--run-id', '../x'], 2, '"../x" cannot be the name of a run', 'letters'],
    [['train', '--env', 'basic', '--engine', 'torch'], 2, 'engine', ''],
    [['train', 'nowhere.yaml'], 2, 'nowhere.yaml cannot be read', ''],
    [['train', '--env', 'basic', '--max-steps', 'many'], 2, '--max-steps must be a whole number', ''],
    [['evaluate', 'frist'], 1, 'there is no run "frist"', 'did you mean "first"?'],
    [['evaluate', 'first', '--checkpoint', '3'], 1, 'no checkpoint at step 3', 'there are 0, 5000, 10000'],
    [['evaluate', 'first', '--seeds', '9-3'], 2, 'is not a list of seeds', ''],
    [['evaluate', 'scripted'], 2, 'which environment', '--env'],
    [
      ['compare', 'first', '--svg', '/nowhere/x.svg', '--episodes', '1'],
      1,
      '/nowhere/x.svg cannot be written',
      '',
    ],
    [['agents', 'delete', 'frist'], 1, 'there is no run "frist"', ''],
  ])('says in one sentence what is wrong with %s', async (args, code, message, remedy) => {
    const result = await invoke(dir, ...args)
    expect(result.err).toContain(`error: `)
    expect(result.err).toContain(message)
    expect(result.err).toContain(remedy)
    expect(result.err).not.toContain('    at ')
    expect(result.code).toBe(code)
  })

  it('is deleted with all that belongs to it', async () => {
    expect((await invoke(dir, 'agents', 'delete', 'first')).code).toBe(0)
    expect(existsSync(join(dir, 'runs/first'))).toBe(false)
  })
})

describe('a configuration file', () => {
  it('trains, and the run gets a readable name', async () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'basic.yaml')
    writeFileSync(file, CONFIG)
    const { code, out, err } = await invoke(dir, 'train', file)
    expect(code).toBe(0)
    expect(err).toContain('run basic-ppo-1')
    expect(out).toContain('finished: 1,000 steps')
    expect(readFileSync(join(dir, 'runs/basic-ppo-1/config.yaml'), 'utf8')).toContain('buffer_size: 128')
    const misspelt = CONFIG.replace('batch_size', 'batchsize')
    writeFileSync(file, misspelt)
    const wrong = await invoke(dir, 'train', file)
    expect(wrong.code).toBe(2)
    expect(wrong.err).toContain('basic.yaml: behaviors.basic.hyperparameters.batchsize: unknown key')
    expect(wrong.err).toContain('did you mean "batch_size"?')
  })
})

describe('a run that exists', () => {
  const dir = mkdtempSync(join(tmpdir(), 'understudy-'))
  const file = join(dir, 'basic.yaml')
  const train = (...more: string[]) => invoke(dir, 'train', file, '--run-id', 'a', ...more)
  const write = (steps: number, batchSize = 32) =>
    writeFileSync(
      file,
      CONFIG.replace('max_steps: 1000', `max_steps: ${steps}`).replace('size: 32', `size: ${batchSize}`),
    )

  beforeAll(async () => {
    write(400)
    expect((await train()).code).toBe(0)
    return () => rmSync(dir, { recursive: true, force: true })
  })

  it('is not overwritten unasked; both remedies are named', async () => {
    const { code, err } = await train()
    expect(code).toBe(1)
    expect(err).toContain('run "a" already exists')
    expect(err).toContain('--resume to continue it, --force to overwrite it')
  })

  it('goes on when the file has more steps, and says when it has made them all', async () => {
    expect((await train('--resume')).err).toContain('run "a" has already done all of its 400 steps')
    write(800)
    expect((await train('--resume')).out).toContain('finished: 800 steps')
  })

  it('ends by what the file says of its end, and else as it began', async () => {
    const end = () => /max_seconds: .*/.exec(readFileSync(join(dir, 'runs/a/config.yaml'), 'utf8'))?.[0]
    write(840)
    appendFileSync(file, '\nstop: {max_seconds: 3600}\n')
    expect((await train('--resume')).code).toBe(0)
    expect(end()).toBe('max_seconds: 3600')
    write(880)
    expect((await train('--resume')).code).toBe(0)
    expect(end()).toBe('max_seconds: 3600')
  })

  it('does not go on by a file that says something else', async () => {
    write(1200, 64)
    const { code, err } = await train('--resume')
    expect(code).toBe(2)
    expect(err).toContain(
      'basic.yaml: behaviors.basic.hyperparameters.batch_size is 64, but run "a" began with 32',
    )
    expect(err).toContain('understudy train --run-id a --resume')
  })

  it('is kept when --force comes with a run to begin from that does not exist', async () => {
    write(400)
    expect((await train('--force', '--initialize-from', 'b')).err).toContain('there is no run "b"')
    expect((await train('--force', '--initialize-from', 'a')).err).toContain(
      'cannot start from its own networks',
    )
    expect(existsSync(join(dir, 'runs/a/agent.onnx'))).toBe(true)
  })

  it('is overwritten by --force whatever the file says, and gives another its networks', async () => {
    writeFileSync(
      file,
      `${CONFIG.replace('max_steps: 1000', 'max_steps: 400')}\ncheckpoint_settings: {resume: true}`,
    )
    expect((await train()).err).toContain('run "a" has already done all of its 880 steps')
    expect((await train('--force')).out).toContain('finished: 400 steps')
    write(400)
    const { out } = await invoke(dir, 'train', file, '--run-id', 'b', '--initialize-from', 'a')
    expect(out).toContain('finished: 400 steps')
    expect((await invoke(dir, 'train', '--resume', '--run-id', 'nobody')).err).toContain(
      'there is no run "nobody"',
    )
  })
})

describe('Ctrl-C', () => {
  it('stops with a checkpoint, and the run goes on by --resume', async () => {
    const dir = temporaryDirectory()
    const child = startUnderstudy(dir, ...QUICK, '--run-id', 'a', '--max-steps', '100000000', '--json')
    let last: Record<string, unknown> = {}
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => {
      last = JSON.parse(line)
      // The last checkpoint comes after the first Ctrl-C; a second one would end the run at once.
      if (last.event === 'checkpoint' && !child.killed) child.kill('SIGINT')
    })
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
    expect(last).toMatchObject({ event: 'finished', runId: 'a', complete: false })
    const maxSteps = (last.steps as number) + 1_000
    const resumed = await invokeJson(dir, 'train', '--run-id', 'a', '--resume', '--max-steps', `${maxSteps}`)
    expect(resumed[0]).toMatchObject({ event: 'started', step: last.steps })
    expect(resumed.at(-1)).toMatchObject({ event: 'finished', steps: expect.any(Number), complete: true })
    expect(resumed.at(-1)!.steps as number).toBeGreaterThanOrEqual(maxSteps)
  })
})

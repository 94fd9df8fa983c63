/** `understudy runs`, and what the other commands say of runs that are damaged. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLibrary } from '../../core/store/index.ts'
import { configToYaml, resolveConfig, startRun, writeElsewhere } from '../../core/train/index.ts'
import { invoke, invokeJson } from './invoke.ts'

const dir = mkdtempSync(join(tmpdir(), 'understudy-runs-'))
const runs = join(dir, 'runs')

beforeAll(async () => {
  const library = openLibrary(dir)
  const config = resolveConfig({
    behaviors: {
      basic: {
        trainer_type: 'sac',
        hyperparameters: { batch_size: 32, buffer_init_steps: 100, steps_per_update: 8 },
        network_settings: { hidden_units: 16, num_layers: 1 },
        max_steps: 600,
        summary_freq: 100,
        checkpoint_interval: 200,
      },
    },
    env_settings: { env: 'basic', num_envs: 4, seed: 3 },
    checkpoint_settings: { run_id: 'whole' },
  })
  const run = await startRun({ library, config, demonstrations: [] })
  expect((await run.ended).failed).toBeNull()
  for (const id of ['cut', 'empty']) {
    cpSync(join(runs, 'whole'), join(runs, id), { recursive: true })
    library.putRun({ ...library.getRun('whole')!, id, config: configToYaml({ ...config, runId: id }) })
  }
  cpSync(join(runs, 'whole'), join(runs, 'unknown'), { recursive: true })
  truncateSync(join(runs, 'cut', 'checkpoints', '600.checkpoint'), 2_000)
  for (const name of readdirSync(join(runs, 'empty', 'checkpoints'))) {
    if (name.endsWith('.checkpoint')) writeFileSync(join(runs, 'empty', 'checkpoints', name), '')
  }
  library.close()
}, 60_000)

afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Name, size and time of everything below. */
function tree(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(directory, name))
      return `${name} ${size} ${mtimeMs}`
    })
}

describe('understudy runs', () => {
  it('lists and shows what is damaged, and changes nothing by looking', async () => {
    const before = tree(runs)
    const [listed] = await invokeJson<{ id: string; state: string | null; step: number; problem: string }[]>(
      dir,
      'runs',
      'list',
    )
    const problems = Object.fromEntries(listed!.map(({ id, problem }) => [id, problem]))
    expect(problems).toEqual({
      whole: null,
      cut: 'checkpoint 600 is damaged (checksum); if resumed, the run goes back to an older one',
      empty: 'checkpoint 600 is damaged (length: 0 bytes); if resumed, the run goes back to an older one',
      unknown: 'it is not in the library; `understudy runs repair unknown` adds it',
    })
    const text = await invoke(dir, 'runs', 'list')
    expect(text.out).toMatch(/^whole +finished +600 +\d+ kB$/m)
    expect(text.out).toMatch(/^cut +damaged +600 .* kB +checkpoint 600 is damaged/m)

    const shown = await invoke(dir, 'runs', 'show', 'cut')
    expect([shown.code, shown.err]).toEqual([1, ''])
    expect(shown.out).toMatch(/^ +600 +damaged +checksum$/m)
    expect(shown.out).toContain('checkpoint 600 is damaged (checksum)')
    expect(await invoke(dir, 'runs', 'show', 'whole')).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing is damaged'),
    })
    expect((await invoke(dir, 'evaluate', 'cut', '--episodes', '2')).code).toBe(0)
    expect((await invoke(dir, 'agents', 'export', 'empty', '--out', join(dir, 'a.onnx'))).code).toBe(0)
    const agents = (await invokeJson<{ id: string; problem: string | null }[]>(dir, 'agents', 'list'))[0]!
    expect(agents.find(({ id }) => id === 'cut')!.problem).toBe(problems.cut)
    expect(tree(runs)).toEqual(before)
  })

  it('says in a line what going on has cost, and why it cannot', async () => {
    const resume = (run: string) => invoke(dir, 'train', '--run-id', run, '--resume', '--max-steps', '800')
    const cut = await resume('cut')
    expect(cut.code).toBe(0)
    expect(cut.err).toContain(
      'checkpoint 600 is damaged (checksum); continuing from 400; 200 steps are lost\n',
    )
    const empty = await resume('empty')
    expect(empty.code).toBe(1)
    expect(empty.err).toMatch(
      /error: run "empty" cannot be resumed: checkpoint 600 is damaged \(length: 0 bytes\), checkpoint 400 .*, checkpoint 200 /,
    )
    expect(empty.err).toContain('`understudy runs repair empty`, or start again with --force')
  })

  it('repairs, prunes and deletes', async () => {
    const empty = await invoke(dir, 'runs', 'repair', 'empty')
    expect([empty.code, empty.err]).toEqual([
      1,
      'not repaired: its checkpoints are gone: it can be played but not resumed\n',
    ])
    expect(empty.out).toContain('checkpoint 600 was set aside (length: 0 bytes)\n')
    expect(await invokeJson(dir, 'runs', 'repair', 'unknown')).toEqual([
      { run: 'unknown', done: ['its row in the library was recreated'], left: [] },
    ])
    const [[freed]] = (await invokeJson<{ run: string; bytes: number }[]>(
      dir,
      'runs',
      'prune',
      'unknown',
    )) as [[{ run: string; bytes: number }]]
    expect(freed).toEqual({ run: 'unknown', bytes: expect.any(Number) })
    expect(freed.bytes).toBeGreaterThan(100_000)
    expect(readdirSync(join(runs, 'unknown', 'checkpoints')).sort()).toEqual([
      '600.checkpoint',
      '600.onnx',
      '600.replay',
    ])
    expect((await invoke(dir, 'runs', 'delete', 'empty', 'nothing')).err).toContain(
      'there is no run "nothing"',
    )
    expect((await invoke(dir, 'runs', 'delete', 'empty')).out).toBe('deleted empty\n')
    expect(existsSync(join(runs, 'empty'))).toBe(false)
    expect((await invoke(dir, 'runs', 'prune', 'cut', '--keep', '0')).code).toBe(2)
  })
})

describe('a run that a cluster has', () => {
  it('is left alone here until it is given up', async () => {
    writeElsewhere(join(runs, 'whole'), { address: 'http://head:8265', job: 'understudy-1', folder: null })
    const touching = [
      ['train', '--run-id', 'whole', '--resume', '--max-steps', '800'],
      ['train', '--env', 'basic', '--algo', 'ppo', '--run-id', 'whole', '--force'],
      ['runs', 'delete', 'whole'],
      ['runs', 'prune', 'whole'],
    ]
    const before = tree(join(runs, 'whole'))
    for (const command of touching) {
      const { code, err } = await invoke(dir, ...command)
      expect([code, err], command.join(' ')).toEqual([
        1,
        expect.stringContaining('run "whole" may still be training at http://head:8265'),
      ])
    }
    expect(tree(join(runs, 'whole'))).toEqual(before)
    expect((await invoke(dir, 'runs', 'abandon', 'whole')).code).toBe(0)
    expect((await invoke(dir, 'runs', 'prune', 'whole')).code).toBe(0)
    expect((await invoke(dir, 'runs', 'abandon', 'whole')).out).toContain('is not being trained on a cluster')
  })
})

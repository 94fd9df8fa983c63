import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import { invoke, invokeJson } from './invoke.ts'
import { startUnderstudy } from './support.ts'

const FILE = `
name: small
title: PPO on Basic
env: basic
seeds: [1]
until: max_steps
measure: { held_out: 5, rows_every: 500 }
columns:
  - { id: ppo, title: PPO, preset: ppo, max_steps: 1000 }
  - { id: other, title: Other, preset: ppo, max_steps: 2000 }
`

describe('understudy experiment', () => {
  let dir: string
  let file: string

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'understudy-'))
    file = join(dir, 'small.yaml')
    writeFileSync(file, FILE)
    return () => rmSync(dir, { recursive: true, force: true })
  })

  it('trains what is chosen and prints one object per line', async () => {
    const events = await invokeJson(dir, 'experiment', file, '--columns', 'ppo', '--jobs', '1')
    expect(events[0]).toEqual({ event: 'plan', cells: 1, kept: 0, jobs: 1 })
    expect(events[1]).toEqual({ event: 'started', cell: 'ppo-1', step: 0 })
    expect(events.at(-2)).toMatchObject({
      event: 'finished',
      cell: 'ppo-1',
      result: { seed: 1, mastered: null },
    })
    expect(events.at(-1)).toMatchObject({ event: 'report', cells: 1, columns: [{ id: 'ppo', planned: 1 }] })
  })

  it('makes the report anew without training, where it is wanted', async () => {
    const docs = join(dir, 'docs')
    const { code, out, err } = await invoke(dir, 'experiment', file, '--report-only', '--report', docs)
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toContain('|  | PPO |')
    expect(readFileSync(join(docs, 'small.md'), 'utf8')).toMatch(/^# PPO on Basic\n\n<!-- begin small/)
    // The raw data of a committed report are enough.
    const elsewhere = ['--out', join(dir, 'nowhere'), '--report', docs]
    expect((await invoke(dir, 'experiment', file, '--report-only', ...elsewhere)).out).toBe(out)
  })

  it('says when the raw data are of other settings than the file has now', async () => {
    const other = join(dir, 'other.yaml')
    writeFileSync(other, FILE.replace('preset: ppo, max_steps: 1000', 'preset: ppo, max_steps: 500'))
    const { err } = await invoke(dir, 'experiment', other, '--report-only')
    expect(err).toContain('ppo-1 was made with settings different from those')
    expect(err).toContain('max_steps was 1000, is 500')
  })

  it('stops on Ctrl-C with checkpoints, and says how to go on', async () => {
    const long = join(dir, 'long.yaml')
    writeFileSync(long, FILE.replaceAll('max_steps: 2000', 'max_steps: 100000000').replace('small', 'long'))
    const child = startUnderstudy(dir, 'experiment', long, '--columns', 'other', '--json')
    let step = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line)
      if (event.event === 'progress') step = event.step
      if (step > 0 && !child.killed) child.kill('SIGINT')
    })
    let said = ''
    child.stderr.on('data', (text: Buffer) => {
      said += text
    })
    const [code] = await once(child, 'close')
    expect(code).toBe(130)
    expect(said).toContain('the same command continues')
    const checkpoints = readdirSync(join(dir, 'results/long/library/runs/other-1/checkpoints'))
    expect(Math.max(...checkpoints.map((name) => Number.parseInt(name, 10)))).toBeGreaterThanOrEqual(step)
  })

  it.each([
    [['nowhere.yaml'], 2, 'nowhere.yaml cannot be read', ''],
    [['FILE', '--columns', 'pop'], 2, '--columns: there is no column "pop"', 'did you mean "ppo"?'],
    [['FILE', '--jobs', '0'], 2, '--jobs must be a whole number', ''],
    [['FILE', '--report-only', '--out', 'DIR/empty'], 1, 'there are no results for small', '--report-only'],
    [['BROKEN'], 2, 'broken.yaml: columns.ppo.sedes: unknown key', 'did you mean "seeds"?'],
  ])('says in one sentence what is wrong with %s', async (args, code, message, remedy) => {
    const broken = join(dir, 'broken.yaml')
    writeFileSync(broken, FILE.replace('title: PPO,', 'sedes: [1],'))
    const words = args.map((word) => word.replace('FILE', file).replace('DIR', dir).replace('BROKEN', broken))
    const result = await invoke(dir, 'experiment', ...words)
    expect(result.err).toContain(message)
    expect(result.err).toContain(remedy)
    expect(result.err).not.toContain('    at ')
    expect(result.code).toBe(code)
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { Cell } from '../../core/experiment/index.ts'
import { planTuning, type RunnerEvent, tune, writeTuneReport } from '../../core/experiment/index.ts'
import { rank } from '../../core/experiment/tune/halving.ts'
import { dimension, draw } from '../../core/experiment/tune/space.ts'
import { Random } from '../../core/random.ts'
import { resolveConfig } from '../../core/train/index.ts'
import { temporaryDirectory } from '../store/support.ts'

// Training processes take their time to start where others train, too.
vi.setConfig({ testTimeout: 120_000 })

const FILE = `
name: tiny
title: Tuning PPO on Basic
env: basic
preset: ppo
until: solved
measure: { held_out: 2, rows_every: 500 }
settings: { checkpoint_interval: 500 }
space:
  hyperparameters.learning_rate: { log_uniform: [0.00001, 0.01] }
  hyperparameters.num_epoch: { uniform: [1, 4], integer: true }
search:
  trials: 3
  rungs: [{ max_steps: 500, seeds: [11], keep: 1 }]
verify: { seeds: [1], max_steps: 1500 }
`

describe('a space', () => {
  it('is drawn from within its bounds, evenly, with numbers that a person can read', () => {
    const random = new Random(3)
    const space = {
      a: dimension.parse({ uniform: [2, 4] }),
      b: dimension.parse({ log_uniform: [0.001, 10] }),
      c: dimension.parse({ uniform: [1, 3], integer: true }),
      d: dimension.parse({ choice: ['x', null] }),
    }
    const points = Array.from({ length: 2_000 }, () => draw(space, random) as Record<string, number>)
    const share = (is: (point: Record<string, unknown>) => boolean) =>
      points.filter(is).length / points.length
    for (const { a, b, c } of points) {
      expect(a).toBeGreaterThanOrEqual(2)
      expect(a).toBeLessThanOrEqual(4)
      expect(b).toBeGreaterThanOrEqual(0.001)
      expect(b).toBeLessThanOrEqual(10)
      expect([1, 2, 3]).toContain(c)
      expect(String(a).length).toBeLessThanOrEqual(4)
    }
    expect(share(({ a }) => (a as number) < 3)).toBeCloseTo(0.5, 1)
    expect(share(({ b }) => (b as number) < 0.1)).toBeCloseTo(0.5, 1)
    expect(share(({ c }) => c === 3)).toBeCloseTo(1 / 3, 1)
    expect(share(({ d }) => d === null)).toBeCloseTo(0.5, 1)
  })
})

describe('the standing of trials', () => {
  it('is by samples, then by the held-out score in the direction that is good', () => {
    const { rungs, trials } = planTuning(FILE.replace('trials: 3', 'trials: 5'), 'tiny.yaml')
    const cell = (column: string, solved: number | null, score: number) =>
      ({
        column,
        seed: 11,
        solved: solved === null ? null : { step: solved, seconds: 1 },
        heldOut: { scores: [score], won: 0 },
      }) as unknown as Cell
    const standings = rank(rungs[0]!.plan(trials), [
      cell('default', null, 0.2),
      cell('trial-1', 900, 0.1),
      cell('trial-2', null, 0.9),
      cell('trial-3', 400, 0.1),
    ])
    expect(standings.map(({ id }) => id)).toEqual(['trial-3', 'trial-1', 'trial-2', 'default'])
  })
})

describe('a search', () => {
  it('halves the trials, verifies with the default on fresh seeds, and goes on after an interruption', async () => {
    const plan = planTuning(FILE, 'tiny.yaml')
    expect(plan.trials.map(({ id }) => id)).toEqual(['default', 'trial-1', 'trial-2'])
    const directory = temporaryDirectory()
    const abort = new AbortController()
    const events: RunnerEvent[] = []
    const attempt = (signal: AbortSignal) =>
      tune({
        plan,
        directory,
        jobs: 2,
        version: 'test',
        signal,
        onEvent: (event) => {
          events.push(event)
          if (event.event === 'finished') abort.abort(new Error('asked to'))
        },
      })
    expect(await attempt(abort.signal)).toBeNull()
    const result = (await attempt(new AbortController().signal))!
    const finished = events.filter(({ event }) => event === 'finished')
    // Three in the only rung, then the default and at most one more; none is trained twice.
    expect(finished.length).toBe(3 + result.verification.experiment.columns.length)
    expect(result.rungs[0]!.standings).toHaveLength(3)
    const verified = result.verification.experiment.columns.map(({ id }) => id)
    expect(verified[0]).toBe('default')
    expect(new Set([...verified, result.rungs[0]!.standings[0]!.id]).size).toBe(verified.length)

    const { files, markdown } = await writeTuneReport(plan, result, directory, 'understudy tune tiny.yaml')
    expect(files.every((file) => existsSync(file))).toBe(true)
    expect(markdown).toContain('### Rung 1: 500 steps, seeds 11')
    expect(markdown).toContain('|  | learning_rate | num_epoch | samples, median | held-out mean |')
    expect(markdown).toMatch(/Best on fresh seeds is \*\*trial-\d\*\*|No trial of 2 beats the default/)
    const best = resolveConfig(readFileSync(join(directory, 'tiny.yaml'), 'utf8'))
    expect(best).toMatchObject({ environment: 'basic', stop: { at: 'none' } })
    expect(best.behavior.hyperparameters).toMatchObject(
      'hyperparameters.num_epoch' in result.best.point
        ? { num_epoch: result.best.point['hyperparameters.num_epoch'] }
        : { num_epoch: 4 },
    )
  })

  it.each([
    [
      FILE.replace('[1], max', '[11], max'),
      'verify.seeds: seed 11 is also used in the search',
      'verify with fresh seeds',
    ],
    [
      FILE.replace('uniform: [1, 4]', 'unifrom: [1, 4]'),
      'tiny.yaml: space.hyperparameters.num_epoch: expected {',
      '',
    ],
    [
      FILE.replace('[0.00001', '[0'),
      'space.hyperparameters.learning_rate.log_uniform: expected bounds above 0',
      '',
    ],
    [
      FILE.replace('num_epoch:', 'num_epochs:'),
      'hyperparameters.num_epochs: unknown key',
      'did you mean "num_epoch"?',
    ],
    [
      FILE.replace('trials: 3', 'trials: 3\n  trails: 4'),
      'tiny.yaml: search.trails: unknown key',
      'did you mean "trials"?',
    ],
  ])('is refused with a sentence: %#', (yaml, message, remedy) => {
    expect(() => planTuning(yaml, 'tiny.yaml')).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: expect.stringContaining(message),
        ...(remedy === '' ? {} : { remedy: expect.stringContaining(remedy) }),
      }),
    )
  })
})

describe('the committed search', () => {
  it('can be run', () => {
    const file = 'experiments/tune-bubble-sac.yaml'
    expect(planTuning(readFileSync(file, 'utf8'), file).trials).toHaveLength(16)
  })
})

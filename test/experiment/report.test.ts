import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { median, probabilityOfLess, ratioOfMedians } from '../../core/experiment/censored.ts'
import { type Cell, planExperiment, readReportCells, writeReport } from '../../core/experiment/index.ts'
import { withBlock } from '../../core/experiment/report.ts'
import { summarizeExperiment } from '../../core/experiment/summary.ts'
import { temporaryDirectory } from '../store/support.ts'

const NEVER = Number.POSITIVE_INFINITY

const experiment = planExperiment(
  `
name: two
title: Two columns
env: bubble/25
seeds: [1, 2, 3]
until: sustained
columns:
  - { id: fast, title: Fast, preset: sac, max_steps: 20000, paced_rate: 15, published: { time: "5:58", samples: 323000 } }
  - { id: slow, title: Slow, preset: ppo, max_steps: 60000, paced_rate: 12 }
compare:
  - { name: saved, of: fast, against: slow, published: 0.81 }
  - { name: gained, of: fast, against: slow, by: paced_rate }
`,
  'two.yaml',
)

function cell(column: string, seed: number, at: number | null, changed: Partial<Cell> = {}): Cell {
  return {
    format: 1,
    column,
    seed,
    identity: {},
    made: { at: '2026-01-01T00:00:00.000Z', understudy: '1', node: 'v24', cpu: 'Test', cores: 4, jobs: 2 },
    steps: 20_000,
    episodes: 500,
    seconds: 100,
    mastered: at === null ? null : { step: at, seconds: at / 200 },
    sustained: null,
    solved: null,
    heldOut: { scores: [20 + seed, 22 + seed], won: 2 },
    curve: { steps: [1000, 2000], scores: [50, 40 - seed], seconds: [5, 10] },
    ...changed,
  }
}

const cells = [
  cell('fast', 1, 4_000),
  cell('fast', 2, 6_000),
  cell('fast', 3, 5_000),
  cell('slow', 1, 40_000),
  cell('slow', 2, null, { heldOut: { scores: [60, 30], won: 1 } }),
  cell('slow', 3, 50_000),
]

describe('statistics of what may not have happened', () => {
  it('median, by hand', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([1, NEVER, 2])).toBe(2)
    expect(median([1, NEVER])).toBe(NEVER)
    expect(median([NEVER, NEVER])).toBe(NEVER)
  })

  it('ratio of medians: exact where nothing varies, and open where nothing is known', () => {
    expect(ratioOfMedians([2, 2], [4, 4, 4])).toEqual({ ratio: 0.5, ci95: [0.5, 0.5] })
    expect(ratioOfMedians([2, 2], [NEVER, NEVER])).toEqual({ ratio: 0, ci95: [0, 0] })
    expect(ratioOfMedians([NEVER], [4])).toEqual({ ratio: NEVER, ci95: [NEVER, NEVER] })
    const { ratio, ci95 } = ratioOfMedians([NEVER], [NEVER])
    expect(ratio).toBeNaN()
    expect(ci95).toEqual([0, NEVER])
  })

  it('the interval of a ratio holds what resampling by hand gives', () => {
    // One value of two against a constant: resamples are 1, 2 or 3 with probabilities 1/4, 1/2 and 1/4.
    expect(ratioOfMedians([1, 3], [1])).toEqual({ ratio: 2, ci95: [1, 3] })
    const [low, high] = ratioOfMedians([90, 100, 110, 95, 105], [200, 210, 190, 205, 195]).ci95
    expect(low).toBeGreaterThan(0.42)
    expect(low).toBeLessThan(0.5)
    expect(high).toBeGreaterThan(0.5)
    expect(high).toBeLessThan(0.58)
  })

  it('probability of needing less: pairs, ties half', () => {
    expect(probabilityOfLess([1, 5], [3, 5])).toBe((1 + 1 + 0 + 0.5) / 4)
    expect(probabilityOfLess([1, NEVER], [NEVER])).toBe(0.75)
  })
})

describe('the summary', () => {
  const { goal, columns, comparisons } = summarizeExperiment(experiment, cells)
  const [fast, slow] = columns

  it('of a column whose runs all met the goal', () => {
    expect(goal).toBe('mastered')
    expect(fast!.mastered).toEqual({
      values: [4_000, 6_000, 5_000],
      met: 3,
      median: 5_000,
      low: 4_000,
      high: 6_000,
      mean: 5_000,
      sd: 1_000,
    })
    expect(fast!.seconds.median).toBe(25)
    expect(fast!.stepsPerSecond).toBe(200)
    expect(fast!.pacedHours).toBeCloseTo(5_000 / 15 / 3600, 12)
    expect(fast!.heldOut.mean).toBe(23)
    expect(fast!.heldOut.each).toEqual([22, 23, 24])
    expect(fast!).toMatchObject({ winRate: 1, solvedAtEnd: 3 })
  })

  it('of one with a run that did not', () => {
    expect(slow!.mastered).toMatchObject({
      met: 2,
      median: 50_000,
      low: 40_000,
      high: NEVER,
      mean: null,
      sd: null,
    })
    expect(slow!.winRate).toBeCloseTo(2.5 / 3, 12)
    expect(slow!.solvedAtEnd).toBe(2)
  })

  it('of the comparisons', () => {
    expect(comparisons[0]).toMatchObject({ name: 'saved', ratio: 0.1, probabilityOfLess: 1, published: 0.81 })
    expect(comparisons[0]!.ci95![0]).toBe(0)
    expect(comparisons[1]).toMatchObject({ name: 'gained', ratio: 1.25, ci95: null, probabilityOfLess: null })
  })

  it('leaves out what is not there yet', () => {
    const partial = summarizeExperiment(experiment, cells.slice(0, 2))
    expect(partial.columns.map(({ id, seeds, planned }) => [id, seeds, planned])).toEqual([
      ['fast', [1, 2], 3],
    ])
    expect(partial.comparisons).toEqual([])
  })
})

describe('the report', () => {
  it('is a table beside what was published, curves, and the raw data it can be made from again', async () => {
    const dir = temporaryDirectory()
    const { markdown, files } = await writeReport(experiment, cells, dir, 'understudy experiment two.yaml')
    expect(files.map((file) => existsSync(file))).toEqual([true, true, true])
    expect(markdown).toContain('| samples to master, median | **5,000** | **50,000** |')
    expect(markdown).toContain('| lowest to highest | 4,000 to 6,000 | 40,000 to > 60,000 |')
    expect(markdown).toContain('| mean ± sd | 5,000 ± 1,000 | - |')
    expect(markdown).toContain('| each seed | 4,000, 6,000, 5,000 | 40,000, > 60,000, 50,000 |')
    expect(markdown).toContain('| time at that pace, h:mm | 0:06 | 1:09 |')
    expect(markdown).toContain('| first 10,000-step window, median | > 20,000 | > 60,000 |')
    expect(markdown).toContain('| published: samples | 323,000 |  |')
    expect(markdown).toContain('| saved | 0.10 | 0.00 to 0.15 | 90% | 81% | 100% |')
    expect(markdown).toContain('| gained | 1.25 | - | 25% | - | - |')
    expect(markdown).toContain('A figure with > was not reached')
    const svg = readFileSync(join(dir, 'two.svg'), 'utf8')
    expect(svg).toContain('>Fast</text>')
    expect(svg.match(/<polygon/g)).toHaveLength(2)
    expect(svg).toContain('median of the seeds: 5,000 steps')
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(await readReportCells(dir, 'two')).toEqual(cells)
    expect(await readReportCells(dir, 'three')).toEqual([])
  })

  it('leaves what people wrote around it', async () => {
    const dir = temporaryDirectory()
    const file = join(dir, 'two.md')
    await writeReport(experiment, cells.slice(0, 1), dir, 'x')
    writeFileSync(
      file,
      `${readFileSync(file, 'utf8').replace('# Two columns', '# My title\n\nBefore.')}\nAfter.\n`,
    )
    await writeReport(experiment, cells, dir, 'x')
    const page = readFileSync(file, 'utf8')
    expect(page).toMatch(/^# My title\n\nBefore\.\n\n<!-- begin two:/)
    expect(page).toMatch(/<!-- end two -->\n\nAfter\.\n$/)
    expect(page).toContain('50,000')
    expect(withBlock('Other.', 'one', 'x')).toMatch(
      /^Other\.\n\n<!-- begin one: .* -->\n\nx\n\n<!-- end one -->\n$/,
    )
  })
})

/** The summary of an experiment as Markdown: one column of the table per configuration, or one row where they are many. */
import { percent } from '../counted.ts'
import type { Interval } from '../evaluate/index.ts'
import type { Cell } from './cell.ts'
import type { Experiment } from './plan.ts'
import type { ColumnSummary, ComparisonSummary, ExperimentSummary, Needed } from './summary.ts'

type Row = readonly [label: string, text: (column: ColumnSummary) => string]

/** Configurations that fit side by side on a page. */
const MOST_COLUMNS = 8

export function summaryMarkdown(
  experiment: Experiment,
  summary: ExperimentSummary,
  cells: readonly Cell[],
  options: { readonly command: string; readonly plot: string; readonly data: string },
): string {
  const { columns, comparisons } = summary
  const rows = tableRows(experiment, summary).filter(([, text]) =>
    columns.some((column) => text(column) !== ''),
  )
  const parts = [
    columns.length > MOST_COLUMNS
      ? table(
          ['', ...rows.map(([label]) => label)],
          columns.map((column) => [column.title, ...rows.map(([, text]) => text(column))]),
        )
      : table(
          ['', ...columns.map((column) => column.title)],
          rows.map(([label, text]) => [label, ...columns.map(text)]),
        ),
  ]
  if (comparisons.length > 0) parts.push(comparisonTable(comparisons))
  parts.push(`![${experiment.title}](${options.plot})`)
  parts.push(...notes(experiment, summary, cells, options))
  return parts.join('\n\n')
}

function tableRows({ spec, until, heldOut }: Experiment, { goal }: ExperimentSummary): Row[] {
  const { units } = spec.score
  const verb = goal === 'solved' ? 'solve' : 'master'
  const toGoal = (text: (needed: Needed, column: ColumnSummary) => string) => (column: ColumnSummary) => {
    const needed = goal === null ? null : column[goal]
    return needed === null ? '' : text(needed, column)
  }
  return [
    [`samples to ${verb}, median`, toGoal((needed, column) => `**${samples(needed.median, column)}**`)],
    [
      'lowest to highest',
      toGoal(({ low, high }, column) =>
        low === high ? samples(low, column) : `${samples(low, column)} to ${samples(high, column)}`,
      ),
    ],
    ['mean ± sd', toGoal(({ mean, sd }) => (mean === null ? '-' : `${whole(mean)} ± ${whole(sd!)}`))],
    ['each seed', toGoal(({ values }, column) => values.map((value) => samples(value, column)).join(', '))],
    ['seeds that did', toGoal(({ met, values }) => `${met} of ${values.length}`)],
    [
      goal === null ? 'time of a run, median' : 'time on this machine, median',
      ({ seconds }) => duration(seconds.median),
    ],
    ['samples per second, median', ({ stepsPerSecond }) => whole(stepsPerSecond)],
    [
      "samples per second at the game's pace",
      ({ pacedRate }) => (pacedRate === null ? '' : pacedRate.toFixed(1)),
    ],
    ['time at that pace, h:mm', ({ pacedHours }) => (pacedHours === null ? '' : hours(pacedHours))],
    ...(until === 'solved' ? [windowRow('first 1,000-step window, median', 'mastered')] : []),
    windowRow('first 10,000-step window, median', 'sustained'),
    [
      `${units} on held-out boards, mean [95%]`,
      ({ heldOut: { mean, ci95 } }) =>
        ci95 === null
          ? mean.toFixed(2)
          : `${mean.toFixed(2)} [${ci95.map((end) => end.toFixed(2)).join(', ')}]`,
    ],
    [
      'held-out boards won',
      ({ winRate }) => (winRate === null ? '' : `${Number((100 * winRate).toFixed(1))}%`),
    ],
    [
      `seeds that win 95% of ${heldOut}`,
      ({ solvedAtEnd, seeds }) => (solvedAtEnd === null ? '' : `${solvedAtEnd} of ${seeds.length}`),
    ],
    ['published: time, h:mm', ({ published }) => published?.time ?? ''],
    ['published: samples per second', ({ published }) => `${published?.samples_per_second ?? ''}`],
    [
      'published: samples',
      ({ published }) => (published?.samples === undefined ? '' : whole(published.samples)),
    ],
  ]
}

function windowRow(label: string, which: 'mastered' | 'sustained'): Row {
  return [label, (column) => (column[which] === null ? '' : samples(column[which].median, column))]
}

function comparisonTable(comparisons: readonly ComparisonSummary[]): string {
  return table(
    ['comparison', 'ratio', '95% interval', 'share', 'published', 'needs less with probability'],
    comparisons.map(({ name, by, ratio, ci95, probabilityOfLess, published }) => {
      const share = by === 'samples' ? 1 - ratio : ratio - 1
      return [
        name,
        number(ratio),
        ci95 === null ? '-' : interval(ci95),
        Number.isFinite(share) ? percent(share) : '-',
        published === null ? '-' : percent(published),
        probabilityOfLess === null ? '-' : percent(probabilityOfLess),
      ]
    }),
  )
}

function notes(
  experiment: Experiment,
  { goal, columns, comparisons }: ExperimentSummary,
  cells: readonly Cell[],
  { command, data }: { readonly command: string; readonly data: string },
): string[] {
  const { spec, heldOut } = experiment
  const { human, units } = spec.score
  const machines = new Set(cells.map(({ made }) => `${made.cores} cores of ${made.cpu}, Node ${made.node}`))
  const versions = new Set(cells.map(({ made }) => made.understudy))
  const atOnce = Math.max(...cells.map(({ made }) => made.jobs))
  const lines = [
    `Made by \`${command}\` with Understudy ${[...versions].join(', ')} on ${[...machines].join('; ')}${
      atOnce > 1 ? `, up to ${atOnce} runs at once (which slows each)` : ''
    }. Raw data, settings of every run included: [${data}](${data}).`,
  ]
  const rules: string[] = []
  if (goal === 'mastered' || columns.some((column) => column.sustained !== null)) {
    rules.push(
      `*Mastered*: the episodes that end in a window of 1,000 consecutive steps need ${human!.mean} ${units} or fewer on average, checked every 100 steps in every column.`,
    )
  }
  if (goal === 'solved') {
    rules.push(
      `*Solved*: the first checkpoint that wins 95% of ${heldOut} held-out boards, most likely action.`,
    )
  }
  if (
    columns.some((column) => goal !== null && column[goal] !== null && column[goal].met < column.seeds.length)
  ) {
    rules.push(
      'A figure with > was not reached within that many steps; medians and intervals count it as infinite, and a mean is not given.',
    )
  }
  if (comparisons.some(({ ci95 }) => ci95 !== null)) {
    rules.push(
      '*Ratio*: of the medians; its bootstrap interval resamples seeds, which are few, so it is wide. *Share*: what is saved of the samples, or gained in rate.',
    )
  }
  rules.push('Intervals of held-out boards resample seeds, too.')
  lines.push(rules.join(' '))
  return lines
}

/** The first column to the left, the others to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

/** '4,904', or '> 15,000' for what was not reached. */
function samples(value: number, { maxSteps }: ColumnSummary): string {
  return Number.isFinite(value) ? whole(value) : `> ${whole(maxSteps)}`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function number(value: number): string {
  if (Number.isNaN(value)) return '-'
  return Number.isFinite(value) ? value.toFixed(2) : '∞'
}

function interval([low, high]: Interval): string {
  return `${number(low)} to ${number(high)}`
}

/** '0:41', '1:02:03' */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-'
  const all = Math.round(seconds)
  const two = (value: number) => `${value}`.padStart(2, '0')
  const [h, m, s] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60]
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/** '5:58' */
function hours(value: number): string {
  if (!Number.isFinite(value)) return '-'
  const minutes = Math.round(60 * value)
  return `${Math.floor(minutes / 60)}:${`${minutes % 60}`.padStart(2, '0')}`
}

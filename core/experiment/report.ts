/**
 * The report of an experiment in three files: NAME.md with the table, NAME.svg with the curves, NAME.json with the raw
 * data. The table stands between two marks, so that what people write around it stays when it is made anew.
 */

import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../atomic-file.ts'
import { scoreWords } from '../counted.ts'
import { bandPlot } from '../evaluate/index.ts'
import { type Cell, parseCell, parseJson } from './cell.ts'
import { summaryMarkdown } from './markdown.ts'
import type { Experiment } from './plan.ts'
import { type ExperimentSummary, summarizeExperiment } from './summary.ts'

export interface Report {
  readonly summary: ExperimentSummary
  readonly markdown: string
  /** Absolute paths of what was written. */
  readonly files: readonly string[]
}

export interface ReportFrame {
  /** Of the files and the marks; the experiment's when absent. */
  readonly name?: string
  readonly title?: string
  /** Markdown around the table, made anew with it. */
  readonly before?: string
  readonly after?: string
}

/**
 * @param cells    at least one
 * @param command  what made them, for readers
 */
export async function writeReport(
  experiment: Experiment,
  cells: readonly Cell[],
  directory: string,
  command: string,
  frame: ReportFrame = {},
): Promise<Report> {
  const { columns } = experiment
  const { name = experiment.name, title = experiment.title } = frame
  const ids = columns.map((column) => column.id)
  const own = cells
    .filter((cell) => ids.includes(cell.column))
    .toSorted((a, b) => ids.indexOf(a.column) - ids.indexOf(b.column) || a.seed - b.seed)
  const summary = summarizeExperiment(experiment, own)
  const [md, svg, json] = ['md', 'svg', 'json'].map((ending) => join(directory, `${name}.${ending}`))
  const options = { command, plot: `${name}.svg`, data: `${name}.json` }
  const parts = [frame.before, summaryMarkdown(experiment, summary, own, options), frame.after]
  const markdown = parts.filter((part) => part !== undefined).join('\n\n')
  await mkdir(directory, { recursive: true })
  const before = await readIfThere(md!)
  await writeText(md!, withBlock(before ?? `# ${title}\n`, name, markdown))
  await writeText(svg!, plot(experiment, summary, own))
  await writeText(json!, dataText(experiment, own))
  return { summary, markdown, files: [md!, svg!, json!] }
}

/** The cells that a report was made from. @returns [] when there is none; @throws DataError when it is damaged */
export async function readReportCells(directory: string, name: string): Promise<Cell[]> {
  const file = join(directory, `${name}.json`)
  const text = await readIfThere(file)
  if (text === undefined) return []
  const { cells } = parseJson(text, file) as { cells?: unknown }
  return Array.isArray(cells) ? cells.map((cell) => parseCell(cell, file)) : []
}

/** Replaces what stands between the marks of `name`, or adds the marks at the end. */
export function withBlock(page: string, name: string, block: string): string {
  const [begin, end] = [`<!-- begin ${name}: made by understudy experiment -->`, `<!-- end ${name} -->`]
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  const made = `${begin}\n\n${block}\n\n${end}`
  if (from === -1 || to < from) return `${page.trimEnd()}\n\n${made}\n`
  return page.slice(0, from) + made + page.slice(to + end.length)
}

/** One line per cell: readable in a comparison of versions, and short. */
function dataText({ name, title, spec }: Experiment, cells: readonly Cell[]): string {
  const head = JSON.stringify({ experiment: name, title, environment: spec.id, version: spec.version }).slice(
    0,
    -1,
  )
  return `${head},"cells":[\n${cells.map((cell) => JSON.stringify(cell)).join(',\n')}\n]}\n`
}

function plot(
  { title, spec, logSteps }: Experiment,
  { columns }: ExperimentSummary,
  cells: readonly Cell[],
): string {
  const bands = columns.map(({ id, title, mastered }) => ({
    label: title,
    curves: cells.filter((cell) => cell.column === id).map(({ curve }) => curve),
    reachedAtStep: mastered !== null && Number.isFinite(mastered.median) ? mastered.median : null,
  }))
  const { human = null } = spec.score
  return bandPlot({ title, words: scoreWords(spec.score), human, bands, logSteps })
}

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

function writeText(file: string, text: string): Promise<void> {
  return writeAtomically(file, [Buffer.from(text)])
}

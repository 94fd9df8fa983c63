/** `understudy demos import` and `understudy demos export` */
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import {
  type ActionAlignment,
  type DemonstrationFiles,
  type DemonstrationFormat,
  environmentStamp,
  FORMATS,
  formatByFileName,
  formatByName,
  importDemonstrations,
  readWholeEpisodes,
  silentEnvironments,
  writeExport,
} from '../../demos/index.ts'
import { makeEnvironment } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
import { computeAtOnce } from '../../interruption.ts'
import type { EpisodeSummary } from '../../store/index.ts'
import type { CliContext } from '../context.ts'
import { isStandardOutput, outputPath, writeOutputFile } from '../output.ts'
import { type Selection, selectEpisodes, withSelection } from './select.ts'

const written = (): string => FORMATS.map((format) => format.name).join(', ')
const readable = (): string =>
  FORMATS.filter((format) => format.read !== undefined)
    .map((format) => format.name)
    .join(', ')

type ImportOptions = { env?: string; actions?: ActionAlignment }
type ExportOptions = Selection & { out: string; format?: string; actions?: ActionAlignment }

export function registerTransfer(demos: Command, context: CliContext): void {
  demos
    .command('import <paths...>')
    .description(
      `import episodes from files and folders (${readable()}); nothing is imported from a damaged one`,
    )
    .option(
      '--env <id>',
      'the environment that was played; a file that names another must match its observations and actions',
    )
    .option(
      '--actions <which>',
      'for .demo files: each record holds its own action (same) or the one before (previous)',
      which,
    )
    .action(async (paths: string[], options: ImportOptions) => {
      for (const path of paths) await importPath(path, options, context)
    })
  withSelection(demos.command('export [ids...]'))
    .description('export episodes to a file or folder (default: all complete ones)')
    .requiredOption('--out <path>', 'file or folder to write; "-" is standard output', outputPath('--out'))
    .option('--format <name>', `${written()} (default: from the file name)`)
    .option(
      '--actions <which>',
      'for .demo files: same (what trainers read) or previous (what Unity records)',
      which,
    )
    .action((ids: string[], options: ExportOptions) => exportTo(ids, options, context))
}

function which(value: string): ActionAlignment {
  if (value === 'same' || value === 'previous') return value
  throw new UserError(`--actions is same or previous, not "${value}"`, { usage: true })
}

async function importPath(path: string, options: ImportOptions, context: CliContext): Promise<void> {
  const notes: string[] = []
  const episodes: EpisodeSummary[] = []
  const { env, actions } = options
  if (env !== undefined) context.admit(env)
  const { format, added, known } = await importDemonstrations(context.library(), path, {
    ...(env === undefined ? {} : { environment: environmentStamp(makeEnvironment(env).spec) }),
    ...(actions === undefined ? {} : { actions }),
    note: (text) => notes.push(text),
    onEpisode: (episode) => episodes.push(episode),
    signal: context.signal,
  })
  if (actions !== undefined && format.name !== 'demo') {
    notes.push(`--actions is only for .demo files, and this is ${format.name}`)
  }
  if (context.json) {
    const report = episodes.map((episode) => ({
      environment: episode.environment.id,
      player: episode.player.name,
      seed: episode.seed,
      steps: episode.length,
      return: episode.return,
      terminated: episode.terminated,
      truncated: episode.truncated,
    }))
    context.printJson({
      event: 'imported',
      file: path,
      format: format.name,
      added,
      known,
      episodes: report,
      notes,
    })
    return
  }
  const already = known.length === 0 ? '' : `, ${known.length} already there`
  const steps = episodes.reduce((sum, { length }) => sum + length, 0)
  const what = `${format.name}, ${counted(episodes.length, 'episode')}, ${counted(steps, 'step')}`
  context.print(`${basename(resolve(path))}: ${counted(added.length, 'new episode')}${already} (${what})`)
  for (const note of notes) context.print(`  note: ${note}`)
}

async function exportTo(ids: string[], options: ExportOptions, context: CliContext): Promise<void> {
  const format = chosenFormat(options)
  if (options.actions !== undefined && format.name !== 'demo') {
    throw new UserError(`--actions is only for .demo files, and this is ${format.name}`, {
      usage: true,
      remedy: 'leave it out',
    })
  }
  const library = context.libraryToRead()
  const selected = selectEpisodes(library, ids, options).map((row) => row.id)
  const { ids: written, episodes, leftOut } = await readWholeEpisodes(library, selected, context.signal)
  if (options.env !== undefined && silentEnvironments(episodes).includes(options.env)) {
    askAs(context, options.env)
  }
  const lost = format.cannotHold(episodes)
  const content = await computeAtOnce(() =>
    format.write(episodes, options.actions === undefined ? {} : { actions: options.actions }),
  )
  await writeOut(options.out, content)
  if (leftOut.length > 0) process.exitCode = 1
  const bytes = totalBytes(content)
  const report = {
    event: 'exported',
    file: options.out,
    format: format.name,
    episodes: written,
    bytes,
    lost,
    leftOut,
  }
  // Whoever reads the file from standard output wants nothing else there.
  const tell = (line: string) => (isStandardOutput(options.out) ? context.note(line) : context.print(line))
  if (context.json) return tell(JSON.stringify(report))
  tell(
    `${isStandardOutput(options.out) ? 'standard output' : options.out}: ${counted(written.length, 'episode')}, ${(bytes / 1024).toFixed(0)} KiB`,
  )
  if (lost.length > 0) tell(`  note: ${format.name} cannot hold ${lost.join('; ')}`)
  for (const { problem } of leftOut) context.note(`  left out: ${problem}`)
}

/** The person has named the environment: it may be asked by which numbers it calls its actions. */
function askAs(context: CliContext, environment: string): void {
  try {
    context.admit(environment)
  } catch (error) {
    // Where it cannot be had, the actions are written as they are, and that is said.
    if (!(error instanceof UserError)) throw error
  }
}

async function writeOut(path: string, content: Uint8Array | DemonstrationFiles): Promise<void> {
  if (!isStandardOutput(path)) return writeExport(path, content)
  if (content instanceof Uint8Array) return writeOutputFile(path, content)
  throw new UserError('this format writes several files and needs a folder', {
    usage: true,
    remedy: 'name one with --out, or choose a single-file format',
  })
}

function chosenFormat(options: { out: string; format?: string }): DemonstrationFormat {
  const format = options.format === undefined ? formatByFileName(options.out) : formatByName(options.format)
  if (format !== undefined) return format
  throw new UserError(`the name ${basename(options.out)} does not tell the format`, {
    usage: true,
    remedy: `add --format with one of ${written()}`,
  })
}

function totalBytes(content: Uint8Array | DemonstrationFiles): number {
  const parts = content instanceof Uint8Array ? [content] : [...content.values()]
  return parts.reduce((sum, part) => sum + part.length, 0)
}

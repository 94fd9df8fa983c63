/** `understudy demos import` and `understudy demos export` */
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Command } from 'commander'
import {
  detectFormat,
  FORMATS,
  formatByFileName,
  formatByName,
  readDemonstrations,
} from '../../demos/index.ts'
import { UserError } from '../../errors.ts'
import type { CliContext } from '../context.ts'
import { count } from '../table.ts'
import { type Selection, selectEpisodes, withSelection } from './select.ts'

const FORMAT_NAMES = FORMATS.map((format) => format.name).join(', ')

export function registerTransfer(demos: Command, context: CliContext): void {
  demos
    .command('import <files...>')
    .description(`take over episodes from files (${FORMAT_NAMES}); of a damaged file nothing is taken over`)
    .action((files: string[]) => {
      for (const file of files) importFile(file, context)
    })
  withSelection(demos.command('export [ids...]'))
    .description('write episodes to a file; without numbers all that are complete')
    .requiredOption('--out <file>', 'file to write')
    .option('--format <name>', `${FORMAT_NAMES}; by default what the file name says`)
    .action((ids: string[], options: Selection & { out: string; format?: string }) => {
      exportFile(ids, options, context)
    })
}

function importFile(file: string, context: CliContext): void {
  const bytes = withFile(file, 'read', () => readFileSync(file))
  const name = basename(file)
  const episodes = readDemonstrations(bytes, name)
  const { added, known } = context.library().importEpisodes(episodes)
  if (context.json) {
    context.printJson({ event: 'imported', file, format: detectFormat(bytes, name).name, added, known })
  } else {
    const already = known.length === 0 ? '' : `, ${known.length} were there already`
    context.print(`${name}: ${count(added.length, 'new episode')}${already}`)
  }
}

function exportFile(
  ids: string[],
  options: Selection & { out: string; format?: string },
  context: CliContext,
): void {
  const format = options.format === undefined ? formatByFileName(options.out) : formatByName(options.format)
  if (format === undefined) {
    throw new UserError(`the name ${basename(options.out)} does not say which format`, {
      usage: true,
      remedy: `add --format with one of ${FORMAT_NAMES}`,
    })
  }
  const library = context.library()
  const rows = selectEpisodes(library, ids, options)
  const bytes = format.write(rows.map((row) => library.readEpisode(row.id)))
  withFile(options.out, 'written', () => writeWhole(options.out, bytes))
  if (context.json) {
    context.printJson({
      event: 'exported',
      file: options.out,
      format: format.name,
      episodes: rows.map((row) => row.id),
      bytes: bytes.length,
    })
  } else {
    context.print(`${options.out}: ${count(rows.length, 'episode')}, ${(bytes.length / 1024).toFixed(0)} KiB`)
  }
}

/** Under another name first, so that a full disk leaves no half file and destroys no old one. */
function writeWhole(path: string, bytes: Uint8Array): void {
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? true
  if (!isFile) {
    writeFileSync(path, bytes)
    return
  }
  const partial = `${path}.${process.pid}.partial`
  try {
    writeFileSync(partial, bytes)
    renameSync(partial, path)
  } finally {
    rmSync(partial, { force: true })
  }
}

function withFile<T>(path: string, what: 'read' | 'written', action: () => T): T {
  try {
    return action()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined) throw error
    const reason =
      {
        ENOENT: what === 'read' ? 'there is no such file' : 'there is no such directory',
        EISDIR: 'it is a directory',
        EACCES: 'permission is denied',
        EROFS: 'the disk is read-only',
        ENOSPC: 'the disk is full',
      }[code] ?? code
    throw new UserError(`${path} cannot be ${what}: ${reason}`, { cause: error })
  }
}

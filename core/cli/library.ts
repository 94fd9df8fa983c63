/** `understudy library`: the database itself. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { counted } from '../counted.ts'
import { DataError, UserError } from '../errors.ts'
import { DIRECTORIES, hasLibrary, makePrivateDirectory, type ReadableLibrary } from '../store/index.ts'
import { storageOf } from '../studio/storage.ts'
import type { CliContext } from './context.ts'
import { outputPath } from './output.ts'
import { formatBytes, formatTable } from './table.ts'

export function register(program: Command, context: CliContext): void {
  const library = program.command('library').description('back up, check and compact the library')
  library
    .command('backup')
    .description('copy the library, and check the copy')
    .option(
      '--out <file>',
      'file to write (default: in the folder "backups" of the data directory)',
      outputPath('--out'),
    )
    .action((options: { out?: string }) => backUp(options, context))
  library
    .command('size')
    .description('show what takes how much disk space')
    .action(() => size(context))
  library
    .command('check')
    .description('check the database, and the checksums and hash of every episode')
    .addHelpText(
      'after',
      '\nExit code 1: something is damaged. "understudy demos verify" replays the episodes as well.',
    )
    .action(() => check(context))
  library
    .command('compact')
    .description('free the disk space that deleted episodes and runs have left behind')
    .action(async () => tellFreed('compacted', await context.library().shrink(), context))
}

async function backUp({ out }: { out?: string }, context: CliContext): Promise<void> {
  const library = context.libraryToRead()
  const folder = join(library.dir, DIRECTORIES.backups)
  if (out === undefined && hasLibrary(library.dir)) makePrivateDirectory(folder)
  const name = `library-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.db`
  const { file, bytes, episodes } = await library.backUp(out ?? join(folder, name), context.signal)
  if (context.json) return context.printJson({ event: 'backup', file, bytes, episodes })
  context.print(`${file}: ${counted(episodes, 'episode')}, ${formatBytes(bytes)}, checked`)
  context.print('to restore it, replace library.db with it while nothing has the library open')
}

async function size(context: CliContext): Promise<void> {
  const storage = await storageOf(context.libraryToRead())
  if (context.json) return context.printJson(storage)
  const { environments, trash, runs, agents, backups } = storage
  const rows: [what: string, bytes: number][] = [
    ...environments.map(({ environmentId, episodes, bytes }): [string, number] => [
      `${counted(episodes, 'episode')} of ${environmentId}`,
      bytes,
    ]),
    ['trash', trash.bytes],
    ...runs.map(({ id, total }): [string, number] => [`run ${id}`, total]),
    ...agents.map(({ id, bytes }): [string, number] => [`imported agent ${id}`, bytes]),
    ...backups.map(({ name, bytes }): [string, number] => [name, bytes]),
    ['unused space in the library', storage.unused],
  ]
  for (const line of formatTable(rows, [
    { title: 'WHAT', text: ([what]) => what },
    { title: 'SIZE', align: 'right', text: ([, bytes]) => formatBytes(bytes) },
  ]))
    context.print(line)
  context.print('')
  context.print(
    `${formatBytes(storage.total)} in ${storage.directory}, ${formatBytes(storage.free)} free on the disk`,
  )
  if (trash.episodes > 0) context.print('"understudy demos empty-trash" frees the space of the trash')
}

function check(context: CliContext): void {
  const library = context.libraryToRead()
  const episodes = [...library.listEpisodes(), ...library.listEpisodes({ deleted: true })]
  const problems = [...library.checkIntegrity(), ...episodes.flatMap(({ id }) => problemOf(library, id))]
  if (problems.length > 0) process.exitCode = 1
  if (context.json) {
    context.printJson({ episodes: episodes.length, problems })
    return
  }
  for (const problem of problems) context.print(problem)
  const verdict = problems.length === 0 ? 'all intact' : counted(problems.length, 'problem')
  context.print(`${counted(episodes.length, 'episode')} checked, ${verdict}`)
  if (problems.length > 0) context.print('"understudy demos rescue" saves what is intact')
}

function problemOf(library: ReadableLibrary, id: number): string[] {
  try {
    library.verifyEpisode(id)
    return []
  } catch (error) {
    if (error instanceof DataError) return [error.message]
    // One that has no step yet.
    if (error instanceof UserError) return []
    throw error
  }
}

export function tellFreed(event: string, bytes: number, context: CliContext): void {
  if (context.json) context.printJson({ event, bytes })
  else context.print(bytes === 0 ? 'there was nothing to free' : `${formatBytes(bytes)} freed`)
}

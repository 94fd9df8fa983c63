/** `understudy demos tag`, `delete`, `restore`, `empty-trash` and `keep` */
import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import { UserError } from '../../errors.ts'
import { collect, parseIds, wholeNumber } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { formatBytes } from '../table.ts'

interface TagOptions {
  add?: string[]
  remove?: string[]
  note?: string
  rating?: number
}

export function registerEdit(demos: Command, context: CliContext): void {
  demos
    .command('tag <ids...>')
    .description('change tags, note and rating')
    .option('--add <tag>', 'add a tag; may be repeated', collect)
    .option('--remove <tag>', 'remove a tag; may be repeated', collect)
    .option('--note <text>', 'set the note')
    .option('--rating <n>', 'set the rating, 1 to 5; 0 removes it', wholeNumber('--rating', 0, 5))
    .action((ids: string[], options: TagOptions) => tag(ids, options, context))
  demos
    .command('delete <ids...>')
    .description('move episodes to the trash; "demos restore" brings them back')
    .action((ids: string[]) => {
      const wanted = parseIds(ids)
      context.library().deleteEpisodes(wanted)
      tell('deleted', wanted, context)
    })
  demos
    .command('restore <ids...>')
    .description('restore deleted episodes')
    .action((ids: string[]) => {
      const wanted = parseIds(ids)
      context.library().restoreEpisodes(wanted)
      tell('restored', wanted, context)
    })
  demos
    .command('empty-trash')
    .description('erase deleted episodes for good, and free their disk space')
    .action(async () => {
      const { episodes, bytes } = await context.library().purge(Number.MAX_SAFE_INTEGER)
      if (context.json) context.printJson({ event: 'erased', episodes, bytes })
      else context.print(`${counted(episodes, 'episode')} erased, ${formatBytes(bytes)} freed`)
    })
  demos
    .command('keep <ids...>')
    .description('keep interrupted episodes, as episodes that were cut off')
    .action((ids: string[]) => {
      const wanted = parseIds(ids)
      context.library().keepEpisodes(wanted)
      tell('kept', wanted, context)
    })
}

function tag(ids: string[], { add = [], remove = [], note, rating }: TagOptions, context: CliContext): void {
  if (add.length === 0 && remove.length === 0 && note === undefined && rating === undefined) {
    throw new UserError('nothing to change', {
      usage: true,
      remedy: 'give --add, --remove, --note or --rating',
    })
  }
  const library = context.library()
  const wanted = parseIds(ids)
  const rows = wanted.map((id) => library.getEpisode(id))
  for (const row of rows) {
    library.updateEpisodes([row.id], {
      tags: [...row.tags, ...add].filter((name) => !remove.includes(name)),
      ...(note === undefined ? {} : { note }),
      ...(rating === undefined ? {} : { rating }),
    })
  }
  tell('changed', wanted, context)
}

function tell(event: string, ids: readonly number[], context: CliContext): void {
  if (context.json) context.printJson({ event, episodes: ids })
  else context.print(`${counted(ids.length, 'episode')} ${event}`)
}

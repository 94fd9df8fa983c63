/** `understudy demos list` */
import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import { environmentSpecs } from '../../envs/index.ts'
import { type EpisodeRow, FIRST_TIME_US } from '../../store/index.ts'
import type { CliContext } from '../context.ts'
import { formatTable, formatTime } from '../table.ts'
import { type Selection, selectionFilter, withSelection } from './select.ts'

export function registerList(demos: Command, context: CliContext): void {
  withSelection(demos.command('list'))
    .description('list the episodes in the library, newest first')
    .option('--deleted', 'list deleted episodes, which "demos restore" brings back')
    .action((options: Selection & { deleted?: boolean }) => {
      const deleted = options.deleted === true
      const rows = context.libraryToRead().listEpisodes({ ...selectionFilter(options), deleted })
      if (context.json) context.printJson(rows)
      else if (rows.length === 0)
        context.print('no episodes; "understudy record --help" says how to record some')
      else for (const line of [...table(rows), '', summary(rows)]) context.print(line)
    })
}

function table(rows: readonly EpisodeRow[]): string[] {
  return formatTable(rows, [
    { title: 'ID', align: 'right', text: (row) => String(row.id) },
    { title: 'ENVIRONMENT', text: (row) => row.environmentId },
    { title: 'PLAYER', text: (row) => row.playerName },
    { title: 'KIND', text: (row) => row.playerKind },
    { title: 'SEED', align: 'right', text: (row) => String(row.seed ?? '-') },
    { title: 'STEPS', align: 'right', text: (row) => String(row.length) },
    { title: 'RETURN', align: 'right', text: (row) => row.return.toFixed(2) },
    { title: 'OUTCOME', text: outcome },
    { title: 'STARTED', text: started },
    { title: 'TAGS', text: (row) => row.tags.join(', ') },
  ])
}

export function started({ startedAtUs }: EpisodeRow): string {
  return startedAtUs < FIRST_TIME_US ? 'unknown' : formatTime(startedAtUs)
}

export function outcome(row: EpisodeRow): string {
  if (row.damage !== null) return 'damaged'
  if (row.state !== 'complete') return row.state
  if (row.success) return 'goal reached'
  if (!row.terminated) return 'cut off'
  return row.success === null ? 'goal unknown' : 'goal missed'
}

/** In the unit of the environment's score where all are of one, in steps otherwise. */
function summary(rows: readonly EpisodeRow[]): string {
  const ids = new Set(rows.map((row) => row.environmentId))
  const spec = ids.size === 1 ? environmentSpecs().find(({ id }) => ids.has(id)) : undefined
  const { measure, unit, units } = spec?.score ?? { measure: 'length', unit: 'step', units: 'steps' }
  const total = rows.reduce((sum, row) => sum + (measure === 'length' ? row.length : row.return), 0)
  const mean = `${(total / rows.length).toFixed(2)} ${units} on average`
  const episodes = counted(rows.length, 'episode')
  return measure === 'length'
    ? `${episodes}, ${counted(total, unit, units)}, ${mean}`
    : `${episodes}, ${mean}`
}

/** `understudy demos verify`: is everything still as it was recorded? */
import type { Command } from 'commander'
import { findDivergence } from '../../demos/index.ts'
import '../../envs/index.ts'
import { counted } from '../../counted.ts'
import { DataError, PluginError, UserError } from '../../errors.ts'
import { computeAtOnce } from '../../interruption.ts'
import type { EpisodeRow, ReadableLibrary } from '../../store/index.ts'
import type { CliContext } from '../context.ts'
import { type Selection, selectEpisodes, withSelection } from './select.ts'

interface Problem {
  /** Null when the database itself is damaged. */
  readonly episodeId: number | null
  readonly problem: string
}

interface Verdict {
  readonly problem?: string
  /** Why it was not replayed. */
  readonly notReplayed?: string
  /** It was made elsewhere, and does not come out the same without its seed. */
  readonly seedUnknown?: true
}

export function registerVerify(demos: Command, context: CliContext): void {
  withSelection(demos.command('verify [ids...]'))
    .description('check the database, checksums and hashes, and replay every episode from its seed')
    .addHelpText(
      'after',
      '\nExit code 1: something is damaged, or a replay differs. Episodes that cannot be replayed because the\n' +
        'seed is unknown or the environment is missing are counted separately and are not a failure.',
    )
    .action(async (ids: string[], options: Selection) => {
      const library = context.libraryToRead()
      const rows = selectEpisodes(library, ids, options)
      const problems: Problem[] = (await computeAtOnce(() => library.checkIntegrity())).map((problem) => ({
        episodeId: null,
        problem,
      }))
      const notReplayed: { episodeId: number; reason: string }[] = []
      const seedUnknown: number[] = []
      for (const row of rows) {
        context.signal.throwIfAborted()
        const verdict = await computeAtOnce(() => verify(library, row))
        if (verdict.problem !== undefined) problems.push({ episodeId: row.id, problem: verdict.problem })
        if (verdict.notReplayed !== undefined)
          notReplayed.push({ episodeId: row.id, reason: verdict.notReplayed })
        if (verdict.seedUnknown) seedUnknown.push(row.id)
      }
      if (problems.length > 0) process.exitCode = 1
      if (context.json) {
        context.printJson({ episodes: rows.length, problems, notReplayed, seedUnknown })
        return
      }
      for (const { episodeId, problem } of problems) {
        context.print(episodeId === null ? `database: ${problem}` : `episode ${episodeId}: ${problem}`)
      }
      for (const { episodeId, reason } of notReplayed)
        context.print(`episode ${episodeId} not replayed: ${reason}`)
      if (seedUnknown.length > 0) {
        const those = counted(seedUnknown.length, 'episode')
        context.print(`${those} cannot be replayed because the seed is unknown: ${seedUnknown.join(', ')}`)
      }
      const verdict = problems.length === 0 ? 'all intact' : counted(problems.length, 'problem')
      context.print(`${counted(rows.length, 'episode')} verified, ${verdict}`)
    })
}

function verify(library: ReadableLibrary, row: EpisodeRow): Verdict {
  try {
    library.verifyEpisode(row.id)
    const difference = findDivergence(library.readEpisode(row.id))
    if (difference === undefined) return {}
    if (row.seed === null) return { seedUnknown: true }
    const { what, step, recorded, replayed } = difference
    return { problem: `replay differs at step ${step}: ${what} was ${recorded}, is ${replayed}` }
  } catch (error) {
    if (error instanceof DataError || error instanceof PluginError) return { problem: error.message }
    if (error instanceof UserError) return { notReplayed: error.message }
    throw error
  }
}

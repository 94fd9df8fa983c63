/** `understudy demos show` */
import type { Command } from 'commander'
import { counted } from '../../counted.ts'
import { type Episode, stepLayout } from '../../demos/episode.ts'
import { printableLine } from '../../printable.ts'
import type { EpisodeRow } from '../../store/index.ts'
import { wholeNumber } from '../arguments.ts'
import type { CliContext } from '../context.ts'
import { formatTable } from '../table.ts'
import { outcome, started } from './list.ts'

/** One step as it is printed. */
interface ShownStep {
  readonly step: number
  /** Microseconds since the start of the episode. */
  readonly timeUs: number
  /** [O], what the player saw. */
  readonly observation: number[]
  readonly continuous: number[]
  readonly discrete: number[]
  readonly reward: number
  /** [M], 1 = allowed; absent when the environment masks nothing. */
  readonly mask?: number[]
}

export function registerShow(demos: Command, context: CliContext): void {
  demos
    .command('show <id>')
    .description('show one episode with its steps')
    .action((text: string) => {
      const id = wholeNumber('the episode', 1)(text)
      const library = context.libraryToRead()
      const row = library.getEpisode(id)
      const episode = library.readEpisode(id)
      if (context.json) {
        const O = stepLayout(episode.environment).observation
        context.printJson({
          ...row,
          environment: episode.environment,
          steps: shownSteps(episode),
          lastObservation: Array.from(episode.observations.subarray(-O)),
        })
      } else {
        for (const line of [...describe(row), '', ...table(shownSteps(episode))]) context.print(line)
      }
    })
}

function shownSteps(episode: Episode): ShownStep[] {
  const { observation: O, continuous: C, branches: D, mask: M } = stepLayout(episode.environment)
  const row = (column: ArrayLike<number>, size: number, i: number): number[] =>
    Array.from({ length: size }, (_, j) => column[i * size + j]!)
  return Array.from({ length: episode.rewards.length }, (_, i) => ({
    step: i,
    timeUs: episode.timesUs[i]!,
    observation: row(episode.observations, O, i),
    continuous: row(episode.continuous, C, i),
    discrete: row(episode.discrete, D, i),
    reward: episode.rewards[i]!,
    ...(episode.masks === undefined ? {} : { mask: row(episode.masks, M, i) }),
  }))
}

function describe(row: EpisodeRow): string[] {
  const lines: [string, string][] = [
    ['episode', `${row.id}${row.bundled ? ' (bundled)' : ''}`],
    ['environment', `${row.environmentId}, version ${row.environmentVersion}, seed ${row.seed ?? 'unknown'}`],
    ['player', row.playerKind === row.playerName ? row.playerName : `${row.playerName} (${row.playerKind})`],
    ['started', started(row)],
    ['outcome', `${outcome(row)} after ${counted(row.length, 'step')}, return ${row.return.toFixed(3)}`],
    ['hash', row.hash ?? '-'],
  ]
  if (row.tags.length > 0) lines.push(['tags', row.tags.join(', ')])
  if (row.rating > 0) lines.push(['rating', `${row.rating} of 5`])
  if (row.note !== '') lines.push(['note', row.note])
  return lines.map(([name, value]) => `${name.padEnd(12)} ${printableLine(value)}`)
}

function table(steps: readonly ShownStep[]): string[] {
  return formatTable(steps, [
    { title: 'STEP', align: 'right', text: ({ step }) => String(step) },
    { title: 'SECONDS', align: 'right', text: ({ timeUs }) => (timeUs / 1e6).toFixed(2) },
    { title: 'ACTION', text: ({ continuous, discrete }) => actionText(continuous, discrete) },
    { title: 'REWARD', align: 'right', text: ({ reward }) => reward.toFixed(3) },
  ])
}

function actionText(continuous: readonly number[], discrete: readonly number[]): string {
  return [...continuous.map((value) => value.toFixed(3)), ...discrete.map(String)].join(' ')
}

/** `understudy compare`: agents, the scripted player and people on the same boards. */

import { type Command, Option } from 'commander'
import { percent } from '../counted.ts'
import { closing, makeEnvironment, scriptedPlayer } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import {
  agentContender,
  type Comparison,
  type ComparisonRow,
  compare as comparePlayers,
  comparisonHtml,
  comparisonJson,
  dotPlot,
  HELD_OUT_EPISODES,
  heldOutSeeds,
  type Interval,
  type NamedAgent,
  namedAgent,
  recordedContenders,
  scriptedContender,
} from '../evaluate/index.ts'
import { wholeNumber } from './arguments.ts'
import type { CliContext } from './context.ts'
import { checkOutputFile, outputPath, writeOutputFile } from './output.ts'
import { ProgressLine } from './progress-line.ts'
import { parseSeeds } from './seeds.ts'
import { formatTable } from './table.ts'

interface Options {
  demos?: boolean
  episodes: number
  seeds?: string
  svg?: string
  html?: string
}

export function register(program: Command, context: CliContext): void {
  program
    .command('compare')
    .description('compare agents, the scripted player and people on the same boards')
    .argument('<run...>', 'runs and imported agents in the same environment; RUN@STEP picks a checkpoint')
    .option('--demos', 'include the plays in the library')
    .option(
      '--episodes <n>',
      'how many held-out boards',
      wholeNumber('--episodes', 1, 100_000),
      HELD_OUT_EPISODES,
    )
    .addOption(new Option('--seeds <list>', 'play these boards instead: 5,7,100-120').conflicts('episodes'))
    .option('--svg <file>', 'write the plot', outputPath('--svg'))
    .option('--html <file>', 'write a self-contained report', outputPath('--html'))
    .action((runs: string[], options: Options) => compare(runs, options, context))
}

async function compare(runs: readonly string[], options: Options, context: CliContext): Promise<void> {
  for (const file of [options.svg, options.html]) if (file !== undefined) checkOutputFile(file)
  const library = context.libraryToRead()
  const named: { label: string; checkpoint: number | undefined; agent: NamedAgent }[] = []
  for (const run of runs) {
    const [, id = run, step] = /^(.+)@(\d+)$/.exec(run) ?? []
    const checkpoint = step === undefined ? undefined : Number(step)
    named.push({ label: run, checkpoint, agent: await namedAgent(library, id) })
  }
  const { environmentId: id, parameters } = named[0]!.agent
  const other = named.find(({ agent }) => agent.environmentId !== id)
  if (other !== undefined) {
    throw new UserError(
      `${named[0]!.label} plays ${id}, ${other.label} plays ${other.agent.environmentId}: they have no boards in common`,
      { usage: true, remedy: 'compare runs in one environment' },
    )
  }
  context.noteAsked(id)
  const environment = makeEnvironment(id, parameters)
  const { spec } = environment
  const contenders = [
    ...(await Promise.all(
      named.map(({ label, agent, checkpoint }) => agentContender(spec, label, agent, checkpoint)),
    )),
    ...(scriptedPlayer(spec) === undefined ? [] : [scriptedContender(spec)]),
    ...(options.demos === true ? recordedContenders(library, spec) : []),
  ]
  const seeds = options.seeds === undefined ? heldOutSeeds(options.episodes) : parseSeeds(options.seeds)
  const line = new ProgressLine(context, 'boards')
  const comparison = await closing(environment, () =>
    comparePlayers(environment, contenders, seeds, {
      signal: context.signal,
      onProgress: (done, total) => line.show(done, total),
    }),
  )
  line.close()
  if (options.svg !== undefined) await writeOutputFile(options.svg, Buffer.from(dotPlot(comparison)))
  if (options.html !== undefined) await writeOutputFile(options.html, Buffer.from(comparisonHtml(comparison)))
  if (context.json) process.stdout.write(comparisonJson(comparison))
  else for (const text of describe(comparison)) context.print(text)
}

function describe(comparison: Comparison): string[] {
  const { rows, human, units } = comparison
  const interval = (ends: Interval | null) =>
    ends === null ? '-' : `${ends[0].toFixed(2)} to ${ends[1].toFixed(2)}`
  const shareOf = (share: number | null) => (share === null ? '-' : percent(share))
  const first = rows[0]!
  const againstFirst = (row: ComparisonRow) => row.against.find((pair) => pair.row === 0)
  const lines = formatTable(rows, [
    { title: 'PLAYER', text: (row) => row.label },
    { title: units.toUpperCase(), align: 'right', text: (row) => row.score.mean.toFixed(2) },
    { title: '95 % INTERVAL', align: 'right', text: (row) => interval(row.score.ci95) },
    { title: 'IQM', align: 'right', text: (row) => row.score.iqm.toFixed(2) },
    { title: 'WON', align: 'right', text: (row) => shareOf(row.winRate) },
    { title: 'EPISODES', align: 'right', text: (row) => `${row.score.n}` },
    ...(human === null
      ? []
      : [
          {
            title: `BEATS ${human.mean}`,
            align: 'right' as const,
            text: (row: ComparisonRow) => shareOf(row.beatsHuman),
          },
        ]),
    {
      title: `BETTER THAN ${first.label}`,
      align: 'right',
      text: (row) => {
        const pair = againstFirst(row)
        if (pair === undefined || pair.pairedSeeds === 0) return '-'
        return `${shareOf(pair.probabilityBetter)} of ${pair.pairedSeeds} boards`
      },
    },
  ])
  if (human !== null)
    lines.push('', `human average ${human.mean} ${units}, ${human.plays} plays: ${human.source}`)
  lines.push(comparison.replication)
  return lines
}

/** `compare.*` and `runs.watch`: the same boards for everybody. */
import { closing } from '../../envs/index.ts'
import {
  compare,
  comparisonHtml,
  comparisonJson,
  dotPlot,
  type Comparison as Evaluated,
  firstDifference,
  heldOutSeeds,
  playBoard,
} from '../../evaluate/index.ts'
import { boardOrAbsence, isRecorded, recordedSeed } from '../boards.ts'
import {
  environmentFor,
  environmentOfRun,
  refuseTwins,
  resolveContender,
  runLimit,
  runPlayer,
} from '../contenders.ts'
import type { HostContext } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { freshSeed } from '../fresh-seed.ts'
import { plainSpec } from '../plain.ts'
import type { compareMethods } from '../protocol/compare.ts'
import type { Absence, Board, CheckedParams, Comparison } from '../protocol.ts'
import { recordingOfBoard } from '../recording.ts'
import { toSample } from '../sample.ts'

type CompareHandlers = Handlers<keyof typeof compareMethods | 'runs.watch'>

export function compareHandlers(context: HostContext): CompareHandlers {
  return {
    'compare.boards': async ({ environment, seed, contenders }) => {
      refuseTwins(contenders)
      const board = seed ?? recordedSeed(context, environment, contenders) ?? freshSeed()
      const boards: Board[] = []
      const absent: Absence[] = []
      for (const contender of contenders) {
        const answer = await boardOrAbsence(context, environment, contender, board)
        if ('reason' in answer) absent.push(answer)
        else boards.push(answer)
      }
      const present = boards.map(({ contender }) => contender)
      const { spec } = await environmentFor(
        context,
        environment,
        present.length > 0 ? present : contenders.filter(isRecorded),
      )
      return { spec: plainSpec(spec), seed: board, boards, absent, firstDifference: firstDifference(boards) }
    },
    'compare.table': async (params) => toComparison(context, params, await evaluated(context, params)),
    'compare.export': async ({ format, ...params }) => {
      const comparison = await evaluated(context, params)
      const name = `comparison-${params.environment.replaceAll('/', '-')}`
      const file = (extension: string, mediaType: string, text: string) =>
        context.files.offer(`${name}.${extension}`, mediaType, Buffer.from(text))
      switch (format) {
        case 'svg':
          return file('svg', 'image/svg+xml', dotPlot(comparison))
        case 'json':
          return file('json', 'application/json', comparisonJson(comparison))
        case 'html':
          return file('html', 'text/html', comparisonHtml(comparison))
      }
    },
    'runs.watch': async ({ runId, seed }) => {
      const environment = await environmentOfRun(context, runId)
      const player = await runPlayer(context, environment, runId)
      const limit = { maxEpisodeSteps: runLimit(context, runId) }
      const board = await closing(environment, () =>
        playBoard(environment, player, seed ?? freshSeed(), limit),
      )
      return recordingOfBoard(environment.spec, board)
    },
  }
}

type TableParams = CheckedParams<'compare.table'>

function evaluated(context: HostContext, params: TableParams): Promise<Evaluated> {
  const { environment: id, contenders, episodes } = params
  refuseTwins(contenders)
  return context.tasks.run(params.taskId, async ({ signal, report }) => {
    const environment = await environmentFor(context, id, contenders)
    const playing: Awaited<ReturnType<typeof resolveContender>>[] = []
    for (const contender of contenders) playing.push(await resolveContender(context, environment, contender))
    const seeds = heldOutSeeds(episodes)
    return closing(environment, () => compare(environment, playing, seeds, { signal, onProgress: report }))
  })
}

async function toComparison(
  context: HostContext,
  params: TableParams,
  comparison: Evaluated,
): Promise<Comparison> {
  const { spec } = await environmentFor(context, params.environment, params.contenders)
  return {
    spec: plainSpec(spec),
    human: comparison.human === null ? null : { ...comparison.human },
    rows: comparison.rows.map((row, i) => ({
      contender: params.contenders[i]!,
      label: row.label,
      playerKind: row.playerKind,
      score: toSample(row.episodes, comparison.fewerIsBetter, row.score),
      iqm: row.score.iqm,
      beatsHuman: row.beatsHuman,
      against: row.against.map((pair) => ({
        row: pair.row,
        probabilityBetter: pair.probabilityBetter,
        low: pair.probabilityCi95?.[0] ?? null,
        high: pair.probabilityCi95?.[1] ?? null,
        pairedSeeds: pair.pairedSeeds,
      })),
      dots: row.episodes.map(({ seed, score, success }) => ({ seed, score, success })),
    })),
    unit: comparison.replication,
  }
}

/** `compare.*` and `runs.watch`: the same boards for everybody. */
import { closing } from '../../envs/index.ts'
import { UserError } from '../../errors.ts'
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
import {
  environmentFor,
  environmentOfRun,
  episodesOf,
  labelOf,
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
import type { Board, CheckedParams, Comparison, Contender } from '../protocol.ts'
import { recordingOfBoard, shownRecording } from '../recording.ts'
import { toSample } from '../sample.ts'

type CompareHandlers = Handlers<keyof typeof compareMethods | 'runs.watch'>

export function compareHandlers(context: HostContext): CompareHandlers {
  return {
    'compare.boards': async ({ environment, seed, contenders }) => {
      refuseTwins(contenders)
      const { spec } = await environmentFor(context, environment, contenders)
      const board = seed ?? recordedSeed(context, environment, contenders) ?? freshSeed()
      const boards: Board[] = []
      for (const contender of contenders) boards.push(await boardOf(context, environment, contender, board))
      return { spec: plainSpec(spec), seed: board, boards, firstDifference: firstDifference(boards) }
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

/** The board of the first contender who has one to show. */
function recordedSeed(
  context: HostContext,
  environmentId: string,
  contenders: readonly Contender[],
): number | undefined {
  for (const contender of contenders) {
    if (contender.kind === 'episode') return context.library.getEpisode(contender.id).seed ?? undefined
    if (contender.kind !== 'player') continue
    const rows = episodesOf(context, environmentId, contender.playerName)
    return rows.find(({ seed }) => seed !== null)?.seed ?? undefined
  }
  return undefined
}

async function boardOf(
  context: HostContext,
  environmentId: string,
  contender: Contender,
  seed: number,
): Promise<Board> {
  if (contender.kind === 'episode' || contender.kind === 'player') {
    return recordedBoard(context, environmentId, contender, seed)
  }
  // An environment each: frames of one must not wait for the other.
  const environment = await environmentFor(context, environmentId, [contender])
  const { label, playerKind, player, maxEpisodeSteps } = await resolveContender(
    context,
    environment,
    contender,
  )
  const board = await closing(environment, () => playBoard(environment, player!, seed, { maxEpisodeSteps }))
  const { frames } = recordingOfBoard(environment.spec, board)
  return {
    contender,
    label,
    playerKind,
    frames,
    steps: board.steps,
    score: board.score,
    success: board.success,
  }
}

function recordedBoard(
  context: HostContext,
  environmentId: string,
  contender: Extract<Contender, { kind: 'episode' | 'player' }>,
  seed: number,
): Board {
  const row =
    contender.kind === 'episode'
      ? context.library.getEpisode(contender.id)
      : episodesOf(context, environmentId, contender.playerName).find((episode) => episode.seed === seed)
  if (row === undefined) {
    throw new UserError(`this player has no episode on board ${seed}`, { remedy: 'choose another board' })
  }
  if (row.seed === null) {
    throw new UserError(`nobody knows on which board ${labelOf(row)} was played`, {
      remedy: 'leave it out here; the table of scores takes it',
    })
  }
  if (row.seed !== seed || row.environmentId !== environmentId) {
    throw new UserError(`${labelOf(row)} was not played on board ${seed} of ${environmentId}`, {
      remedy: `choose board ${row.seed} of ${row.environmentId}`,
    })
  }
  const { frames, spec } = shownRecording(context.library.readEpisode(row.id))
  const score = spec.score.measure === 'return' ? row.return : row.length
  const { playerKind, length: steps, success } = row
  return { contender, label: labelOf(row), playerKind, frames, steps, score, success }
}

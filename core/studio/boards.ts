/** Who plays a board, frame by frame, and why those who do not play it do not. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UnadmittedError } from '../admission/index.ts'
import { closing } from '../envs/index.ts'
import { DataError, UserError } from '../errors.ts'
import { playBoard } from '../evaluate/index.ts'
import type { EpisodeRow } from '../store/index.ts'
import { knownCheckpoints, runDirectory } from '../train/index.ts'
import { environmentFor, episodesOf, labelOf, resolveContender } from './contenders.ts'
import type { HostContext } from './context.ts'
import type { Absence, Board, Contender } from './protocol.ts'
import { recordingOfBoard, shownRecording } from './recording.ts'

type Recorded = Extract<Contender, { kind: 'episode' | 'player' }>

export function isRecorded(contender: Contender): contender is Recorded {
  return contender.kind === 'episode' || contender.kind === 'player'
}

/** The board of the first contender who has one to show. */
export function recordedSeed(
  context: HostContext,
  environmentId: string,
  contenders: readonly Contender[],
): number | undefined {
  const rows = contenders.filter(isRecorded).flatMap((one) => rowsOf(context, environmentId, one))
  return rows.find(({ seed }) => seed !== null)?.seed ?? undefined
}

/**
 * What keeps one of them from playing is told, and keeps nobody else from it.
 * @throws UnadmittedError when the person is to be asked first
 */
export async function boardOrAbsence(
  context: HostContext,
  environmentId: string,
  contender: Contender,
  seed: number,
): Promise<Board | Absence> {
  try {
    if (isRecorded(contender)) return recordedBoard(context, environmentId, contender, seed)
    const lack = contender.kind === 'agent' ? await lackOf(context, contender.runId) : null
    return lack === null
      ? await playedBoard(context, environmentId, contender, seed)
      : absence(contender, lack.reason, { waiting: lack.waiting })
  } catch (error) {
    const told = error instanceof UserError || error instanceof DataError
    if (!told || error instanceof UnadmittedError) throw error
    return absence(contender, sentence(error.message))
  }
}

function absence(contender: Contender, reason: string, more: Partial<Absence> = {}): Absence {
  return { contender, reason, seed: null, waiting: false, scored: false, ...more }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** Why there is nothing of the run that could play; null when there is. */
async function lackOf(
  { library }: HostContext,
  runId: string,
): Promise<Pick<Absence, 'reason' | 'waiting'> | null> {
  const run = library.getRun(runId)
  if (run === undefined || (await knownCheckpoints(library, runId)).length > 0) return null
  // A run that has lost its checkpoints can still be played.
  if (existsSync(join(runDirectory(library.dir, runId), 'agent.onnx'))) return null
  return run.state === 'running'
    ? { reason: 'This run has no policy yet. It will play here as soon as it has one.', waiting: true }
    : { reason: 'Its training ended before it had a policy.', waiting: false }
}

async function playedBoard(
  context: HostContext,
  environmentId: string,
  contender: Contender,
  seed: number,
): Promise<Board> {
  // An environment each: frames of one must not wait for the other.
  const environment = await environmentFor(context, environmentId, [contender])
  const { label, playerKind, player, maxEpisodeSteps } = await resolveContender(
    context,
    environment,
    contender,
  )
  const board = await closing(environment, () => playBoard(environment, player!, seed, { maxEpisodeSteps }))
  const { frames } = recordingOfBoard(environment.spec, board)
  const { steps, score, success } = board
  return { contender, label, playerKind, frames, steps, score, success }
}

function recordedBoard(
  context: HostContext,
  environmentId: string,
  contender: Recorded,
  seed: number,
): Board | Absence {
  const rows = rowsOf(context, environmentId, contender)
  const row = rows.find((candidate) => candidate.seed === seed)
  if (row === undefined) return absentPlay(contender, rows)
  const { frames, spec } = shownRecording(context.library.readEpisode(row.id))
  const score = spec.score.measure === 'return' ? row.return : row.length
  const { playerKind, length: steps, success } = row
  return { contender, label: labelOf(row), playerKind, frames, steps, score, success }
}

function absentPlay(contender: Recorded, rows: readonly EpisodeRow[]): Absence {
  const seed = rows.find((row) => row.seed !== null)?.seed ?? null
  const scored = rows.length > 0
  const one = contender.kind === 'episode'
  if (!scored) {
    return absence(
      contender,
      one ? 'This demonstration is no longer in the library.' : 'This player has no plays here.',
    )
  }
  if (seed === null) {
    const reason = 'Nobody knows on which board this was played. The scores below count it.'
    return absence(contender, reason, { scored })
  }
  const reason = one ? 'This was played on another board.' : 'This player has not played this board.'
  return absence(contender, reason, { seed, scored })
}

/** Newest first; of an episode itself, unless it was played elsewhere or is gone. */
function rowsOf(context: HostContext, environmentId: string, contender: Recorded): EpisodeRow[] {
  return contender.kind === 'player'
    ? episodesOf(context, environmentId, contender.playerName)
    : context.library.listEpisodes({ environmentId, ids: [contender.id] })
}

/** Whom a page names, as somebody who can play or has played. */
import { UnadmittedError } from '../admission/index.ts'
import { counted } from '../counted.ts'
import { type EnvironmentStamp, RecordedEnvironment } from '../demos/index.ts'
import { type Environment, makeEnvironment, type ParameterValue, type Player } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import {
  importedAgentFile,
  type Contender as Playing,
  recordedContender,
  requireImportedAgent,
  scriptedContender,
} from '../evaluate/index.ts'
import type { EpisodeRow } from '../store/index.ts'
import { requireRun, runDirectory, savedConfig } from '../train/index.ts'
import { type HostContext, readyEnvironment } from './context.ts'
import type { Contender } from './protocol.ts'

/**
 * The environment for these contenders, with the parameters that the first agent among them was trained with.
 * @throws UserError for an unknown environment or run
 */
export async function environmentFor(
  context: HostContext,
  environmentId: string,
  contenders: readonly Contender[],
): Promise<Environment> {
  const parameters = parametersFor(context, contenders)
  try {
    await readyEnvironment(context, environmentId, parameters)
  } catch (error) {
    const recorded =
      error instanceof UnadmittedError ? recordedStamp(context, environmentId, contenders) : null
    if (recorded === null) throw error
    return new RecordedEnvironment(recorded)
  }
  return makeEnvironment(environmentId, parameters)
}

/** What the recordings say of their environment, where all contenders are recordings, which nothing is started for. */
function recordedStamp(
  context: HostContext,
  environmentId: string,
  contenders: readonly Contender[],
): EnvironmentStamp | null {
  const rows = contenders.map((contender) => {
    if (contender.kind === 'episode') return context.library.getEpisode(contender.id)
    return contender.kind === 'player'
      ? episodesOf(context, environmentId, contender.playerName)[0]
      : undefined
  })
  if (rows.length === 0 || rows.some((row) => row?.environmentId !== environmentId)) return null
  return context.library.readEpisode(rows[0]!.id).environment
}

function parametersFor(
  context: HostContext,
  contenders: readonly Contender[],
): Readonly<Record<string, ParameterValue>> {
  for (const contender of contenders) {
    if (contender.kind === 'agent') return runParameters(context, contender.runId)
    if (contender.kind === 'imported') return requireImportedAgent(context.library, contender.id).parameters
  }
  return {}
}

/** The environment that the run was trained in. @throws UserError for an unknown run or environment */
export function environmentOfRun(context: HostContext, runId: string): Promise<Environment> {
  const { environmentId } = context.runs.get(runId)
  return environmentFor(context, environmentId, [{ kind: 'agent', runId }])
}

export function runParameters(context: HostContext, runId: string): Readonly<Record<string, ParameterValue>> {
  return savedConfig(requireRun(context.library, runId)).parameters
}

/** After how many steps the run cuts an episode, where it sets that. */
export function runLimit(context: HostContext, runId: string): number | null {
  return savedConfig(requireRun(context.library, runId)).maxEpisodeSteps
}

/** @throws UserError when somebody cannot play here */
export async function resolveContender(
  context: HostContext,
  environment: Environment,
  contender: Contender,
): Promise<Playing> {
  const { spec } = environment
  switch (contender.kind) {
    case 'scripted': {
      const { label, playerKind, player } = scriptedContender(spec)
      return { label, playerKind, player: player! }
    }
    case 'agent': {
      const player = await runPlayer(context, environment, contender.runId, contender.checkpoint)
      const maxEpisodeSteps = runLimit(context, contender.runId)
      return { label: player.name, playerKind: 'agent', player, maxEpisodeSteps }
    }
    case 'imported': {
      const player = await importedPlayer(context, environment, contender.id)
      return { label: player.name, playerKind: 'agent', player }
    }
    case 'episode': {
      const row = context.library.getEpisode(contender.id)
      return recordedContender(spec, labelOf(row), [row])
    }
    case 'player': {
      const rows = episodesOf(context, spec.id, contender.playerName)
      const label =
        rows[0]?.playerKind === 'human' ? contender.playerName : `${contender.playerName}, recorded`
      return recordedContender(spec, label, rows)
    }
  }
}

/** The policy of a run, by the name that people gave it. */
export async function runPlayer(
  context: HostContext,
  environment: Environment,
  runId: string,
  checkpoint?: string,
): Promise<Player> {
  const { name } = context.runs.get(runId)
  const step = checkpoint === undefined || checkpoint === 'latest' ? undefined : Number(checkpoint)
  const directory = runDirectory(context.library.dir, runId)
  const player = await context.policies.player(environment.spec, directory, step)
  return { ...player, name: step === undefined ? name : `${name} at ${counted(step, 'step')}` }
}

/** A policy that was made elsewhere, by the name that people gave it. */
export async function importedPlayer(
  context: HostContext,
  environment: Environment,
  id: string,
): Promise<Player> {
  const { name, output } = requireImportedAgent(context.library, id)
  const file = importedAgentFile(context.library, id)
  const player = await context.policies.player(environment.spec, file, undefined, output ?? undefined)
  return { ...player, name }
}

/** Complete episodes of one player in one environment, newest first. */
export function episodesOf(context: HostContext, environmentId: string, playerName: string): EpisodeRow[] {
  return context.library.listEpisodes({ environmentId, playerName, state: 'complete' })
}

export function labelOf(row: EpisodeRow): string {
  return row.seed === null ? `${row.playerName}, episode ${row.id}` : `${row.playerName}, board ${row.seed}`
}

/** @throws UserError when two are the same */
export function refuseTwins(contenders: readonly Contender[]): void {
  const seen = new Set(contenders.map((contender) => JSON.stringify(contender)))
  if (seen.size < contenders.length) {
    throw new UserError('the same contender is chosen twice', { remedy: 'choose different ones' })
  }
}

/** From what a person names (a run, the scripted player, recorded episodes) to contenders of a comparison. */
import { type EnvironmentSpec, scriptedPlayer } from '../envs/index.ts'
import { UserError } from '../errors.ts'
import { episodeScore } from '../rollout/score.ts'
import type { EpisodeRow, ReadableLibrary } from '../store/index.ts'
import type { Contender } from './compare.ts'
import type { NamedAgent } from './named.ts'

export async function agentContender(
  spec: EnvironmentSpec,
  label: string,
  agent: NamedAgent,
  checkpoint?: number,
): Promise<Contender> {
  const player = await agent.player(spec, { name: label, checkpoint })
  return { label, playerKind: 'agent', player, maxEpisodeSteps: agent.maxEpisodeSteps }
}

/** @throws UserError when the environment has no scripted player */
export function scriptedContender(spec: EnvironmentSpec): Contender {
  const player = scriptedPlayer(spec)
  if (player === undefined) throw new UserError(`${spec.id} has no scripted player`)
  return { label: 'scripted reference player', playerKind: 'scripted', player }
}

/** Recorded episodes as one row, whoever played them. @throws UserError when one is of another environment or version */
export function recordedContender(
  spec: EnvironmentSpec,
  label: string,
  episodes: readonly EpisodeRow[],
): Contender {
  const first = episodes[0]
  if (first === undefined) throw new UserError(`"${label}" has no complete episodes of ${spec.id}`)
  for (const { id, environmentId, environmentVersion: version } of episodes) {
    if (environmentId === spec.id && version === spec.version) continue
    throw new UserError(
      `episode ${id} was played in ${environmentId} version ${version}, this is ${spec.id} version ${spec.version}`,
      { remedy: 'leave it out: boards from different environments cannot be compared' },
    )
  }
  return {
    label,
    playerKind: first.playerKind,
    recorded: episodes.map((row) => ({
      seed: row.seed,
      score: episodeScore(spec, row.length, row.return),
      success: row.success,
    })),
  }
}

/** One row for each player whose complete episodes of this environment are in the library. */
export function recordedContenders(library: ReadableLibrary, spec: EnvironmentSpec): Contender[] {
  const rows = library
    .listEpisodes({ environmentId: spec.id, state: 'complete' })
    .filter((row) => row.environmentVersion === spec.version)
  const groups = Map.groupBy(rows, (row) => `${row.playerKind} ${row.playerName}`)
  return [...groups.values()].map((group) => {
    const { playerName, playerKind } = group[0]!
    const label = playerKind === 'human' ? playerName : `${playerName}, recorded`
    return recordedContender(spec, label, group)
  })
}

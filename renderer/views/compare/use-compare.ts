import { useMemo } from 'react'
import type { Contender, Result } from '../../../core/studio/protocol.ts'
import { type Resource, useResource } from '../../client/resources.ts'
import { setRouteParams, useRoute } from '../../route.ts'
import { formatContenders, type Known, MOST, parseContenders } from './contenders.ts'

export interface Compare {
  readonly environment: string
  readonly contenders: readonly Contender[]
  readonly known: Known
  readonly boards: Resource<Result<'compare.boards'>>
  setContenders(contenders: readonly Contender[]): void
  setSeed(seed: number | null): void
}

/** Who is compared, from the address; by default the scripted player and the newest agent. */
export function useCompare(): Compare {
  const { params } = useRoute()
  const environments = useResource('environments.list', {})
  const agents = useResource('agents.list', {})
  const imported = useResource('imported.list', {})
  const environment = params.get('env') ?? 'bubble/25'
  const episodes = useResource('demonstrations.list', { environment })
  const scriptedPlayer = environments.value?.find(({ id }) => id === environment)?.scriptedPlayer ?? null
  const text = params.get('contenders')
  const seedText = params.get('seed')

  const known = useMemo<Known>(
    () => ({
      agents: (agents.value ?? [])
        .filter((agent) => agent.environmentId === environment)
        .sort((a, b) => b.createdAtUs - a.createdAtUs),
      imported: (imported.value ?? []).filter((agent) => agent.environmentId === environment),
      episodes: episodes.value ?? [],
      scriptedPlayer,
    }),
    [agents.value, imported.value, episodes.value, environment, scriptedPlayer],
  )
  const ready = environments.value !== undefined && agents.value !== undefined
  const contenders = useMemo(() => {
    if (text !== null) return parseContenders(text).slice(0, MOST)
    if (!ready) return []
    const newest = known.agents[0]
    return [
      ...(known.scriptedPlayer === null ? [] : [{ kind: 'scripted' as const }]),
      ...(newest === undefined ? [] : [{ kind: 'agent' as const, runId: newest.runId }]),
    ]
  }, [text, ready, known])
  const boards = useResource(
    'compare.boards',
    contenders.length === 0
      ? null
      : { environment, seed: seedText === null ? null : Number(seedText), contenders: [...contenders] },
  )
  return {
    environment,
    contenders,
    known,
    boards,
    setContenders: (next) => setRouteParams({ contenders: formatContenders(next) }),
    setSeed: (seed) => setRouteParams({ seed }),
  }
}

import { useEffect, useMemo } from 'react'
import type { Contender, Result } from '../../../core/studio/protocol.ts'
import { invalidate, type Resource, useResource } from '../../client/resources.ts'
import { useFirstEnvironment } from '../../components/first-environment.ts'
import { setRouteParams, useRoute } from '../../route.ts'
import {
  boardOf,
  formatContender,
  formatContenders,
  type Known,
  MOST,
  parseContenders,
} from './contenders.ts'

export interface Compare {
  readonly environment: string
  readonly contenders: readonly Contender[]
  /** The board; null until it is known. */
  readonly seed: number | null
  readonly known: Known
  readonly boards: Resource<Result<'compare.boards'>>
  /** A recorded play brings its board along. */
  add(contender: Contender): void
  remove(contender: Contender): void
  setSeed(seed: number): void
}

const BOARDS = 1_000_000

export function randomBoard(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % BOARDS
}

/** Who is compared on which board, from the address; by default the scripted player and the newest agent that has learned. */
export function useCompare(): Compare {
  const { params } = useRoute()
  const environments = useResource('environments.list', {})
  const agents = useResource('agents.list', {})
  const imported = useResource('imported.list', {})
  const first = useFirstEnvironment()
  const environment = params.get('env') ?? first ?? ''
  const episodes = useResource('demonstrations.list', environment === '' ? null : { environment })
  const scriptedPlayer = environments.value?.find(({ id }) => id === environment)?.scriptedPlayer ?? null
  const text = params.get('contenders')
  const seed = parseSeed(params.get('seed'))

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
  const ready = [environments, agents, episodes].every(({ value, error }) => (value ?? error) !== undefined)
  const contenders = useMemo(() => {
    if (text !== null) return parseContenders(text).slice(0, MOST)
    if (!ready) return []
    const newest =
      known.agents.find(({ checkpoints }) => checkpoints.some(({ step }) => step > 0)) ??
      known.agents.find(({ checkpoints }) => checkpoints.length > 0)
    return [
      ...(known.scriptedPlayer === null ? [] : [{ kind: 'scripted' as const }]),
      ...(newest === undefined ? [] : [{ kind: 'agent' as const, runId: newest.runId }]),
    ]
  }, [text, ready, known])
  useEffect(() => {
    // Chosen here and kept in the address, so that a reload shows the same.
    if (!ready || contenders.length === 0 || (seed !== null && text !== null)) return
    setRouteParams({
      contenders: formatContenders(contenders),
      seed: seed ?? boardOf(contenders, known) ?? randomBoard(),
    })
  }, [ready, contenders, known, seed, text])
  const boards = useResource(
    'compare.boards',
    contenders.length === 0 || seed === null ? null : { environment, seed, contenders: [...contenders] },
  )
  const waiting = boards.value?.absent.some((absence) => absence.waiting) ?? false
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every news of agents those who wait are asked again
  useEffect(() => {
    if (waiting) invalidate('compare.boards')
  }, [waiting, agents.value])
  return {
    environment,
    contenders,
    seed,
    known,
    boards,
    add: (contender) =>
      setRouteParams({
        contenders: formatContenders([...contenders, contender]),
        seed: boardOf([contender], known) ?? seed,
      }),
    remove: (contender) => {
      const others = contenders.filter((other) => formatContender(other) !== formatContender(contender))
      setRouteParams({ contenders: formatContenders(others) })
    },
    setSeed: (next) => setRouteParams({ seed: next }),
  }
}

function parseSeed(text: string | null): number | null {
  const seed = text !== null && /^\d+$/.test(text) ? Number(text) : null
  return seed !== null && Number.isSafeInteger(seed) ? seed : null
}

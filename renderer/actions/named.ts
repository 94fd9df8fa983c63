/** What a person can open by its name. */
import { useMemo } from 'react'
import { useResource } from '../client/resources.ts'
import { moment, oneScore } from '../components/format.ts'
import { navigate } from '../route.ts'

export interface Named {
  /** Of its entry among all. */
  readonly id: string
  readonly name: string
  /** What else tells it from others; it can be sought, too. */
  readonly about: string
  open(): void
}

/** By kind, each newest first. @param wanted  nothing is read before */
export function useNamed(wanted: boolean): ReadonlyMap<string, readonly Named[]> {
  const ask = wanted ? {} : null
  const environments = useResource('environments.list', ask).value
  const runs = useResource('runs.list', ask).value
  const agents = useResource('agents.list', ask).value
  const imported = useResource('imported.list', ask).value
  const plays = useResource('demonstrations.list', ask).value
  return useMemo(() => {
    const specs = new Map(environments?.map((spec) => [spec.id, spec]))
    const title = (id: string) => specs.get(id)?.title ?? id
    const newest = <T extends { readonly createdAtUs: number }>(all: readonly T[] = []) =>
      all.toSorted((a, b) => b.createdAtUs - a.createdAtUs)
    return new Map<string, Named[]>([
      [
        'Runs',
        newest(runs).map(({ id, name, environmentId, state }) => ({
          id: `run:${id}`,
          name,
          about: `Run in ${title(environmentId)}, ${state}`,
          open: () => navigate('train', { run: id }),
        })),
      ],
      [
        'Agents',
        [
          ...newest(agents).map(({ runId, name, environmentId, algorithm }) => ({
            id: `agent:${runId}`,
            name,
            about: `Agent for ${title(environmentId)}, ${algorithm}`,
            open: () => navigate('agents', { agent: runId }),
          })),
          ...(imported ?? []).map(({ id, name, environmentId }) => ({
            id: `imported:${id}`,
            name,
            about: `Agent for ${title(environmentId)}, imported`,
            open: () => navigate('agents', { agent: id }),
          })),
        ],
      ],
      [
        'Plays',
        (plays ?? []).map((play) => ({
          id: `play:${play.id}`,
          name: `${play.playerName}, ${play.seed === null ? `play ${play.id}` : `board ${play.seed}`}`,
          about: [
            title(play.environmentId),
            `${oneScore(play.score)} ${specs.get(play.environmentId)?.score.units ?? ''}`.trim(),
            moment(play.startedAtUs),
            ...play.tags,
          ].join(', '),
          open: () => navigate('demonstrations', { id: play.id }),
        })),
      ],
    ])
  }, [environments, runs, agents, imported, plays])
}

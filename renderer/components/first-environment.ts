import { useMemo } from 'react'
import { client } from '../client/client.ts'
import { useResource } from '../client/resources.ts'

/** What the host shows somebody who has not chosen yet. */
export async function firstEnvironment(): Promise<string> {
  return (await client.call('library.info', {})).environment
}

/** The same; undefined until the host has said so. */
export function useFirstEnvironment(): string | undefined {
  return useResource('library.info', {}).value?.environment
}

/** What environments call their score: 'bubbles', 'points'. */
export function useScoreWords(): ReadonlySet<string> {
  const environments = useResource('environments.list', {}).value
  return useMemo(
    () =>
      new Set(
        environments?.flatMap(({ score }) => [score.unit, score.units].map((word) => word.toLowerCase())),
      ),
    [environments],
  )
}

import type { ListedEnvironment } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'

export function useSpec(environmentId: string): ListedEnvironment | undefined {
  return useResource('environments.list', {}).value?.find(({ id }) => id === environmentId)
}

/** "bubbles per level", or "points per episode" where points are what counts. */
export function scoreWords(spec: ListedEnvironment | undefined): string {
  if (spec === undefined) return 'score'
  return spec.score.measure === 'length' ? `${spec.score.units} per level` : `${spec.score.units} per episode`
}

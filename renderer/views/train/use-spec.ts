import type { ListedEnvironment } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'

export function useSpec(environmentId: string): ListedEnvironment | undefined {
  return useResource('environments.list', {}).value?.find(({ id }) => id === environmentId)
}

/** What people call an episode: "level" where its length counts, as in a puzzle, else the field's own word. */
export function episodeWord(spec: ListedEnvironment | undefined): 'level' | 'episode' {
  return spec?.score.measure === 'length' ? 'level' : 'episode'
}

/** "bubbles per level", or "points per episode" where points are what counts. */
export function scoreWords(spec: ListedEnvironment | undefined): string {
  return spec === undefined ? 'score' : `${spec.score.units} per ${episodeWord(spec)}`
}

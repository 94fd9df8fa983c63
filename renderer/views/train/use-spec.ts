import type { ListedEnvironment } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'

export function useSpec(environmentId: string): ListedEnvironment | undefined {
  return useResource('environments.list', {}).value?.find(({ id }) => id === environmentId)
}

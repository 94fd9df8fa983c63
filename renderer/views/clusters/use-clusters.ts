import type { Cluster } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'

const NONE: readonly Cluster[] = []

/** Those that the person has saved; none until the list was read. */
export function useClusters(): readonly Cluster[] {
  return useResource('clusters.list', {}).value ?? NONE
}

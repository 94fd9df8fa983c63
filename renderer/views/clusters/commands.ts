import type { Cluster } from '../../../core/studio/protocol.ts'
import { offerUndo } from '../../actions/undo.tsx'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import { attempt } from '../../components/report-error.ts'

/** What is trained there goes on; Undo brings its name back. */
export function removeCluster(cluster: Cluster): Promise<unknown> {
  return attempt(async () => {
    await client.call('clusters.remove', { cluster: cluster.name })
    invalidate('clusters.')
    offerUndo(`${cluster.name} removed`, async () => {
      await client.call('clusters.add', cluster)
      invalidate('clusters.')
    })
  })
}

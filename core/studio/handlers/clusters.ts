/** `clusters.*`: where else runs can be trained. */
import { connect } from '../../cluster/connect.ts'
import { requireFit, speedNote } from '../../cluster/fit.ts'
import { overviewOf } from '../../cluster/overview.ts'
import { forgetCluster, requireCluster, saveCluster, savedClusters } from '../../cluster/saved-clusters.ts'
import { resolveConfig, withLoadedPlugins } from '../../train/index.ts'
import type { HostContext } from '../context.ts'
import type { Handlers } from '../dispatch.ts'
import { readMeta } from '../meta.ts'
import type { clusterMethods } from '../protocol/clusters.ts'

export function clusterHandlers(context: HostContext): Handlers<keyof typeof clusterMethods> {
  const { library } = context
  /** A page reaches what this person has saved, and nothing else. */
  const reach = (name: string) => connect(requireCluster(name).address)
  /** One look at a time, however many pages ask for it and however long a cluster that is gone lets it wait. */
  const looks = new Map<string, ReturnType<typeof look>>()
  const look = async (cluster: string) => {
    const { version, nodes, runs } = await overviewOf(await reach(cluster))
    return {
      version,
      nodes: [...nodes],
      runs: runs.map(({ run: id, waiting }) => {
        const known = library.getRun(id) !== undefined
        return { id, name: known ? (readMeta(library, 'run-name', id) ?? id) : null, waiting }
      }),
    }
  }
  const tell = () => context.emit('library.changed', { what: 'clusters' })
  return {
    'clusters.list': () => savedClusters(),
    'clusters.add': async (cluster) => {
      const saved = await saveCluster(cluster)
      tell()
      return saved
    },
    'clusters.remove': ({ cluster }) => {
      const forgotten = forgetCluster(cluster)
      tell()
      return forgotten
    },
    'clusters.look': ({ cluster }) => {
      const begun = looks.get(cluster) ?? look(cluster).finally(() => looks.delete(cluster))
      looks.set(cluster, begun)
      return begun
    },
    'clusters.check': async ({ cluster, yaml }) => {
      const config = withLoadedPlugins(resolveConfig(yaml))
      await requireFit(await reach(cluster), config)
      return { note: speedNote(config) }
    },
  }
}

import { Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { Cluster, ClusterOverview } from '../../../core/studio/protocol.ts'
import { type Resource, useResource } from '../../client/resources.ts'
import { ErrorNote } from '../../components/error-note.tsx'
import { counted } from '../../components/format.ts'
import classes from './clusters.module.css'
import { removeCluster } from './commands.ts'

/** One cluster: whether it lets us in, its nodes, and what of ours runs there. */
export function ClusterCard({ cluster }: { cluster: Cluster }) {
  const look = useResource('clusters.look', { cluster: cluster.name })
  return (
    <article className={classes.card} aria-label={cluster.name}>
      <header className={classes.cardHead}>
        <h2>{cluster.name}</h2>
        <State look={look} />
        <Button
          className={classes.remove}
          size="compact-sm"
          variant="default"
          leftSection={<IconTrash size={15} />}
          aria-label={`Remove ${cluster.name}`}
          onClick={() => void removeCluster(cluster)}
        >
          Remove
        </Button>
      </header>
      <p className={`${classes.address} small muted`}>
        {[
          cluster.address,
          ...(look.value === undefined ? [] : [`Ray ${look.value.version}`]),
          ...(cluster.tokenFile === null ? [] : [`token in ${cluster.tokenFile}`]),
        ].join(' · ')}
      </p>
      <ErrorNote error={look.error} />
      {look.error === undefined && look.value !== undefined && (
        <>
          <Nodes nodes={look.value.nodes} />
          <Runs runs={look.value.runs} />
        </>
      )}
    </article>
  )
}

function State({ look: { value, error } }: { look: Resource<ClusterOverview> }) {
  const state = error !== undefined ? 'lost' : value !== undefined ? 'reached' : 'asked'
  const words = { lost: 'not available', reached: 'available', asked: 'asking…' }
  return (
    <span className={`${classes.state} small`} data-state={state}>
      {words[state]}
    </span>
  )
}

function Nodes({ nodes }: { nodes: ClusterOverview['nodes'] }) {
  const cpus = nodes.reduce((sum, node) => sum + node.cpus, 0)
  return (
    <table className={classes.nodes}>
      <caption className="small">
        {counted(nodes.length, 'node')}, {counted(cpus, 'CPU')}
      </caption>
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">CPUs</th>
          <th scope="col">In use</th>
        </tr>
      </thead>
      <tbody className="figure">
        {nodes.map(({ address, head, cpus, cpusInUse }, i) => (
          // Several nodes may stand on one machine.
          // biome-ignore lint/suspicious/noArrayIndexKey: nodes have no state of their own
          <tr key={i}>
            <th scope="row">
              {address}
              {head && <span className="muted"> head</span>}
            </th>
            <td>{cpus}</td>
            <td>{cpusInUse ?? <span title="The cluster has not counted them yet">–</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Runs({ runs }: { runs: ClusterOverview['runs'] }) {
  if (runs.length === 0) return <p className="small muted">No run of yours is trained there.</p>
  return (
    <ul className={classes.runs} aria-label="Runs">
      {runs.map(({ id, name, waiting }) => (
        <li key={id}>
          {name === null ? (
            <span>
              {id} <span className="muted">of another library</span>
            </span>
          ) : (
            <a href={`#/train?run=${id}`}>{name}</a>
          )}
          <span className="small muted">{waiting ? 'waits for room' : 'is being trained'}</span>
        </li>
      ))}
    </ul>
  )
}

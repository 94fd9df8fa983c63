import { Button } from '@mantine/core'
import { IconPlus, IconServer2 } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { invalidate, useResource } from '../../client/resources.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { AddCluster } from './add-cluster.tsx'
import { ClusterCard } from './cluster-card.tsx'
import classes from './clusters.module.css'

const REFRESH_MS = 5_000

/** The Ray clusters that runs can be trained on. */
export default function ClustersPage() {
  const clusters = useResource('clusters.list', {})
  const [adding, setAdding] = useState(false)
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) invalidate('clusters.look')
    }, REFRESH_MS)
    return () => clearInterval(timer)
  }, [])
  if (clusters.value === undefined) return <ErrorNote error={clusters.error} />
  const add = (
    <Button leftSection={<IconPlus size={18} />} onClick={() => setAdding(true)}>
      Add a cluster
    </Button>
  )
  return (
    <div className={classes.page}>
      {clusters.value.length === 0 ? (
        <EmptyState icon={<IconServer2 size={40} stroke={1.2} />} title="No clusters yet" actions={add}>
          A run can be trained on a Ray cluster instead of this machine, and goes on when the studio is
          closed. Give the cluster a name, and choose it under Where when you begin a run.
        </EmptyState>
      ) : (
        <>
          <div className={classes.bar}>{add}</div>
          <ul className={classes.shelf}>
            {clusters.value.map((cluster) => (
              <li key={cluster.name}>
                <ClusterCard cluster={cluster} />
              </li>
            ))}
          </ul>
        </>
      )}
      <AddCluster opened={adding} onClose={() => setAdding(false)} />
    </div>
  )
}

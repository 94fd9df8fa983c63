import { Button } from '@mantine/core'
import { IconRobot } from '@tabler/icons-react'
import { motionAllowed } from '../../board/views.ts'
import { useResource } from '../../client/resources.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { navigate } from '../../route.ts'
import { AgentCard } from './agent-card.tsx'
import classes from './agents.module.css'

/** Miniatures that play at once; the others wait to be asked. */
const PLAYING = 3

export default function AgentsPage() {
  const agents = useResource('agents.list', {})
  if (agents.error !== undefined && agents.value === undefined) return <ErrorNote error={agents.error} />
  if (agents.value?.length === 0) {
    return (
      <EmptyState
        icon={<IconRobot size={40} stroke={1.2} />}
        title="No agents yet"
        actions={<Button onClick={() => navigate('train', { new: 1 })}>Train the first</Button>}
      >
        Every run leaves an agent here: watch it, compare it, or take it elsewhere as ONNX.
      </EmptyState>
    )
  }
  return (
    <div className={classes.page}>
      <ul className={classes.shelf}>
        {agents.value
          ?.toSorted((a, b) => b.createdAtUs - a.createdAtUs)
          .map((agent, index) => (
            <li key={agent.runId}>
              <AgentCard agent={agent} playing={index < PLAYING && motionAllowed()} />
            </li>
          ))}
      </ul>
    </div>
  )
}

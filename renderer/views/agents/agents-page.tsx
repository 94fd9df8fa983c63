import { Button } from '@mantine/core'
import { IconFileImport, IconRobot } from '@tabler/icons-react'
import { runAction } from '../../actions/action.ts'
import { motionAllowed } from '../../board/views.ts'
import { useResource } from '../../client/resources.ts'
import { EmptyState } from '../../components/empty-state.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { navigate, useRoute } from '../../route.ts'
import { AgentCard } from './agent-card.tsx'
import classes from './agents.module.css'
import { ImportedCard } from './imported-card.tsx'

/** Miniatures that play at once; the others wait to be asked. */
const PLAYING = 3

export default function AgentsPage() {
  const wanted = useRoute().params.get('agent')
  const agents = useResource('agents.list', {})
  const imported = useResource('imported.list', {})
  if (agents.error !== undefined && agents.value === undefined) return <ErrorNote error={agents.error} />
  if (imported.error !== undefined && imported.value === undefined)
    return <ErrorNote error={imported.error} />
  if (agents.value?.length === 0 && imported.value?.length === 0) {
    return (
      <EmptyState
        icon={<IconRobot size={40} stroke={1.2} />}
        title="No agents yet"
        actions={
          <>
            <Button onClick={() => navigate('train', { new: 1 })}>Train your first agent</Button>
            <ImportButton />
          </>
        }
      >
        Every run adds an agent here, to watch, compare or export as ONNX. You can also import agents made
        elsewhere.
      </EmptyState>
    )
  }
  return (
    <div className={classes.page}>
      <div className={classes.bar}>
        <ImportButton />
      </div>
      <ul className={classes.shelf}>
        {agents.value
          ?.toSorted((a, b) => b.createdAtUs - a.createdAtUs)
          .map((agent, index) => (
            <li key={agent.runId} ref={agent.runId === wanted ? showUp : null}>
              <AgentCard agent={agent} playing={index < PLAYING && motionAllowed()} />
            </li>
          ))}
        {imported.value?.map((agent) => (
          <li key={agent.id} ref={agent.id === wanted ? showUp : null}>
            <ImportedCard agent={agent} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The card that was asked for by name, with the focus on its first button. */
function showUp(card: HTMLElement | null): void {
  card?.scrollIntoView({ block: 'nearest' })
  card?.querySelector('button')?.focus({ preventScroll: true })
}

function ImportButton() {
  return (
    <Button
      variant="default"
      leftSection={<IconFileImport size={16} stroke={1.6} />}
      onClick={() => runAction('agents.import')}
    >
      Import ONNX
    </Button>
  )
}

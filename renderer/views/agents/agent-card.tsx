import { IconTrophy } from '@tabler/icons-react'
import type { Agent } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import { count, counted } from '../../components/format.ts'
import { deleteRun } from '../train/commands.ts'
import classes from './agents.module.css'
import { Card } from './card.tsx'

/** @param playing  whether its miniature plays from the start */
export function AgentCard({ agent, playing }: { agent: Agent; playing: boolean }) {
  const { runId } = agent
  return (
    <Card
      name={agent.name}
      environmentId={agent.environmentId}
      watched={{ runId }}
      contender={{ kind: 'agent', runId }}
      playing={playing && agent.step > 0 && agent.problem === null}
      badge={
        agent.masteredAtStep !== null && (
          <span className={`${classes.mastered} figure`}>
            <IconTrophy size={14} aria-hidden /> mastered at {count(agent.masteredAtStep)} steps
          </span>
        )
      }
      facts={
        <>
          {algorithmOf(agent)} · {count(agent.step)} steps ·{' '}
          {agent.demonstrations.length > 0
            ? `from ${counted(agent.demonstrations.length, 'demonstration')}`
            : 'without demonstrations'}
          {agent.problem !== null && ` · damaged: ${agent.problem}`}
        </>
      }
      standing={{
        evaluation: agent.evaluation,
        score: agent.score,
        test: (episodes, taskId) => client.call('agents.evaluate', { runId, episodes, taskId }),
      }}
      removal={{
        disabled: agent.state === 'running',
        run: async () => {
          await deleteRun({ id: runId, name: agent.name })
        },
      }}
      runId={runId}
      onRename={async (name) => {
        await client.call('agents.rename', { runId, name })
        invalidate('agents.', 'runs.')
      }}
      exported={() => client.call('agents.export', { runId })}
    />
  )
}

function algorithmOf({ algorithm, signals }: Agent): string {
  return [algorithm, ...signals.filter((signal) => signal !== 'extrinsic')].join(' + ').toUpperCase()
}

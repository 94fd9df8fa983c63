import { Button } from '@mantine/core'
import { IconChartDots3, IconDownload, IconEye, IconTrash, IconTrophy } from '@tabler/icons-react'
import { useState } from 'react'
import type { Agent } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import { saveFile } from '../../client/save-file.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { EditableName } from '../../components/editable-name.tsx'
import { count, plural } from '../../components/format.ts'
import { PlayerMark } from '../../components/player-mark.tsx'
import { attempt } from '../../components/report-error.ts'
import { WatchBoard } from '../../replay/watch-board.tsx'
import { navigate } from '../../route.ts'
import { scoreWords, useSpec } from '../train/use-spec.ts'
import classes from './agents.module.css'
import { besideScripted } from './beside-scripted.ts'
import { Standing } from './standing.tsx'

/** @param playing  whether its miniature plays from the start */
export function AgentCard({ agent, playing }: { agent: Agent; playing: boolean }) {
  const [watching, setWatching] = useState(playing && agent.step > 0)
  const spec = useSpec(agent.environmentId)
  const { runId } = agent
  return (
    <article className={classes.card} aria-label={agent.name}>
      <div className={classes.mini}>
        {watching ? (
          <WatchBoard agent={{ runId }} name={agent.name} loop />
        ) : (
          <button type="button" className={classes.poster} onClick={() => setWatching(true)}>
            <IconEye size={22} stroke={1.5} aria-hidden />
            Watch it play
          </button>
        )}
      </div>
      <div className={classes.facts}>
        <header className={classes.head}>
          <PlayerMark kind="agent" size={13} />
          <EditableName
            name={agent.name}
            onRename={(name) =>
              void attempt(async () => {
                await client.call('agents.rename', { runId, name })
                invalidate('agents.', 'runs.')
              })
            }
          />
          {agent.masteredAtStep !== null && (
            <span className={`${classes.mastered} figure`}>
              <IconTrophy size={14} aria-hidden /> mastered at {count(agent.masteredAtStep)}
            </span>
          )}
        </header>
        <p className="small muted figure">
          {agent.environmentId} · {algorithmOf(agent)} · {count(agent.step)} steps ·{' '}
          {agent.demonstrations.length > 0
            ? `from ${plural(agent.demonstrations.length, 'demonstration', 'demonstrations')}`
            : 'without demonstrations'}
        </p>
        <Standing
          evaluation={agent.evaluation}
          score={agent.score}
          words={scoreWords(spec)}
          test={(episodes, taskId) => client.call('agents.evaluate', { runId, episodes, taskId })}
        />
        <div className={classes.buttons}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconChartDots3 size={15} />}
            onClick={() =>
              navigate('compare', {
                env: agent.environmentId,
                contenders: besideScripted(spec, { kind: 'agent', runId }),
              })
            }
          >
            Compare
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={15} />}
            onClick={() => void attempt(async () => saveFile(await client.call('agents.export', { runId })))}
          >
            Export ONNX
          </Button>
          <ConfirmButton
            label="Delete"
            icon={<IconTrash size={15} />}
            disabled={agent.state === 'running'}
            question="The run that made this agent goes with it: folder, checkpoints and curves. This cannot be undone."
            confirm="Delete agent and run"
            onConfirm={() =>
              void attempt(async () => {
                await client.call('agents.delete', { runId })
                invalidate('agents.', 'runs.', 'library.')
              })
            }
          />
        </div>
      </div>
    </article>
  )
}

function algorithmOf({ algorithm, signals }: Agent): string {
  return [algorithm, ...signals.filter((signal) => signal !== 'extrinsic')].join(' + ').toUpperCase()
}

import { Button, Progress } from '@mantine/core'
import { IconChartDots3, IconDownload, IconEye, IconScale, IconTrash, IconTrophy } from '@tabler/icons-react'
import { useState } from 'react'
import type { Agent } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import { saveFile } from '../../client/save-file.ts'
import { useTask } from '../../client/task.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { EditableName } from '../../components/editable-name.tsx'
import { count, interval, percent, plural, score } from '../../components/format.ts'
import { PlayerMark } from '../../components/player-mark.tsx'
import { attempt } from '../../components/report-error.ts'
import { WatchBoard } from '../../replay/watch-board.tsx'
import { navigate } from '../../route.ts'
import { scoreWords, useSpec } from '../train/use-spec.ts'
import classes from './agents.module.css'

const HELD_OUT = 100

/** @param playing  whether its miniature plays from the start */
export function AgentCard({ agent, playing }: { agent: Agent; playing: boolean }) {
  const [watching, setWatching] = useState(playing && agent.step > 0)
  const spec = useSpec(agent.environmentId)
  const { runId } = agent
  return (
    <article className={classes.card} aria-label={agent.name}>
      <div className={classes.mini}>
        {watching ? (
          <WatchBoard runId={runId} name={agent.name} loop />
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
        <Standing agent={agent} words={scoreWords(spec)} />
        <div className={classes.buttons}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconChartDots3 size={15} />}
            onClick={() =>
              navigate('compare', { env: agent.environmentId, contenders: `scripted,agent:${runId}` })
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

/** How good it is: on held-out boards when it was tested, else at the end of its training. */
function Standing({ agent, words }: { agent: Agent; words: string }) {
  const task = useTask()
  const { evaluation } = agent
  const test = () =>
    attempt(async () => {
      await task.run((taskId) =>
        client.call('agents.evaluate', { runId: agent.runId, episodes: HELD_OUT, taskId }),
      )
      invalidate('agents.')
    })
  return (
    <div className={classes.standing}>
      <p className={`${classes.figure} figure`}>
        {evaluation === null
          ? agent.score === null
            ? '–'
            : score(agent.score)
          : interval({ n: evaluation.episodes, ...evaluation })}
      </p>
      <p className="small muted figure">
        {evaluation === null
          ? `${words} at the end of training, not tested yet`
          : `${words} on ${evaluation.episodes} held-out boards, ${percent(evaluation.winRate)} won`}
      </p>
      {task.busy ? (
        <div className={classes.testing}>
          <Progress
            flex={1}
            animated
            value={task.total === 0 ? 0 : (100 * task.done) / task.total}
            aria-label={`${task.done} of ${task.total} levels played`}
          />
          <Button size="compact-xs" variant="default" onClick={task.cancel}>
            Cancel
          </Button>
        </div>
      ) : (
        <Button
          size="compact-sm"
          variant={evaluation === null ? 'light' : 'subtle'}
          leftSection={<IconScale size={15} />}
          onClick={() => void test()}
        >
          {evaluation === null ? `Test on ${HELD_OUT} new boards` : 'Test again'}
        </Button>
      )}
    </div>
  )
}

function algorithmOf({ algorithm, signals }: Agent): string {
  return [algorithm, ...signals.filter((signal) => signal !== 'extrinsic')].join(' + ').toUpperCase()
}

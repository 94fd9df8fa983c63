import { Button } from '@mantine/core'
import { IconChartDots3, IconDownload, IconEye, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { ImportedAgent } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import { saveFile } from '../../client/save-file.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { EditableName } from '../../components/editable-name.tsx'
import { PlayerMark } from '../../components/player-mark.tsx'
import { attempt } from '../../components/report-error.ts'
import { WatchBoard } from '../../replay/watch-board.tsx'
import { navigate } from '../../route.ts'
import { scoreWords, useSpec } from '../train/use-spec.ts'
import classes from './agents.module.css'
import { besideScripted } from './beside-scripted.ts'
import { Standing } from './standing.tsx'

const FORMS: Readonly<Record<ImportedAgent['form'], string>> = {
  'ml-agents-3': 'ML-Agents',
  'ml-agents-2': 'ML-Agents 1',
  plain: 'ONNX',
}

/** A policy that was made elsewhere. It waits to be asked before it plays: nobody here knows what it does. */
export function ImportedCard({ agent }: { agent: ImportedAgent }) {
  const [watching, setWatching] = useState(false)
  const spec = useSpec(agent.environmentId)
  const { id } = agent
  return (
    <article className={classes.card} aria-label={agent.name}>
      <div className={classes.mini}>
        {watching ? (
          <WatchBoard agent={{ importedId: id }} name={agent.name} loop />
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
                await client.call('imported.rename', { id, name })
                invalidate('imported.')
              })
            }
          />
          <span className={classes.origin} title={`SHA-256 ${agent.sha256}`}>
            imported
          </span>
        </header>
        <p className="small muted figure">
          {agent.environmentId} · {FORMS[agent.form]}
          {agent.producer !== '' && ` by ${agent.producer}`} · {agent.source}
          {agent.sampledOnly && ' · draws its actions'}
        </p>
        <Standing
          evaluation={agent.evaluation}
          score={null}
          words={scoreWords(spec)}
          test={(episodes, taskId) => client.call('imported.evaluate', { id, episodes, taskId })}
        />
        <div className={classes.buttons}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconChartDots3 size={15} />}
            onClick={() =>
              navigate('compare', {
                env: agent.environmentId,
                contenders: besideScripted(spec, { kind: 'imported', id }),
              })
            }
          >
            Compare
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={15} />}
            onClick={() => void attempt(async () => saveFile(await client.call('imported.export', { id })))}
          >
            Export ONNX
          </Button>
          <ConfirmButton
            label="Delete"
            icon={<IconTrash size={15} />}
            question="The file goes from the library. This cannot be undone."
            confirm="Delete agent"
            onConfirm={() =>
              void attempt(async () => {
                await client.call('imported.delete', { id })
                invalidate('imported.')
              })
            }
          />
        </div>
      </div>
    </article>
  )
}

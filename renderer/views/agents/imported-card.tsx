import type { ImportedAgent } from '../../../core/studio/protocol.ts'
import { offerUndo } from '../../actions/undo.tsx'
import { client } from '../../client/client.ts'
import { invalidate } from '../../client/resources.ts'
import classes from './agents.module.css'
import { Card } from './card.tsx'

const FORMS: Readonly<Record<ImportedAgent['form'], string>> = {
  'ml-agents-3': 'ML-Agents',
  'ml-agents-2': 'ML-Agents 1',
  plain: 'ONNX',
}

/** A policy that was made elsewhere. It waits to be asked before it plays: nobody here knows what it does. */
export function ImportedCard({ agent }: { agent: ImportedAgent }) {
  const { id } = agent
  return (
    <Card
      name={agent.name}
      environmentId={agent.environmentId}
      watched={{ importedId: id }}
      contender={{ kind: 'imported', id }}
      playing={false}
      badge={
        <span className={classes.origin} title={`SHA-256 ${agent.sha256}`}>
          imported
        </span>
      }
      facts={
        <>
          {FORMS[agent.form]}
          {agent.producer !== '' && ` by ${agent.producer}`} · {agent.source}
          {agent.sampledOnly && ' · samples its actions'}
        </>
      }
      standing={{
        evaluation: agent.evaluation,
        score: null,
        test: (episodes, taskId) => client.call('imported.evaluate', { id, episodes, taskId }),
      }}
      removal={{
        run: async () => {
          await client.call('imported.delete', { id })
          invalidate('imported.')
          offerUndo(`${agent.name} deleted`, async () => {
            await client.call('imported.restore', { id })
            invalidate('imported.')
          })
        },
      }}
      onRename={async (name) => {
        await client.call('imported.rename', { id, name })
        invalidate('imported.')
      }}
      exported={() => client.call('imported.export', { id })}
    />
  )
}

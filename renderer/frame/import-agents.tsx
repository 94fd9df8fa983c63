/** ONNX files that were dropped or chosen become agents, once the person has said what they play. */
import { Button, Group, Modal } from '@mantine/core'
import { useState } from 'react'
import type { FileKind } from '../../core/studio/protocol.ts'
import { client } from '../client/client.ts'
import { sendFile } from '../client/files.ts'
import { invalidate } from '../client/resources.ts'
import { EnvironmentSelect } from '../components/environment-select.tsx'
import { useFirstEnvironment } from '../components/first-environment.ts'
import { attempt } from '../components/report-error.ts'
import { navigate } from '../route.ts'

/** What a dialog shows; weights may be called anything. */
export const policyFiles: FileKind = {
  name: 'Agents',
  extensions: ['.onnx', '.data', '.onnx_data', '.weight', '.weights'],
}

export function isPolicy({ name }: { readonly name: string }): boolean {
  return /\.onnx$/i.test(name)
}

/** torch exports the weights of `walker.onnx` to `walker.onnx.data`; a policy may name any other file, too. */
export function isWeights({ name }: { readonly name: string }): boolean {
  return /\.(onnx[._]?data|data|weights?)$/i.test(name)
}

interface ImportAgentsProps {
  readonly files: readonly File[]
  /** Files that came with them and may hold their weights. */
  readonly weights: readonly File[]
  readonly onClose: () => void
}

export function ImportAgents({ files, weights, onClose }: ImportAgentsProps) {
  const first = useFirstEnvironment() ?? ''
  const [chosen, setEnvironment] = useState<string | null>(null)
  const environment = chosen ?? first
  const [busy, setBusy] = useState(false)
  const take = () =>
    attempt(async () => {
      setBusy(true)
      try {
        for (const policy of files) {
          const file = await sendFile(policy)
          const beside = []
          for (const one of weights) beside.push(await sendFile(one))
          await client.call('imported.add', { file, environment, beside })
        }
        invalidate('imported.')
        navigate('agents')
        onClose()
      } finally {
        setBusy(false)
      }
    })
  return (
    <Modal opened={files.length > 0} onClose={onClose} title="Import agents" size={460}>
      <p>{files.map(({ name }) => name).join(', ')}</p>
      <p className="muted small">Their inputs and outputs must fit the environment.</p>
      <EnvironmentSelect label="Environment to play" value={environment} onChange={setEnvironment} />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={busy} onClick={() => void take()}>
          Import
        </Button>
      </Group>
    </Modal>
  )
}

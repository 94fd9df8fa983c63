/** ONNX files that were dropped or chosen become agents, once the person has said what they play. */
import { Button, Group, Modal, Select } from '@mantine/core'
import { useState } from 'react'
import { client } from '../client/client.ts'
import { invalidate, useResource } from '../client/resources.ts'
import { attempt } from '../components/report-error.ts'
import { navigate } from '../route.ts'

export interface ChosenFile {
  readonly name: string
  readonly bytes: Uint8Array
}

export function isPolicy({ name }: { readonly name: string }): boolean {
  return /\.onnx$/i.test(name)
}

interface ImportAgentsProps {
  readonly files: readonly ChosenFile[]
  readonly onClose: () => void
}

export function ImportAgents({ files, onClose }: ImportAgentsProps) {
  const environments = useResource('environments.list', {})
  const [environment, setEnvironment] = useState<string | null>('bubble/25')
  const [busy, setBusy] = useState(false)
  const take = () =>
    attempt(async () => {
      setBusy(true)
      try {
        for (const { name, bytes } of files) {
          await client.call('imported.add', { name, bytes, environment: environment! })
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
      <Select
        label="Environment that it plays"
        description="Its inputs and outputs must have the shapes of this environment"
        allowDeselect={false}
        mt="md"
        value={environment}
        data={environments.value?.map(({ id, title }) => ({ value: id, label: title })) ?? []}
        onChange={setEnvironment}
      />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={busy} disabled={environment === null} onClick={() => void take()}>
          Import
        </Button>
      </Group>
    </Modal>
  )
}

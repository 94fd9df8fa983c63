import { Button, Modal, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Cluster } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { HostError } from '../../client/host-error.ts'
import { invalidate } from '../../client/resources.ts'
import { ErrorNote } from '../../components/error-note.tsx'

interface AddClusterProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onAdded?: (cluster: Cluster) => void
}

/** Gives a Ray cluster a name. A token is neither typed nor shown: the file that holds it is named. */
export function AddCluster({ opened, onClose, onAdded }: AddClusterProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add a cluster" size={480}>
      <Form
        onAdded={(cluster) => {
          onClose()
          onAdded?.(cluster)
        }}
      />
    </Modal>
  )
}

/** Of its own, so that it begins empty whenever it is opened. */
function Form({ onAdded }: { onAdded: (cluster: Cluster) => void }) {
  const [name, setName] = useState('')
  const [address, setAddress] = useState('')
  const [tokenFile, setTokenFile] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<HostError>()
  const add = async () => {
    setBusy(true)
    setError(undefined)
    try {
      const file = tokenFile.trim()
      const cluster = await client.call('clusters.add', {
        name: name.trim(),
        address: address.trim(),
        tokenFile: file === '' ? null : file,
      })
      invalidate('clusters.')
      onAdded(cluster)
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void add()
      }}
    >
      <Stack gap={16}>
        <TextInput
          data-autofocus
          label="Name"
          placeholder="lab"
          maxLength={40}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Address"
          description="Of the dashboard of its head, Ray 2.52 or newer."
          placeholder="http://head:8265"
          maxLength={2000}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <TextInput
          label="Token file"
          description="If the cluster asks for a token: the whole path of the file that holds it, on the machine of this studio. When this is empty, the studio looks where Ray does."
          placeholder="/home/you/.ray/auth_token"
          maxLength={4096}
          value={tokenFile}
          onChange={(event) => setTokenFile(event.currentTarget.value)}
        />
        <ErrorNote error={error} />
        <Button type="submit" loading={busy} disabled={name.trim() === '' || address.trim() === ''}>
          Add
        </Button>
      </Stack>
    </form>
  )
}

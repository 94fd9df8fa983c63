/** Which Python runs Gymnasium environments, and whether it can. */
import { Button, Group, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { PythonReport } from '../../core/studio/protocol.ts'
import { client } from '../client/client.ts'
import { HostError } from '../client/host-error.ts'
import { invalidate, useResource } from '../client/resources.ts'
import { ErrorNote } from '../components/error-note.tsx'

export function PythonSetting() {
  const choice = useResource('python.get', {}).value
  const [command, setCommand] = useState<string>()
  const [busy, setBusy] = useState(false)
  const [outcome, setOutcome] = useState<PythonReport | HostError>()
  if (choice === undefined) return null
  const { chosen, startedWith } = choice
  const written = (command ?? startedWith ?? chosen ?? '').trim()
  const check = async () => {
    setBusy(true)
    setOutcome(undefined)
    try {
      if (written === '') await client.call('python.forget', {})
      else setOutcome(await client.call('python.choose', { command: written }))
      setCommand(undefined)
      invalidate('python.', 'environments.')
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      setOutcome(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void check()
      }}
    >
      <Group gap={8} align="flex-end" wrap="nowrap">
        <TextInput
          flex={1}
          label="Python interpreter"
          description={
            startedWith === null
              ? 'Runs Gymnasium environments. python3 when this is empty.'
              : 'The studio was started with this one, by --python or $UNDERSTUDY_PYTHON.'
          }
          placeholder="/home/you/venv/bin/python"
          disabled={startedWith !== null}
          value={command ?? startedWith ?? chosen ?? ''}
          onChange={(event) => setCommand(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={busy} disabled={startedWith !== null}>
          {written === '' ? 'Use python3' : 'Check and use'}
        </Button>
      </Group>
      <div role="status">
        {outcome instanceof HostError ? (
          <ErrorNote error={outcome} />
        ) : (
          outcome !== undefined && <Report report={outcome} />
        )}
      </div>
    </form>
  )
}

function Report({ report: { path, python, packages } }: { report: PythonReport }) {
  const present = Object.entries(packages).flatMap(([name, version]) =>
    version === null ? [] : [`${name} ${version}`],
  )
  const runs = (packages.gymnasium ?? null) !== null
  return (
    <p className="small muted" style={{ marginTop: 8, overflowWrap: 'anywhere' }}>
      {[`Python ${python}`, ...present].join(', ')}.{' '}
      {runs
        ? 'Gymnasium environments can be opened.'
        : `Gymnasium is missing: ${path} -m pip install gymnasium`}
    </p>
  )
}

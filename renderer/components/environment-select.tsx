import { Button, Popover, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { client } from '../client/client.ts'
import { useResource } from '../client/resources.ts'
import { attempt } from './report-error.ts'

const OTHER = 'other'

interface EnvironmentSelectProps {
  readonly value: string
  onChange(id: string): void
  readonly label?: string
  readonly width?: number
}

/** The environments that are listed, those that the library knows besides, and any other by its id. */
export function EnvironmentSelect({ value, onChange, label, width }: EnvironmentSelectProps) {
  const listed = useResource('environments.list', {}).value ?? []
  const others = useResource('environments.others', {}).value ?? { ids: [], schemes: [] }
  const [asking, setAsking] = useState(false)
  const [id, setId] = useState('')
  const [busy, setBusy] = useState(false)
  const known = new Set(listed.map((environment) => environment.id))
  const unlisted = [...others.ids, value].filter(
    (other, i, all) => other !== '' && !known.has(other) && all.indexOf(other) === i,
  )
  const choose = async (chosen: string) => {
    setBusy(true)
    const added = known.has(chosen) || (await attempt(() => client.call('environments.add', { id: chosen })))
    setBusy(false)
    if (added === undefined) return
    setAsking(false)
    setId('')
    // An id that left its scheme out has been completed.
    onChange(added === true ? chosen : added.id)
  }
  return (
    <Popover opened={asking} onChange={setAsking} position="bottom-start" trapFocus width={340}>
      <Popover.Target>
        <Select
          {...(label === undefined ? { 'aria-label': 'Environment' } : { label })}
          {...(width === undefined ? {} : { w: width })}
          allowDeselect={false}
          disabled={busy}
          value={value}
          data={[
            ...listed.map((environment) => ({ value: environment.id, label: environment.title })),
            ...unlisted.map((other) => ({ value: other, label: other })),
            ...(others.schemes.length === 0 ? [] : [{ value: OTHER, label: 'Another…' }]),
          ]}
          onChange={(chosen) => {
            if (chosen === OTHER) setAsking(true)
            else if (chosen !== null && chosen !== value) void choose(chosen)
          }}
        />
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void choose(id.trim())
          }}
        >
          <TextInput
            data-autofocus
            label="Environment of another program"
            description={others.schemes
              .map(({ description, example }) => `${description}: ${example}`)
              .join('; ')}
            placeholder={others.schemes[0]?.example ?? ''}
            maxLength={120}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
          />
          <Button type="submit" mt="sm" loading={busy} disabled={id.trim() === ''}>
            Open
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

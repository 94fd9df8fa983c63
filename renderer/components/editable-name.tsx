import { TextInput, UnstyledButton } from '@mantine/core'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'

interface EditableNameProps {
  readonly name: string
  readonly onRename: (name: string) => void
}

/** A name that becomes a field when it is clicked. */
export function EditableName({ name, onRename }: EditableNameProps) {
  const [editing, setEditing] = useState(false)
  if (!editing) {
    return (
      <UnstyledButton mih={24} onClick={() => setEditing(true)} aria-label={`Rename ${name}`}>
        <h2>
          {name} <IconPencil size={14} color="var(--ink-3)" aria-hidden />
        </h2>
      </UnstyledButton>
    )
  }
  const finish = (value: string) => {
    setEditing(false)
    const trimmed = value.trim()
    if (trimmed !== '' && trimmed !== name) onRename(trimmed)
  }
  return (
    <TextInput
      aria-label="Name"
      size="xs"
      autoFocus
      maxLength={80}
      defaultValue={name}
      onBlur={(event) => finish(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(event.currentTarget.value)
        if (event.key === 'Escape') setEditing(false)
      }}
    />
  )
}

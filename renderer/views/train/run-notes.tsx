import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Result } from '../../../core/studio/protocol.ts'
import { sentence } from '../../components/format.ts'

interface RunNotesProps {
  /** Words of the filter that mean nothing. */
  readonly unknown: readonly string[]
  readonly composed: Result<'training.compose'> | undefined
}

/** What keeps the run from being begun, and what is worth a second thought. */
export function RunNotes({ unknown, composed }: RunNotesProps) {
  return (
    <>
      {unknown.length > 0 && <Note color="red">This filter is not understood: {unknown.join(' ')}</Note>}
      {composed?.problems.map(({ path, label, message, remedy }) => (
        <Note key={`${path} ${message}`} color="red">
          {sentence(label)}: {message}
          {remedy !== null && `; ${remedy}`}
        </Note>
      ))}
      {composed?.warnings.map((warning) => (
        <Note key={warning} color="yellow">
          {warning}
        </Note>
      ))}
    </>
  )
}

function Note({ color, children }: { color: string; children: ReactNode }) {
  return (
    <Alert color={color} icon={<IconAlertTriangle />} p="xs">
      {children}
    </Alert>
  )
}

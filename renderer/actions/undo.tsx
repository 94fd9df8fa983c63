/** Destructive acts are immediate; each leaves a way back for the toast and for Ctrl/Cmd+Z. */
import { Button, Group, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { attempt } from '../components/report-error.ts'

interface Step {
  readonly id: string
  undo(): Promise<unknown>
}

const done: Step[] = []
const KEPT = 50

/** Tells what was done and offers to take it back. */
export function offerUndo(text: string, undo: () => Promise<unknown>): void {
  const id = crypto.randomUUID()
  // One offer at a time is in sight; Ctrl/Cmd+Z reaches those before it.
  const before = done.at(-1)
  if (before !== undefined) notifications.hide(before.id)
  done.push({ id, undo })
  if (done.length > KEPT) done.shift()
  notifications.show({
    id,
    autoClose: 8000,
    withBorder: true,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{text}</Text>
        <Button variant="subtle" size="compact-sm" onClick={() => void undoStep(id)}>
          Undo
        </Button>
      </Group>
    ),
  })
}

export function undoLast(): void {
  const last = done.at(-1)
  if (last !== undefined) void undoStep(last.id)
}

async function undoStep(id: string): Promise<void> {
  const index = done.findIndex((step) => step.id === id)
  const [step] = index < 0 ? [] : done.splice(index, 1)
  notifications.hide(id)
  if (step !== undefined) await attempt(() => step.undo())
}

import { Button, Popover } from '@mantine/core'
import { useState } from 'react'

interface ConfirmButtonProps {
  readonly label: string
  /** What is lost. */
  readonly question: string
  readonly confirm: string
  readonly icon: React.ReactNode
  readonly disabled?: boolean
  readonly onConfirm: () => void
}

/** For the few acts that nothing can undo: the second click does it. */
export function ConfirmButton({ label, question, confirm, icon, disabled, onConfirm }: ConfirmButtonProps) {
  const [opened, setOpened] = useState(false)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={260} trapFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={icon}
          disabled={disabled ?? false}
          onClick={() => setOpened((now) => !now)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className="small">{question}</p>
        <Button
          mt={10}
          size="compact-sm"
          color="red"
          onClick={() => {
            setOpened(false)
            onConfirm()
          }}
        >
          {confirm}
        </Button>
      </Popover.Dropdown>
    </Popover>
  )
}

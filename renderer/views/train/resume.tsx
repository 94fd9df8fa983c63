import { Button, Menu } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import type { Run } from '../../../core/studio/protocol.ts'
import { useClusters } from '../clusters/use-clusters.ts'
import { resumeRun } from './commands.ts'

/** Lets a run go on from its last checkpoint: here, or on a cluster if one is saved. Where a cluster may have it, that comes first. */
export function Resume({ run }: { run: Run }) {
  const clusters = useClusters()
  const button = (onClick?: () => void) => (
    <Button size="compact-sm" leftSection={<IconPlayerPlay size={15} />} {...(onClick && { onClick })}>
      Resume
    </Button>
  )
  if (run.elsewhere !== null) return null
  if (clusters.length === 0) return button(() => void resumeRun(run))
  return (
    <Menu position="bottom-end">
      <Menu.Target>{button()}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void resumeRun(run)}>On this machine</Menu.Item>
        {clusters.map(({ name }) => (
          <Menu.Item key={name} onClick={() => void resumeRun(run, { cluster: name })}>
            On {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

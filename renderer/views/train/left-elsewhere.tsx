import { Alert, Button, Group } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import type { Run } from '../../../core/studio/protocol.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { sentence } from '../../components/format.ts'
import { abandonRun, attachRun } from './commands.ts'

/** Of a run that is trained on a cluster while nobody here follows it: why, and the way back. */
export function LeftElsewhere({ run }: { run: Run }) {
  const { elsewhere } = run
  if (elsewhere === null || elsewhere.state === 'followed') return null
  const { cluster, state, problem } = elsewhere
  const joining = state === 'joining'
  return (
    <Alert
      color="yellow"
      icon={<IconPlugConnectedX />}
      role="status"
      title={joining ? `Going back to ${cluster}…` : `Left on ${cluster}`}
      styles={{ title: { color: 'var(--ink)' } }}
    >
      {joining
        ? 'All that has happened there meanwhile comes with it.'
        : `It may still be trained there, but this studio does not follow it. ${problem === null ? '' : `${sentence(problem)}.`}`}
      <Group gap={6} mt={10}>
        <Button size="compact-sm" variant="default" loading={joining} onClick={() => void attachRun(run)}>
          {problem === null ? 'Follow it again' : 'Try again'}
        </Button>
        <ConfirmButton
          label="Give it up"
          icon={<IconPlugConnectedX size={15} />}
          disabled={joining}
          question={`The run can then be resumed from what has come home. What ${cluster} still makes of it is not fetched.`}
          confirm="Give it up"
          onConfirm={() => void abandonRun(run)}
        />
      </Group>
    </Alert>
  )
}

import { NumberInput } from '@mantine/core'
import { IconCut } from '@tabler/icons-react'
import { useState } from 'react'
import type { RunStorage } from '../../../core/studio/protocol.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { counted, size } from '../../components/format.ts'
import { pruneRun } from './commands.ts'
import { Section } from './section.tsx'
import classes from './storage.module.css'

const MOST_KEPT = 1000

export function RunsSection({ runs }: { runs: readonly RunStorage[] }) {
  const [keep, setKeep] = useState(1)
  return (
    <Section
      title="Runs"
      empty="No runs yet."
      control={
        <NumberInput
          className={classes.keep}
          label="Checkpoints to keep"
          size="xs"
          min={1}
          max={MOST_KEPT}
          allowDecimal={false}
          value={keep}
          onChange={(value) => setKeep(Math.min(MOST_KEPT, Math.max(1, Math.round(Number(value) || 1))))}
        />
      }
      rows={runs.map((run) => ({
        key: run.id,
        name: run.name,
        facts: run.active ? 'training' : run.listed ? '' : 'not in the library',
        parts: partsOf(run),
        bytes: run.total,
        action: (
          <ConfirmButton
            label="Prune"
            icon={<IconCut size={15} />}
            disabled={run.active || !run.listed}
            question={`All but the newest ${counted(keep, 'checkpoint')} of ${run.name} will be deleted. This cannot be undone.`}
            confirm="Prune the run"
            onConfirm={() => void pruneRun(run.id, keep)}
          />
        ),
      }))}
    />
  )
}

function partsOf({ checkpoints, replayBuffers, policies, events, other }: RunStorage): string {
  const parts: [string, number][] = [
    ['checkpoints', checkpoints],
    ['replay buffers', replayBuffers],
    ['policies', policies],
    ['TensorBoard', events],
    ['other', other],
  ]
  return parts
    .filter(([, bytes]) => bytes > 0)
    .map(([what, bytes]) => `${what} ${size(bytes)}`)
    .join(' · ')
}

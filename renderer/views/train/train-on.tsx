import { Button, NumberInput, Popover } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import type { Run } from '../../../core/studio/protocol.ts'
import { count } from '../../components/format.ts'
import { useClusters } from '../clusters/use-clusters.ts'
import { resumeRun } from './commands.ts'
import { Where } from './where.tsx'

const MOST = 1e12

/** Lets a run that has finished go on; how far is asked. */
export function TrainOn({ run }: { run: Run }) {
  const [opened, setOpened] = useState(false)
  // A rule may have ended it early.
  const offered = run.step < run.maxSteps ? run.maxSteps : 2 * run.maxSteps
  const [steps, setSteps] = useState<number | null>(offered)
  const [cluster, setCluster] = useState<string | null>(null)
  const clusters = useClusters()
  const further = steps !== null && steps > run.step && steps <= MOST
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={260} trapFocus>
      <Popover.Target>
        <Button
          size="compact-sm"
          leftSection={<IconPlayerPlay size={15} />}
          onClick={() => {
            setSteps(offered)
            setOpened((now) => !now)
          }}
        >
          Train on
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (!further) return
            setOpened(false)
            void resumeRun(run, { maxSteps: steps, ...(cluster === null ? {} : { cluster }) })
          }}
        >
          <NumberInput
            data-autofocus
            label="Train until step"
            description={`${count(run.step)} so far.`}
            error={steps !== null && steps <= run.step && 'Must be more than the steps so far'}
            hideControls
            allowDecimal={false}
            thousandSeparator=","
            max={MOST}
            value={steps ?? ''}
            onChange={(value) => setSteps(typeof value === 'number' ? value : null)}
          />
          {clusters.length > 0 && (
            <div style={{ marginTop: 10 }}>
              <Where value={cluster} onChange={setCluster} />
            </div>
          )}
          <Button type="submit" size="compact-sm" mt={10} disabled={!further}>
            Go on
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

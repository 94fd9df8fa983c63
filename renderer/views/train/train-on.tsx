import { Button, NumberInput, Popover } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import type { Run } from '../../../core/studio/protocol.ts'
import { count } from '../../components/format.ts'
import { resumeRun } from './commands.ts'

const MOST = 1e12

/** Lets a run that has finished go on; how far is asked. */
export function TrainOn({ run }: { run: Run }) {
  const [opened, setOpened] = useState(false)
  // A rule may have ended it early.
  const offered = run.step < run.maxSteps ? run.maxSteps : 2 * run.maxSteps
  const [steps, setSteps] = useState<number | null>(offered)
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
            void resumeRun(run, steps)
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
          <Button type="submit" size="compact-sm" mt={10} disabled={!further}>
            Go on
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}

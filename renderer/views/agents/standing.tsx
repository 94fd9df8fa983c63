import { Button, Progress } from '@mantine/core'
import { IconScale } from '@tabler/icons-react'
import type { Agent } from '../../../core/studio/protocol.ts'
import { invalidate } from '../../client/resources.ts'
import { useTask } from '../../client/task.ts'
import { counted, interval, percent, score as scoreText } from '../../components/format.ts'
import { attempt } from '../../components/report-error.ts'
import classes from './agents.module.css'

const HELD_OUT = 100

export interface StandingProps {
  readonly evaluation: Agent['evaluation']
  /** At the end of its training; null of one that was not trained here. */
  readonly score: number | null
  /** What is scored: 'bubbles per level'. */
  readonly words: string
  readonly test: (episodes: number, taskId: string) => Promise<unknown>
}

/** How good it is: on held-out boards when it was tested, else at the end of its training. */
export function Standing({ evaluation, score, words, test }: StandingProps) {
  const task = useTask()
  const start = () =>
    attempt(async () => {
      await task.run((taskId) => test(HELD_OUT, taskId))
      invalidate('agents.', 'imported.')
    })
  return (
    <div className={classes.standing}>
      <p className={`${classes.figure} figure`}>
        {evaluation !== null
          ? interval({ n: evaluation.episodes, ...evaluation })
          : score === null
            ? '–'
            : scoreText(score)}
      </p>
      <p className="small muted figure">
        {evaluation !== null
          ? `${words} on ${heldOut(evaluation)}`
          : score === null
            ? 'not tested yet'
            : `${words} at the end of training, not tested yet`}
      </p>
      {task.busy ? (
        <div className={classes.testing}>
          <Progress
            flex={1}
            animated
            value={task.total === 0 ? 0 : (100 * task.done) / task.total}
            aria-label={`${task.done} of ${task.total} boards played`}
          />
          <Button size="compact-sm" variant="default" onClick={task.cancel}>
            Cancel
          </Button>
        </div>
      ) : (
        <Button
          size="compact-sm"
          variant={evaluation === null ? 'light' : 'subtle'}
          leftSection={<IconScale size={15} />}
          onClick={() => void start()}
        >
          {evaluation === null ? `Test on ${HELD_OUT} new boards` : 'Test again'}
        </Button>
      )}
    </div>
  )
}

/** '100 held-out boards, 96% won' */
function heldOut({ episodes, winRate, cut }: NonNullable<Agent['evaluation']>): string {
  const boards = `${counted(episodes, 'held-out board')}${winRate === null ? '' : `, ${percent(winRate)} won`}`
  return cut === null ? boards : `${boards}; ${cut}`
}

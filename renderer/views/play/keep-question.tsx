import { Button, Group, Modal } from '@mantine/core'
import { headline } from './outcome.ts'
import type { Question } from './use-play.ts'

/** Another level was asked for: what becomes of this play? */
export function KeepQuestion({ question }: { question: Question | null }) {
  if (question === null) return null
  const { play, answer } = question
  const over = play.terminated || play.truncated
  return (
    <Modal opened onClose={() => answer('stay')} title="Keep this play?" size={440}>
      <p>
        {play.spec.title}, board {play.seed}: {headline(play)}
        {!over && ' so far'}. If you keep it, it becomes a demonstration that agents can learn from.
      </p>
      <Group justify="flex-end" mt="lg">
        <Button variant="subtle" color="gray" mr="auto" onClick={() => answer('stay')}>
          {over ? 'Stay here' : 'Keep playing'}
        </Button>
        <Button variant="default" onClick={() => answer('discard')}>
          Discard
        </Button>
        <Button data-autofocus onClick={() => answer('keep')}>
          Keep
        </Button>
      </Group>
    </Modal>
  )
}

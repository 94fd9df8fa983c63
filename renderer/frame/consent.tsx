/** Before the host runs code of others, it asks; whoever called waits for the person's answer. */
import { Button, Group, Modal, Text } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Ask } from '../../core/studio/protocol.ts'
import { client } from '../client/client.ts'

const TITLES = {
  environment: 'Start a program on this computer?',
  plugin: 'Load a plugin?',
  interpreter: 'Run this interpreter?',
} as const
const WHO = { plugin: 'This configuration', interpreter: 'The studio' } as const

interface Question {
  readonly ask: Ask
  answer(yes: boolean): void
}

export function Consent() {
  const [questions, setQuestions] = useState<readonly Question[]>([])
  useEffect(
    () =>
      client.onAsk(
        (ask) =>
          new Promise((resolve) => {
            const question: Question = {
              ask,
              answer: (yes) => {
                setQuestions((all) => all.filter((other) => other !== question))
                resolve(yes)
              },
            }
            setQuestions((all) => [...all, question])
          }),
      ),
    [],
  )
  const [first] = questions
  if (first === undefined) return null
  const { kind, name, does, sha256, changed } = first.ask
  return (
    <Modal opened onClose={() => first.answer(false)} title={TITLES[kind]} size={520}>
      <Text style={{ overflowWrap: 'anywhere' }}>
        {kind === 'environment' ? `To open ${name}, the studio ${does}.` : `${WHO[kind]} ${does}.`}
      </Text>
      <Text size="sm" mt="sm">
        {changed ? 'It has changed or moved since you allowed it. ' : 'You have not allowed it before. '}
        It can do whatever you can do on this computer, so say yes only if you know where it comes from.
      </Text>
      <Text size="xs" c="dimmed" mt="sm">
        SHA-256 {sha256.slice(0, 16)}…
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" data-autofocus onClick={() => first.answer(false)}>
          {kind === 'plugin' ? 'Don’t load it' : 'Don’t start it'}
        </Button>
        <Button onClick={() => first.answer(true)}>{kind === 'plugin' ? 'Load it' : 'Start it'}</Button>
      </Group>
    </Modal>
  )
}
